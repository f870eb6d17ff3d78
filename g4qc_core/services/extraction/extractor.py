"""Extraction: the plan's requests are made one after another, and every answer is stored with its ledger entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.chains import Wanted
from g4qc_core.services.extraction.extraction_result import Extraction
from g4qc_core.services.extraction.fetch_bars import fetch_bars
from g4qc_core.services.extraction.heads import heads_to_ask, learn_heads
from g4qc_core.services.extraction.patience import Patience
from g4qc_core.services.extraction.plan import USUAL, ExtractionPlan, PlanRules, plan_extraction
from g4qc_core.services.extraction.progress import time_left
from g4qc_core.services.extraction.unanswered import Missed
from g4qc_core.storage.stores import Stores

Tell = Callable[[str], None]


def extract_sessions(
    instrument: Instrument,
    wanted: Wanted,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
    tell: Tell,
    rules: PlanRules = USUAL,
) -> Extraction:
    """Request the missing parts of the wanted sessions in the order of the rules, and store every answer.

    After a failed request the others are still made, unless too many fail in a row (`patience`). The ledger and
    `Extraction.missed` name the failed ones.

    Args:
        instrument: the instrument of the contracts.
        wanted: sessions by contract, ascending.
        source: asked for bars and for the start of each contract's bars; its clock is "now".
        stores: keeps bars and ledger.
        run_id: the Dagster run that makes the requests, if there is one.
        tell: receives a line of progress for each request.
        rules: of planning.

    Raises:
        GatewayError: the source's clock cannot be read.
    """
    plan, heads = _plan(instrument, wanted, source, stores, tell, rules)
    done, patience = Extraction(plan), Patience()
    sessions = calendar(instrument.calendar)
    with time_left(instrument.symbol, plan.requests, source, stores, run_id) as left:
        for number, request in enumerate(plan.requests, 1):
            contract = request.contract
            if not patience.asks(contract):
                done.missed.append(Missed(request, None))
                continue
            place = f"request {number} of {len(plan.requests)}{left(number)}"
            tell(f"{contract}: {place}, from {request.start:%Y-%m-%d %H:%M}")
            result = fetch_bars(request, sessions, heads.get(contract.month), source, stores, run_id)
            done.add(result)
            if result.error is not None:
                tell(f"{contract}: {place} failed: {result.error}")
            if result.error is not None and result.failed:
                patience.failed(contract, result.error)
            else:
                patience.answered(contract)
    return done


def _plan(
    instrument: Instrument, wanted: Wanted, source: BarSource, stores: Stores, tell: Tell, rules: PlanRules
) -> tuple[ExtractionPlan, Mapping[str, datetime]]:
    """Return the plan, and the starts of the first bars by contract month, asking the source for those it lacks."""
    now = source.server_time()
    heads = stores.contracts.heads(instrument.symbol)
    plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    unsure = heads_to_ask(wanted, plan, heads, stores.contracts.heads_asked(instrument.symbol), now)
    if unsure:
        learn_heads(unsure, now, source, stores, tell)
        heads = stores.contracts.heads(instrument.symbol)
        plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    return plan, heads
