"""An audit of every transaction that writes bars or trials: under which right it was committed.

Triggers note each such transaction at its commit, and each change of a right, in one sequence. Who commits holds a
share lock on its rights at that moment, and who changes a right an exclusive one, so that the order of the notes is the
order in which it happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import URL, create_engine, text

_BARS = ("raw_minutes", "raw_exact", "market_bars", "market_exact", "session_quality", "quarantined_bars")
_OTHERS = ("ib_requests", "rolls", "trials", "search_trials", "search_returns")
AUDITED = (*_BARS, *_OTHERS)

# A row that only one transaction has locked has the number of that transaction as its xmax. The row of a step always
# is such a row, because only one process has its token.
_MADE = """
CREATE SEQUENCE drill_order;
CREATE TABLE drill_transactions (xid bigint PRIMARY KEY, first_table text NOT NULL);
CREATE TABLE drill_notes (place bigint PRIMARY KEY DEFAULT nextval('drill_order'), what text NOT NULL, holder text,
  token integer);

CREATE FUNCTION drill_wrote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO drill_transactions VALUES (pg_current_xact_id()::text::bigint, TG_TABLE_NAME) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE FUNCTION drill_commits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO drill_notes (what, holder, token)
  SELECT 'write', holder, token FROM write_rights WHERE xmax::text::bigint = NEW.xid % 4294967296;
  IF NOT FOUND THEN
    INSERT INTO drill_notes (what, holder) VALUES ('unguarded', NEW.first_table);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER drill_commits AFTER INSERT ON drill_transactions DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION drill_commits();

CREATE FUNCTION drill_right() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' OR NEW.ended_at IS NOT NULL THEN
    INSERT INTO drill_notes (what, holder) VALUES ('end', OLD.holder);
  ELSE
    INSERT INTO drill_notes (what, holder, token) VALUES ('take', NEW.holder, NEW.token);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER drill_right AFTER INSERT OR UPDATE OR DELETE ON write_rights
  FOR EACH ROW EXECUTE FUNCTION drill_right();
"""
_WATCHED = """
CREATE TRIGGER drill_wrote AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION drill_wrote();
"""
_NOTES = "SELECT what, coalesce(holder, ''), coalesce(token, 0) FROM drill_notes ORDER BY place"


class Note(NamedTuple):
    """What happened to a right, or under it."""

    what: str
    holder: str
    token: int


@dataclass(frozen=True)
class Verdict:
    """What an audit has found.

    Attributes:
        writes: transactions that were committed under a right, counted for each right that they held.
        taken_again: rights to steps that were taken from another process.
        wrong: writes without a right, or under one that was no longer that of the process, in words.
    """

    writes: int
    taken_again: int
    wrong: list[str]


def begin(database: URL) -> None:
    """Note from now on what is written in the database."""
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text(_MADE))
        for table in AUDITED:
            connection.execute(text(_WATCHED.format(table=table)))
    engine.dispose()


def verdict(database: URL) -> Verdict:
    """Judge what was noted so far."""
    engine = create_engine(database)
    with engine.connect() as connection:
        notes = [Note(*row) for row in connection.execute(text(_NOTES))]
    engine.dispose()
    return judged(notes)


def judged(notes: Iterable[Note]) -> Verdict:
    """Judge notes in their order."""
    tokens: dict[str, int] = {}
    ended: set[str] = set()
    writes, again, wrong = 0, 0, list[str]()
    for note in notes:
        run = note.holder.partition("/")[0]
        if note.what == "take":
            again += note.token > 1
            tokens[note.holder] = note.token
        elif note.what == "end":
            ended.add(note.holder)
        elif note.what == "unguarded":
            wrong.append(f"a transaction that wrote {note.holder} held no right")
        else:
            writes += 1
            if {run, note.holder} & ended:
                wrong.append(f"{note.holder} had ended")
            elif note.token != tokens.get(note.holder, note.token):
                wrong.append(f"{note.holder} was written under {note.token}, and {tokens[note.holder]} was taken")
    return Verdict(writes, again, wrong)
