"""Errors of the user's own code as one sentence with the error and the line in the user's file.

The traceback goes to the log.
"""

from __future__ import annotations

import inspect
import logging
import re
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from g4qc_core.errors import G4qcError, UsageError

_log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).resolve().parents[1]
_OTHERS = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_LONGEST = 300
_INDICATOR = re.compile(r'Indicator "(.*)" error\. See traceback above')


@contextmanager
def user_errors(kind: type) -> Iterator[None]:
    """Turn an error of a class that the user wrote into one sentence; errors of G4QC pass.

    Raises:
        UsageError: the class failed; the text has the error and the place in the user's code.
    """
    try:
        yield
    except G4qcError:
        raise
    except (Exception, SystemExit) as error:
        raise failure(f"The strategy {kind.__name__} failed", error, inspect.getmodule(kind)) from error


def failure(words: str, error: BaseException, module: ModuleType | None = None) -> UsageError:
    """Return the error as one sentence, and write the traceback to the log.

    Args:
        words: subject and verb: `The strategy Mine failed`.
        error: the error of the user's code.
        module: of the user's code, if it could be imported.
    """
    _log.info("%s.", words, exc_info=error)
    chain = _chain(error)
    return UsageError(f"{words}: {_in_words(chain)}{_place(chain, module)}.")


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and its chain of causes, the outermost first."""
    chain = [error]
    while chain[-1].__cause__ is not None and chain[-1].__cause__ not in chain:
        chain.append(chain[-1].__cause__)
    return chain


def _in_words(chain: list[BaseException]) -> str:
    # The library wraps an indicator's error in one that points to a traceback, which the user does not see.
    indicator = _INDICATOR.match(str(chain[0]))
    if indicator and len(chain) > 1:
        return f"indicator {indicator[1]}: {_in_words(chain[1:])}"
    return ", caused by ".join(dict.fromkeys(map(_one_line, chain)))


def _one_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    line = " ".join(text.split()).removesuffix(".")
    if len(line) > _LONGEST:
        line = f"{line[:_LONGEST]} ..."
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _place(chain: list[BaseException], module: ModuleType | None) -> str:
    """Return the innermost line of the user's own code in words; empty if there is none."""
    own_file = getattr(module, "__file__", None)
    for error in reversed(chain):
        if isinstance(error, SyntaxError) and error.filename:
            return f" ({error.filename}, line {error.lineno})"
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if _is_own(frame.filename, own_file):
                within = "" if frame.name == "<module>" else f", in {frame.name}"
                return f" ({frame.filename}, line {frame.lineno}{within})"
    return f" ({own_file})" if own_file else ""


def _is_own(file: str, own_file: str | None) -> bool:
    if file == own_file:
        return True
    path = Path(file)
    if file.startswith("<") or not path.exists():
        return False
    path = path.resolve()
    return not any(path.is_relative_to(folder) for folder in (*_OTHERS, _PACKAGE))
