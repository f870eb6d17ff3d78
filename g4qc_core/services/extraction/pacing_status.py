"""The use of the gateway's pacing limits and the running extractions, for `g4qc status` and for metadata.

All processes of the database count. Simulated gateways are not paced and do not appear.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from g4qc_core.ib.pacing_limits import IB_RULES
from g4qc_core.pacing.usage import Usage, usage
from g4qc_core.sentences import counted
from g4qc_core.services.extraction.progress import in_words
from g4qc_core.storage.stores import Stores


def pacing_document(stores: Stores) -> dict[str, Any]:
    """Return the accounts with the use of each pacing window, and the running extractions, ready for JSON.

    An account is listed while any rule still counts one of its requests.
    """
    with stores.pacer(IB_RULES) as pacer:
        now = pacer.now()
        found = {account: usage(pacer.history(account), now, pacer.rules) for account in pacer.accounts()}
    return {
        "accounts": [_account(name, used) for name, used in found.items() if used.last_sent_at is not None],
        "work": [
            {
                "instrument": one.subject,
                "requests_done": one.done,
                "requests": one.total,
                "finishes_at": one.finishes_at.isoformat(),
                "seconds_left": max(0.0, round((one.finishes_at - now).total_seconds(), 1)),
                "run_id": one.run_id,
            }
            for one in stores.progress.running()
        ],
    }


def pacing_lines(document: dict[str, Any]) -> list[str]:
    """Return one line of text for each account and each running extraction."""
    return [*map(_account_line, document["accounts"]), *map(_work_line, document["work"])]


def pacing_metadata(stores: Stores) -> dict[str, str]:
    """Return the accounts' lines as metadata of an asset; empty if no account was used."""
    lines = map(_account_line, pacing_document(stores)["accounts"])
    return {"pacing": text} if (text := "\n".join(lines)) else {}


def _account(name: str, used: Usage) -> dict[str, Any]:
    return {
        "account": name,
        "windows": [
            {"name": w.name, "seconds": w.seconds, "used": w.used, "left": w.left, "limit": w.limit}
            for w in used.windows
        ],
        "open": used.open,
        "open_limit": used.open_limit,
        "paused_until": used.paused_until.isoformat() if used.paused_until else None,
        "slower": used.slower,
        "last_sent_at": used.last_sent_at.isoformat() if used.last_sent_at else None,
    }


def _account_line(account: dict[str, Any]) -> str:
    windows = [f"{w['used']} of {w['limit']} {w['name']}" for w in account["windows"] if w["used"]]
    slower = f"; for a while at 1/{account['slower']} of the usual rate" if account["slower"] > 1 else ""
    paused = ""
    if account["paused_until"]:
        paused = f"; paused until {_clock(account['paused_until'])} UTC after a pacing violation"
    used = ", ".join([f"{account['open']} of {counted(account['open_limit'], 'open request')}", *windows])
    return f"Pacing of {account['account']}: {used}{slower}{paused}."


def _work_line(work: dict[str, Any]) -> str:
    done = f"{work['requests_done']} of {counted(work['requests'], 'request is', 'requests are')} answered"
    left = in_words(timedelta(seconds=work["seconds_left"]))
    return f"Under way: {work['instrument']}, {done}, done in about {left}, at {_clock(work['finishes_at'])} UTC."


def _clock(at: str) -> str:
    return at[:19].replace("T", " ")
