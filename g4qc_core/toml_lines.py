"""Line numbers of fields in TOML files that the user edits, for the text of errors."""

from __future__ import annotations

import re


def line_of(text: str, entry: str, field: str) -> int:
    """Return the line (from 1) of the field.

    If it is not found, return the line of the entry's header, else 1.
    """
    headline = re.compile(rf"""^\s*\[{{1,2}}\s*["']?{re.escape(entry)}["']?\s*[\].]""")
    # `entry` may also be a key outside every table.
    loose = re.compile(rf"^\s*{re.escape(entry)}\s*=")
    found, inside = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if headline.match(line):
            found, inside = found or number, True
            if field and f"{entry}.{field}]" in line.replace('"', ""):
                return number
        elif re.match(r"^\s*\[", line):
            inside = False
        elif loose.match(line) and not found:
            found = number
        elif inside and field and re.match(rf"""^\s*["']?{re.escape(field)}["']?\s*[=.]""", line):
            return number
    return found or 1


def line_of_item(text: str, array: str, at: int, field: str) -> int:
    """Return the line (from 1) of the field in item `at` (from 0) of an array of tables.

    If the field is not found, return the line of the item's header, else 1.
    """
    headline = re.compile(rf"^\s*\[\[\s*{re.escape(array)}\s*\]\]")
    found, seen = 0, -1
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"^\s*\[", line):
            seen += bool(headline.match(line))
            if headline.match(line) and seen == at:
                found = number
            elif found:
                break
        elif found and field and re.match(rf"""^\s*["']?{re.escape(field)}["']?\s*[=.]""", line):
            return number
    return found or 1
