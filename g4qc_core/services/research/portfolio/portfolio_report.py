"""The report of a stored portfolio: its page and its pictures, from the stored frames."""

from __future__ import annotations

from collections.abc import Mapping

from g4qc_core.instruments.registry import Registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.report.portfolio_page import PortfolioCheck, PortfolioPage, render_portfolio
from g4qc_core.services.backtests.spec_run import origin_note
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.portfolio.portfolio_checks import checks_of
from g4qc_core.services.research.study import report_of_study
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores


def publish_portfolio(record: StudyRecord, settings: Settings, _: Registry, stores: Stores) -> ReportFile:
    """Write the report of a portfolio, and return its file.

    Raises:
        SettingsError: the file cannot be written.
    """
    note = origin_note(stored_origin(stores.database))
    page = render_portfolio(page_of(record, stores), origin_note=note, language=settings.report_language)
    return report_of_study(record, settings).write(page)


def portfolio_pictures_of(record: StudyRecord, stores: Stores) -> Mapping[str, bytes]:
    """Return the pictures of a portfolio (PNG) by title."""
    from g4qc_core.research.portfolio.report.portfolio_pictures import portfolio_pictures

    return portfolio_pictures(page_of(record, stores))


def page_of(record: StudyRecord, stores: Stores) -> PortfolioPage:
    """Return what the report of a stored portfolio shows.

    Raises:
        NotFound: a frame is not stored, because the portfolio is not done.
    """
    spec, summary = PortfolioSpec.from_dict(record.spec), dict(record.summary or {})
    frames = {name: stores.studies.frame(record.id, name) for name in stores.studies.frames(record.id)}
    inputs = {"id": record.id, "portfolio": dict(record.spec), "data_version": record.data_version, "code": record.code}
    return PortfolioPage(
        name=record.name,
        currency=spec.currency,
        capital=float(spec.cash),
        frames=frames,
        summary=dict(summary.get("portfolio") or {}),
        figures=dict(summary.get("figures") or {}),
        checks=[PortfolioCheck(one.name, one.passed, one.words) for one in checks_of(record)],
        inputs=inputs,
        notes=list(summary.get("notes") or []),
        far=spec.most_distance / 100,
    )
