"""Fault scripts as files: a bad one is refused with file, line, entry and field, a good one counts right."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import SettingsError
from g4qc_core.gateway.faults.fault import Fault
from g4qc_core.gateway.faults.fault_script import KINDS, FaultScript, Playing
from g4qc_core.gateway.faults.switches import FaultStage

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
SMALLEST = {
    "late": "seconds = 1", "error": 'code = 162\ntext = "no"', "announce": "code = 1100", "head_text": 'text = ""',
    "expiry_zone": 'zone = "UTC"',
}  # fmt: skip
"""What a kind needs beside its name."""


def entry(*lines: str) -> str:
    return "\n".join(["[[fault]]", *lines, ""])


def played(text: str, events: int, stage: FaultStage = FaultStage.HISTORY, now: datetime = NOW) -> list[int]:
    """Numbers, from 1, of the events on which the script's only entry happens."""
    playing = Playing(FaultScript.parse(text))
    return [number for number in range(1, events + 1) if playing.fired(stage, now)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_with_no_more_than_it_needs(kind: str) -> None:
    script = FaultScript.parse(entry(f'do = "{kind}"', SMALLEST.get(kind, "")))
    assert [fault.do for fault in script.faults] == [kind]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_happens_wherever_it_may_and_nowhere_else(kind: str) -> None:
    for place in KINDS[kind].places():
        (fault,) = FaultScript.parse(entry(f'do = "{kind}"', f'on = "{place}"', SMALLEST.get(kind, ""))).faults
        assert fault.events
        assert place == "request" or fault.events == (FaultStage(place),)
    with pytest.raises(SettingsError, match="place of"):
        FaultScript.parse(entry(f'do = "{kind}"', 'on = "nowhere"', SMALLEST.get(kind, "")))


def test_an_empty_script_does_nothing() -> None:
    assert FaultScript.parse("") == FaultScript()


@pytest.mark.parametrize(
    ("rule", "happens"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("nth = 3", [3]),
        ("every = 3", [3, 6]),
        ("after = 5", [6, 7, 8]),
        ("times = 2", [1, 2]),
        ("after = 1\nevery = 2\ntimes = 2", [3, 5]),
        ("probability = 0.0", []),
        ("until = 2026-11-20T22:30:00Z", []),
        ("from = 2026-11-20T22:30:00Z", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("from = 2026-11-20T23:30:00+01:00\nnth = 2", [2]),
    ],
)
def test_a_rule_says_on_which_events_a_fault_happens(rule: str, happens: list[int]) -> None:
    assert played(entry('do = "pacing"', rule), 8) == happens


def test_only_events_of_its_place_and_its_time_are_counted() -> None:
    playing = Playing(FaultScript.parse(entry('do = "mute"', 'on = "head"', "nth = 2", "from = 2026-11-20T22:30:00Z")))
    early = NOW - timedelta(seconds=1)
    events = [
        (FaultStage.HEAD, early),
        (FaultStage.HEAD, NOW),
        (FaultStage.HISTORY, NOW),
        (FaultStage.HEAD, NOW),
        (FaultStage.HEAD, NOW),
    ]
    assert [len(playing.fired(*event)) for event in events] == [0, 0, 0, 1, 0]


def test_request_is_any_question_of_a_client_and_not_its_coming() -> None:
    text = entry('do = "close"', 'on = "request"')
    stages = {stage for stage in FaultStage if stage is not FaultStage.OTHER and played(text, 1, stage)}
    assert stages == {FaultStage.CONTRACTS, FaultStage.HEAD, FaultStage.HISTORY, FaultStage.TIME}


@given(seed=st.integers(0, 10), chance=st.floats(0.2, 0.8))
def test_chance_is_the_same_for_the_same_seed_whatever_else_is_in_the_script(seed: int, chance: float) -> None:
    text = f"seed = {seed}\n" + entry('do = "pacing"', f"probability = {chance}")
    alone = played(text, 400)
    assert played(text, 400) == alone
    assert 0.05 < len(alone) / 400 < 0.95
    beside = Playing(FaultScript.parse(text + entry('do = "late"', "seconds = 1", "probability = 0.5")))
    both = [[fault.do for fault in beside.fired(FaultStage.HISTORY, NOW)] for _ in range(400)]
    assert [number for number, names in enumerate(both, 1) if "pacing" in names] == alone


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (entry('do = "pacign"'), 2, ["fault 1", "do: Unknown fault 'pacign'", "did you mean 'pacing'?"]),
        (entry('do = "pacing"', 'onn = "head"'), 3, ["onn: Unknown field 'onn'", "did you mean 'on'?"]),
        (entry('do = "pacing"', 'on = "hsitory"'), 3, ["on:", "did you mean 'history'?"]),
        (entry('do = "flat_bars"', 'on = "head"'), 3, ["on:", "Known: history"]),
        (entry('do = "pacing"') + entry("", 'do = "late"'), 3, ["fault 2", "seconds: is missing: 'late' needs it"]),
        (entry("nth = 1"), 1, ["fault 1", "do: is missing"]),
        (entry('do = "pacing"', "", "# how often", "nth = 0"), 5, ["nth:", "greater than or equal to 1", "given 0"]),
        (entry('do = "pacing"', "nth = true"), 3, ["nth:", "must be a number"]),
        (entry('do = "pacing"', 'nth = "two"'), 3, ["nth:", "given 'two'"]),
        (entry('do = "pacing"', "nth = 1", "every = 2"), 1, ["nth says which one"]),
        (entry('do = "pacing"', "probability = 2.0"), 3, ["probability:", "less than or equal to 1"]),
        (entry('do = "pacing"', "from = 2026-11-20T22:30:00"), 3, ["from:", "time zone", "Z"]),
        (entry('do = "pacing"', 'until = "tomorrow"'), 3, ["until:", "instant"]),
        (
            entry('do = "pacing"', "from = 2026-11-20T22:30:00Z", "until = 2026-11-20T22:00:00Z"),
            1,
            ["the window is reversed"],
        ),
        (entry('do = "restart"', "at = 2026-11-20T22:30:00"), 3, ["at:", "time zone"]),
        (entry('do = "restart"', "at = 22:30:00", "nth = 2"), 1, ["at is an instant", "nth"]),
        (entry('do = "restart"', "at = 2026-11-20T22:30:00Z", "times = 2"), 1, ["an instant comes once"]),
        (entry('do = "late"', "seconds = -1"), 3, ["seconds:", "given -1"]),
        (entry('do = "late"', "seconds = inf"), 3, ["seconds:"]),
        (entry('do = "close"', "after_bytes = 3", 'moment = "after"'), 1, ["after_bytes says where"]),
        (entry('do = "announce"', "code = 4711"), 1, ["text is missing", "1100"]),
        (entry('do = "servers_lost"', "code = 2103"), 3, ["code:", "2110"]),
        ("sead = 3\n", 1, ["sead: Unknown field 'sead'", "did you mean 'seed'?"]),
        ('\nseed = "x"\n', 2, ["seed: must be a whole number"]),
        ('[fault]\ndo = "pacing"\n', 1, ["two brackets"]),
        ('[[falut]]\ndo = "pacing"\n', 1, ["did you mean 'fault'?"]),
    ],
)
def test_a_bad_script_is_refused_with_line_entry_and_field(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        FaultScript.load(file)
    assert str(caught.value).startswith(f"{file}, line {line}: ")
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_what_is_no_script_at_all_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml does not exist"):
        FaultScript.load(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        FaultScript.load(tmp_path)
    with pytest.raises(SettingsError, match=r"is not TOML: .*line 1"):
        FaultScript.parse("[[fault\n")
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        FaultScript.load(broken)


MANUAL = (Path(__file__).resolve().parents[3] / "docs" / "gateway.md").read_text("utf-8")


def test_the_manual_names_every_kind_and_field_and_its_example_is_a_script() -> None:
    rows = {names[0]: line for line in MANUAL.splitlines() if (names := re.findall(r"^\| `(\w+)`", line))}
    assert set(KINDS) <= set(rows)
    shared = {info.alias or name for name, info in Fault.model_fields.items()}
    for name, kind in KINDS.items():
        own = {info.alias or field for field, info in kind.model_fields.items()} - shared
        assert [field for field in own if f"`{field}`" not in rows[name]] == [], name
    assert [field for field in shared - {"do"} if not re.search(rf"^\|.*`{field}`.*\|", MANUAL, re.MULTILINE)] == []
    (example,) = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    assert len(FaultScript.parse(example).faults) == 5
