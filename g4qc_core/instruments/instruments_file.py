"""Changes to the instruments file, which the user edits, too: comments, order and other entries stay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.files import alone_with, write_whole
from g4qc_core.instruments.registry import Instrument, parse_instruments, read_instruments

Fields = Mapping[str, str | int | Decimal]
"""The fields of an entry in the order in which they are written."""

_HEADLINE = re.compile(r"""^\s*\[\s*["']?(\w+)["']?\s*\]""")
_FIELD = re.compile(r"""^\s*["']?(\w+)["']?\s*=""")
_BEHIND = re.compile(r"""^(?:[^#"']|"[^"]*"|'[^']*')*?(\s+#.*)$""")
_HEAD = "# Instruments of your own, in the form of G4QC's instruments.toml.\n"


def write_instrument(file: Path, symbol: str, fields: Fields, replace: bool = False) -> Instrument:
    """Add an entry to the file, which need not exist; return the instrument as read from there.

    The file is complete at every moment, and unchanged after an error. Concurrent additions are all kept.

    Args:
        fields: fields of the entry.
        file: the instruments file.
        symbol: symbol of the instrument.
        replace: put the entry in place of one with the same symbol; lines of fields that stay keep their comments.

    Raises:
        UsageError: the file has an entry of that name, and it is not to be replaced.
        SettingsError: the file is malformed, or the entry would be, or the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with alone_with(file):
            return _write(file, symbol, fields, replace)
    except OSError as error:
        raise SettingsError(f"The instruments file {file} cannot be written: {error.strerror}.") from None


def _write(file: Path, symbol: str, fields: Fields, replace: bool) -> Instrument:
    text = _HEAD
    if file.exists():
        known = read_instruments(file)
        text = file.read_text("utf-8")
        if symbol in known and not replace:
            raise UsageError(f"{file} has an entry [{symbol}] already: add --replace to put this one in its place.")
    written = with_entry(text, symbol, fields)
    instrument = parse_instruments(written, file)[symbol]
    write_whole(file, written.encode())
    return instrument


def remove_instrument(file: Path, symbol: str) -> None:
    """Take the entry out of the file, with the comment directly above it; the other lines stay.

    Raises:
        UsageError: the file has no such entry.
        SettingsError: the file is malformed, or cannot be written.
    """
    try:
        with alone_with(file):
            known = read_instruments(file)
            if symbol not in known:
                raise unknown("instrument of your own", symbol, known)
            write_whole(file, without_entry(file.read_text("utf-8"), symbol).encode())
    except OSError as error:
        raise SettingsError(f"The instruments file {file} cannot be written: {error.strerror}.") from None


def without_entry(text: str, symbol: str) -> str:
    """Return the text of an instruments file without the entry of that symbol."""
    lines = text.removesuffix("\n").split("\n")
    start, end = _extent(lines, symbol)
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    return "\n".join([*lines[:start], *lines[end:]]).rstrip("\n") + "\n"


def with_entry(text: str, symbol: str, fields: Fields) -> str:
    """Return the text of an instruments file with this entry instead of the one of that symbol, or at its end."""
    lines = text.removesuffix("\n").split("\n") if text else []
    if not any(_names(line, symbol) for line in lines):
        entry = [f"[{symbol}]", *(_line(name, value) for name, value in fields.items())]
        return "\n".join([*lines, *([""] if lines else []), *entry]) + "\n"
    start, end = _extent(lines, symbol)
    return "\n".join([*lines[: start + 1], *_replaced(lines[start + 1 : end], fields), *lines[end:]]) + "\n"


def _extent(lines: list[str], symbol: str) -> tuple[int, int]:
    """Return the line of the entry's headline and the one after its last field."""
    start = next(i for i, line in enumerate(lines) if _names(line, symbol))
    end = next((i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
    # Blank lines and comments at the entry's end belong to what follows.
    while end > start + 1 and not lines[end - 1].split("#")[0].strip():
        end -= 1
    return start, end


def _replaced(lines: list[str], fields: Fields) -> list[str]:
    left = dict(fields)
    kept: list[str] = []
    for line in lines:
        found = _FIELD.match(line)
        if found is None:
            kept.append(line)
        elif found[1] in left:
            comment = _BEHIND.match(line)
            kept.append(_line(found[1], left.pop(found[1])) + (comment[1] if comment else ""))
    return [*kept, *(_line(name, value) for name, value in left.items())]


def _names(line: str, symbol: str) -> bool:
    found = _HEADLINE.match(line)
    return found is not None and found[1] == symbol


def _line(name: str, value: str | int | Decimal) -> str:
    if isinstance(value, int):
        return f"{name} = {value}"
    text = format(value.normalize(), "f") if isinstance(value, Decimal) else value
    # JSON and TOML escape texts in the same way, except for one character.
    return f"{name} = " + json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
