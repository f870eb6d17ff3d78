"""Where Python looks for modules: the current folder comes last, after the standard library and every package.

A person keeps notebooks and strategies in the current folder, and a file `signal.py` or `types.py` among them must not
take the place of the module of that name. A strategy's own module is still found there. Imports nothing but what
the interpreter has loaded before it runs any code: a file in the current folder could take the place of the rest.
"""

import os
import sys


def put_current_folder_last() -> None:
    """Moves the current folder to the end of this process' path, or adds it there."""
    current = current_folder()
    sys.path[:] = [*(part for part in sys.path if part not in ("", ".", current)), ""]


def add_current_folder() -> None:
    """Adds the current folder to the end of this process' path, unless it stands there already."""
    if not {"", ".", current_folder()} & set(sys.path):
        sys.path.append("")


def children_variables(python_path: str | None) -> dict[str, str]:
    """Variables of child processes, and of theirs, that keep the current folder from the front of their paths.

    Args:
        python_path: the variable PYTHONPATH of this process; its own folders stay.
    """
    variables = {"PYTHONSAFEPATH": "1"}
    current = current_folder()
    kept = [part for part in (python_path or "").split(os.pathsep) if part not in ("", ".", current)]
    if kept:
        # Dagster takes the first folder of the path out while it loads the graph: the scripts' folder, in its belief.
        variables["PYTHONPATH"] = os.pathsep.join([os.path.dirname(sys.executable), *kept])
    elif python_path:
        variables["PYTHONPATH"] = ""
    return variables


def current_folder() -> str:
    """The current folder; an empty text where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
