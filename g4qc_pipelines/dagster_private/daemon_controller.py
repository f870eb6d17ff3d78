"""The command `dagster-daemon run`: no public function starts the daemons in this process."""

from dagster._daemon.cli import run_command

__all__ = ["run_command"]
