"""Reports as files: the same in a folder of the home, in another folder, and in a bucket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.errors import StoreUnavailable
from g4qc_core.services.backups.own_files import own_files, place_of
from g4qc_core.services.report_file import ReportFile, known_reports, local_reports, report_named
from g4qc_core.settings import Settings


@pytest.fixture(params=["home", "folder", "bucket"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with reports in each kind of place in turn."""
    target = None
    if request.param == "folder":
        target = str(tmp_path / "shared" / "reports")
    elif request.param == "bucket":
        target = request.getfixturevalue("bucket")
    return Settings(home=tmp_path / "home", report_target=target, _env_file=None)


def test_a_report_is_written_read_listed_and_removed(places: Settings) -> None:
    report = report_named("one", places)
    assert (report.name, report.stem, report.written(), known_reports(places)) == ("one.html", "one", None, {})
    with pytest.raises(FileNotFoundError):
        report.page()
    before = datetime.now(UTC).replace(microsecond=0)
    for text in ("<p>first", "<p>ñ second"):
        assert report.write(text).page().decode() == text
    report_named("another", places).write("")
    written = report.written()
    assert written is not None
    assert before <= written <= datetime.now(UTC)
    assert list(known_reports(places)) == ["another.html", "one.html"]
    assert known_reports(places)["one.html"] == written
    report.remove()
    report.remove()
    assert report.written() is None
    assert list(known_reports(places)) == ["another.html"]


def test_a_report_is_of_what_was_before_it(places: Settings) -> None:
    report = report_named("one", places)
    # A file's time may be some milliseconds behind the clock.
    began = datetime.now(UTC) - timedelta(seconds=1)
    assert not report.written_since(began)
    report.write("")
    assert report.written_since(began)
    assert not report.written_since(began + timedelta(minutes=1))
    assert not report.written_since(None)


def test_reports_in_a_folder_are_part_of_a_backup_and_those_in_a_bucket_stay_there(places: Settings) -> None:
    report_named("one", places).write("<p>one")
    packed = [one.place for one in own_files(places) if one.kind == "reports"]
    folder = local_reports(places)
    assert packed == ([] if folder is None else [folder])
    assert place_of("reports", places) == (folder or places.home / "reports")


def test_a_link_among_the_reports_is_no_report(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)
    report_named("one", settings).write("")
    (tmp_path / "reports" / "link.html").symlink_to("/etc/hostname")
    assert list(known_reports(settings)) == ["one.html"]
    assert report_named("link", settings).written() is None


def test_a_place_that_is_gone_is_told(tmp_path: Path, bucket: str) -> None:
    missing = Settings(home=tmp_path, report_target=bucket.replace("backups", "nowhere"), _env_file=None)
    with pytest.raises(StoreUnavailable, match="cannot be written or read"):
        report_named("one", missing).write("")
    (tmp_path / "file").write_text("")
    closed = Settings(home=tmp_path, report_target=str(tmp_path / "file"), _env_file=None)
    with pytest.raises(StoreUnavailable, match="cannot be written or read"):
        report_named("one", closed).write("")


def test_its_words_are_its_address(tmp_path: Path, bucket: str) -> None:
    settings = Settings(home=tmp_path, report_target=bucket, _env_file=None)
    assert str(report_named("one", settings)) == f"{bucket}/one.html"
    assert isinstance(report_named("one", settings), ReportFile)
