"""The page Runs in a real browser: all jobs, the reasons of those that failed, the view of one, and cancelling it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from g4qc_core.api.job_launcher import JobEvent, JobState
from tests.fixtures.api import NOW, Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]

WHY = "The gateway hung up in the middle of ES 202612."


@pytest.fixture
def own(make_api: Callable[..., Api], home: Home) -> Api:
    """A server whose graph has a job that failed, 60 that succeeded, and one that runs."""
    api = make_api(home.settings)
    launcher = api.launcher
    for number in range(60):
        launcher.materialize(["roll_calendar"], f"key-{number}")
    launcher.state, launcher.message = JobState.FAILED, WHY
    launcher.materialize(["contracts"], "ES")
    launcher.state, launcher.message = JobState.RUNNING, ""
    launcher.materialize(["coverage"], "NQ")
    return api


def at_work(visitor: Visitor, path: str) -> None:
    """Go to a page as somebody does at the time of the jobs."""
    visitor.page.clock.set_fixed_time(NOW)
    visitor.opens(path)


def test_what_failed_and_what_runs_comes_before_all_jobs(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    at_work(visitor, "/runs")
    page = visitor.page
    expect(page.get_by_role("heading", level=2)).to_have_text(["Failed lately", "Now", "All jobs"])
    expect(page.locator(".job[data-state=failed]")).to_contain_text(WHY)
    expect(page.locator(".job[data-state=running]")).to_contain_text("NQ")
    rows = page.get_by_role("table", name="All jobs").locator("tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="Load older ones").click()
    expect(rows).to_have_count(62)
    expect(page.get_by_role("button", name="Load older ones")).to_have_count(0)
    visitor.was_undisturbed()


def test_the_list_is_filtered_by_its_address(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    at_work(visitor, "/runs")
    page = visitor.page
    rows = page.get_by_role("table", name="All jobs").locator("tbody tr")
    page.get_by_label("State").select_option("failed")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(WHY)
    assert page.url.endswith("/runs?state=failed")
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Search").fill("no such thing")
    expect(page.get_by_text("No job like this")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(rows).to_have_count(50)
    page.get_by_label("Search").fill("key-0")
    expect(rows).to_have_count(1)
    visitor.was_undisturbed()


def test_a_job_says_first_why_it_failed_and_then_all_that_it_told(visit: Visit, own: Api) -> None:
    own.launcher.told = [
        JobEvent("1", NOW, "", "Started."),
        JobEvent("2", NOW, "contracts", "The step failed.", failed=True),
    ]
    visitor = visit(own.url)
    at_work(visitor, "/runs?state=failed")
    page = visitor.page
    page.get_by_role("table", name="All jobs").get_by_role("link").first.click()
    expect(page.get_by_role("alert")).to_have_text(WHY)
    expect(page.get_by_role("heading", level=2).first).to_have_text("Why it failed")
    expect(page.get_by_role("list", name="What the job tells").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.go_back()
    expect(page.get_by_label("State")).to_have_value("failed")
    visitor.was_undisturbed()


def test_a_job_is_cancelled_after_a_question_alone(visit: Visit, own: Api) -> None:
    visitor = visit(own.url)
    at_work(visitor, "/runs?state=running")
    page = visitor.page
    page.get_by_role("table", name="All jobs").get_by_role("link").first.click()
    ask = page.get_by_role("button", name="Cancel", exact=True)
    ask.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel this job?")
    expect(dialog.get_by_role("button", name="Cancel", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert {job.state for job in own.launcher.jobs(1)} == {JobState.RUNNING}
    ask.press("Enter")
    dialog.get_by_role("button", name="Cancel the job").press("Enter")
    expect(page.locator("main [data-state=cancelled]")).to_be_visible()
    assert {job.state for job in own.launcher.jobs(1)} == {JobState.CANCELLED}
    visitor.was_undisturbed()


def test_a_job_that_is_followed_shows_its_end_by_itself(visit: Visit, own: Api) -> None:
    [running] = own.launcher.jobs(1)
    visitor = visit(own.url)
    at_work(visitor, f"/runs?id={running.id}")
    page = visitor.page
    expect(page.locator("main [data-state=running]")).to_be_visible()
    own.launcher._jobs[running.id] = replace(running, state=JobState.SUCCEEDED, ended_at=NOW)
    expect(page.locator("main [data-state=succeeded]")).to_be_visible()
    visitor.was_undisturbed()


def test_a_job_that_does_not_exist_is_told(visit: Visit, own: Api) -> None:
    page = visit(own.url).opens("/runs?id=unknown")
    expect(page.locator(".state.failing")).to_contain_text("There is no job unknown")
    page.get_by_role("link", name="All runs").click()
    expect(page.get_by_role("table", name="All jobs")).to_be_visible()


def test_runs_without_jobs_and_without_dagster(visit: Visit, make_api: Callable[..., Api], home: Home) -> None:
    api = make_api(home.settings)
    page = visit(api.url, locale="es-ES").opens("/runs")
    expect(page.get_by_text("Aún no hay trabajos")).to_be_visible()
    api.launcher.down = True
    page.reload()
    expect(page.locator(".state.failing")).to_be_visible()
    api.launcher.down = False
    expect(page.get_by_text("Aún no hay trabajos")).to_be_visible()
