"""Sentences about the installed build of ibapi and its protocols."""

from __future__ import annotations

import ibapi.client
import pytest

from g4qc_core.ib.connection.builds import Build

OLD, NEW = Build("9.81.1", 157), Build("10.46.1", 225)


def test_the_installed_build_is_the_one_that_is_imported() -> None:
    build = Build.installed()
    assert build.newest == ibapi.client.MAX_CLIENT_VER
    assert ibapi.get_version_string().startswith(build.version)
    assert not build.mixed


@pytest.mark.parametrize(
    ("build", "allowed", "spoken"),
    [(OLD, 178, 157), (OLD, 157, 157), (NEW, 178, 178), (NEW, 200, 200), (NEW, 999, 200)],
)
def test_the_protocol_is_the_lowest_of_setting_build_and_text(build: Build, allowed: int, spoken: int) -> None:
    assert build.spoken(allowed) == spoken


@pytest.mark.parametrize(("build", "allowed"), [(OLD, 157), (NEW, 178), (NEW, 200)])
def test_a_build_that_speaks_what_the_setting_allows_needs_no_words(build: Build, allowed: int) -> None:
    assert build.shortfall(allowed) is None
    assert build.remark("127.0.0.1:4002", build.spoken(allowed), allowed) is None


def test_a_setting_beyond_the_build_is_said_with_the_way_to_another() -> None:
    said = OLD.shortfall(178)
    assert said is not None
    for words in (
        "ibapi 9.81.1",
        "protocol 157 at most",
        "G4QC_IB_MAX_PROTOCOL allows 178",
        "10.x build",
        "A newer client",
    ):
        assert words in said
    assert "two builds" in (Build("9.81.1", 157, mixed=True).shortfall(178) or "")
    assert OLD.remark("127.0.0.1:4002", 157, 178) == f"The connection to 127.0.0.1:4002 speaks protocol 157: {said}."


@pytest.mark.parametrize(
    ("build", "wanted", "allowed", "words"),
    [
        (OLD, 163, 178, "10.x build"),
        (NEW, 190, 178, "set that to 190"),
        (NEW, 210, 200, "newer release of G4QC"),
        (OLD, 210, 178, "newer release of G4QC"),
    ],
)
def test_a_gateway_that_speaks_newer_says_what_to_change(build: Build, wanted: int, allowed: int, words: str) -> None:
    said = build.too_old(wanted, allowed)
    assert said.startswith("speaks newer than this client")
    assert words in said
