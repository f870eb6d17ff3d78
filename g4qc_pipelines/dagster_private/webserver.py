"""Dagster's web server, and the workspace that it serves.

Only the command `dagster-webserver` is public. It cannot be run inside a guard (docs/decisions/0019-one-door.md).
"""

# The workspace: the instance, and the code location that is loaded into it.
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget

# The application and the version that its pages show.
from dagster_webserver.version import __version__ as webserver_version
from dagster_webserver.webserver import DagsterWebserver

__all__ = [
    "DagsterWebserver",
    "ModuleTarget",
    "WorkspaceFileTarget",
    "WorkspaceProcessContext",
    "webserver_version",
]
