"""Python's module search path: the current folder comes last, after the standard library and all packages.

Users keep notebooks and strategies in the current folder. A file `signal.py` or `types.py` there must not replace the
module of that name, but the user's own strategies must be importable. The module imports only what the interpreter
loads before it runs any code, because a file in the current folder could replace any other module.
"""

import os
import sys


def put_current_folder_last() -> None:
    """Move the current folder to the end of this process's path, or append it."""
    current = current_folder()
    sys.path[:] = [*(part for part in sys.path if part not in ("", ".", current)), ""]


def add_current_folder() -> None:
    """Append the current folder to this process's path, unless it is already there."""
    if not {"", ".", current_folder()} & set(sys.path):
        sys.path.append("")


def children_variables(python_path: str | None) -> dict[str, str]:
    """Return the environment variables that keep the current folder off the front of the path in all child processes.

    Args:
        python_path: the variable PYTHONPATH of this process; its own folders stay.
    """
    variables = {"PYTHONSAFEPATH": "1"}
    current = current_folder()
    kept = [part for part in (python_path or "").split(os.pathsep) if part not in ("", ".", current)]
    if kept:
        # Dagster removes the first folder of the path while it loads the graph; it assumes that this is the script's.
        variables["PYTHONPATH"] = os.pathsep.join([os.path.dirname(sys.executable), *kept])
    elif python_path:
        variables["PYTHONPATH"] = ""
    return variables


def current_folder() -> str:
    """Return the current folder, or an empty text if it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
