from __future__ import annotations

import re
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.settings import Settings, load_settings

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a file .env, and an environment without settings."""
    import os

    for name in [name for name in os.environ if name.startswith("G4QC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_everything_is_local_and_simulated() -> None:
    settings = load_settings()
    assert settings.simulated
    assert settings.database_url is None
    assert settings.home == Path("~/.g4qc").expanduser().resolve()
    assert settings.reports_url == "http://127.0.0.1:8000/reports"


def test_the_environment_wins_over_the_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("G4QC_IB_HOST=from-file\nG4QC_IB_PORT=7497\nOTHER=1\n")
    monkeypatch.setenv("G4QC_IB_HOST", "from-environment")
    settings = load_settings()
    assert (settings.ib_host, settings.ib_port) == ("from-environment", 7497)
    assert not settings.simulated


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G4QC_IB_HOST", "")
    assert load_settings().simulated


def test_overrides_win_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G4QC_IB_PORT", "7497")
    assert load_settings(ib_port=4001).ib_port == 4001


def test_paths_are_absolute(elsewhere: Path) -> None:
    assert load_settings(home="here").home == elsewhere / "here"
    assert load_settings(instruments="mine.toml").instruments == elsewhere / "mine.toml"


def test_a_report_is_found_where_a_browser_sees_it() -> None:
    settings = load_settings(api_url="https://quant.example/g4qc/")
    assert settings.reports_url == "https://quant.example/g4qc/reports"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("G4QC_IB_PORT", "none"),
        ("G4QC_IB_PORT", "70000"),
        ("G4QC_IB_CLIENT_ID", "0"),
        ("G4QC_IB_MAX_PROTOCOL", "201"),
        ("G4QC_FIRST_MONTH", "2013-13"),
        ("G4QC_IB_REQUEST_TIMEOUT", "-1"),
    ],
)
def test_a_malformed_setting_is_one_sentence_with_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"The setting {name} is wrong") as error:
        load_settings()
    assert "\n" not in str(error.value)


def test_a_password_is_never_shown() -> None:
    settings = load_settings(database_url="postgresql://user:hunter2@host/bars")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)
    assert settings.database_url is not None
    assert "hunter2" in settings.database_url.get_secret_value()


def test_every_setting_has_its_line_in_the_example_and_no_other_has() -> None:
    listed = re.findall(r"^#?\s*(G4QC_\w+)=", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(f"G4QC_{name.upper()}" for name in Settings.model_fields)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())
