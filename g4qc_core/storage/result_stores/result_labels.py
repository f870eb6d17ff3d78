"""Labels of backtest results: a title, tags and a note, which affect no number and no id."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from unicodedata import category

from sqlalchemy import select, update

from g4qc_core.errors import UsageError
from g4qc_core.storage.result_stores.deleted_store import refuse_missing
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import backtests

TAG = r"^[^\W_][\w.-]{0,29}$"
"""Form of a tag: letters and digits, with `.`, `_` and `-` after the first character."""

TAG_IN_WORDS = "write one word of at most 30 letters, digits and . _ -, like keep"

LONGEST_TITLE = 120
MOST_TAGS = 20
LONGEST_NOTE = 2000
_JOINER = "\u200d"  # joins several emoji into one


def check_title(text: str) -> str | None:
    """Return the title without surrounding space; None for an empty one, which removes a title.

    Spaces of every kind become plain spaces.

    Raises:
        UsageError: it is too long, has more than one line, or has characters that cannot be seen.
    """
    title = _plain_spaces(text)
    if len(title) > LONGEST_TITLE:
        raise UsageError(
            f"A title is one line of at most {LONGEST_TITLE} characters: shorten it by {len(title) - LONGEST_TITLE}."
        )
    if unseen := _unseen(title, _JOINER):
        raise UsageError(f"A title is one line of characters that can be seen: take U+{ord(unseen):04X} out of it.")
    return title or None


def check_note(text: str) -> str | None:
    """Return the note without surrounding space; None for an empty one, which removes a note.

    Spaces of every kind become plain spaces.

    Raises:
        UsageError: it is too long, or has characters that cannot be seen, other than line breaks and tabs.
    """
    note = _plain_spaces(text.replace("\r\n", "\n"))
    if len(note) > LONGEST_NOTE:
        raise UsageError(f"A note has at most {LONGEST_NOTE} characters: shorten it by {len(note) - LONGEST_NOTE}.")
    if unseen := _unseen(note, _JOINER + "\n\t"):
        raise UsageError(f"A note is text that can be seen: take U+{ord(unseen):04X} out of it.")
    return note or None


def _plain_spaces(text: str) -> str:
    return "".join(" " if category(one) == "Zs" else one for one in text).strip()


def _unseen(text: str, allowed: str) -> str:
    """Return the first character that cannot be seen, except those allowed; empty if there is none."""
    return next((one for one in text if not one.isprintable() and one not in allowed), "")


def check_tags(texts: Iterable[str]) -> set[str]:
    """Return the tags in lower case.

    Raises:
        UsageError: one is not a word.
    """
    tags = {text.strip().lower() for text in texts}
    for tag in tags:
        if not re.match(TAG, tag):
            raise UsageError(f"'{tag[:40]}' is no tag: {TAG_IN_WORDS}.")
    return tags


@dataclass(frozen=True)
class LabelChange:
    """A change of the labels of results.

    Attributes:
        title: new title; used only if `titled` is true.
        titled: the title changes.
        note: new note; used only if `noted` is true.
        noted: the note changes.
        tags: replaces all tags of a result; None: they stay.
        added, removed: tags to add and to remove afterwards.
    """

    title: str | None = None
    titled: bool = False
    note: str | None = None
    noted: bool = False
    tags: Collection[str] | None = None
    added: Collection[str] = ()
    removed: Collection[str] = ()

    def applied(self, tags: Iterable[str]) -> list[str]:
        """Return the tags of a result after the change, sorted.

        Raises:
            UsageError: a tag is not a word, or there are too many.
        """
        start = set(tags) if self.tags is None else check_tags(self.tags)
        made = (start | check_tags(self.added)) - {tag.strip().lower() for tag in self.removed}
        if len(made) > MOST_TAGS:
            raise UsageError(f"A result has at most {MOST_TAGS} tags: take some away first.")
        return sorted(made)


class ResultLabels:
    """Titles, tags and notes of the results of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, ids: Collection[str], change: LabelChange) -> None:
        """Change the labels of the results, of all or none.

        Raises:
            UsageError: a title, a tag or a note is malformed.
            NotFound, Gone: there is no such result, or it was deleted.
        """
        texts = {"title": check_title(change.title or "")} if change.titled else {}
        if change.noted:
            texts["note"] = check_note(change.note or "")
        columns = (backtests.c.id, backtests.c.tags)
        with self._database.transaction() as connection:
            # In a fixed order, so that two changes never wait for each other.
            query = select(*columns).where(backtests.c.id.in_(ids)).order_by(backtests.c.id).with_for_update()
            rows = connection.execute(query).all()
            refuse_missing(connection, ids, [row.id for row in rows])
            for row in rows:
                values = {**texts, "tags": change.applied(row.tags)}
                connection.execute(update(backtests).where(backtests.c.id == row.id).values(values))
