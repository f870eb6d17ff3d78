"""Options of the commands of studies: one for each field of the spec, and the values that they give the model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.errors import UsageError
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.research.study_models import KIND_NAMES, MODELS, study_model
from g4qc_pipelines.cli.studies import study_commands
from g4qc_pipelines.cli.study_options import StudyCommand, given_fields


class Inner(BaseModel):
    """A part of a spec."""

    weight: float = 1.0


class EveryShape(BaseModel):
    """A spec with a field of each shape."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str = Field("", description="Name of it")
    first: date | None = Field(None, alias="from", description="First day")
    cash: Decimal = Field(Decimal(1), description="Money at the start")
    paths: int | None = Field(None, description="Number of paths")
    capped: bool = Field(True, description="Whether it is capped")
    way: Literal["one", "two"] = Field("one", description="The way")
    instruments: tuple[str, ...] = Field((), description="The instruments")
    rules: list[dict[str, Any]] = Field(default_factory=list, description="The rules")
    weights: Mapping[str, float] | None = Field(None, description="Weight by instrument")
    inner: Inner = Field(default_factory=Inner, description="Its part")
    backtest: str | dict[str, Any] = Field("", description="A name or fields")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> StudyCommand:
    monkeypatch.setitem(MODELS, "every_shape", f"{__name__}:EveryShape")
    flag = click.Option(["--json", "as_json"], is_flag=True)
    return StudyCommand("every-shape", kind="every_shape", params=[flag], callback=lambda **_: None)


def given(command: StudyCommand, *arguments: str) -> dict[str, Any]:
    options = command.make_context("every-shape", list(arguments)).params
    del options["as_json"]
    return given_fields("every_shape", options)


def test_every_field_has_an_option_with_its_description(command: StudyCommand) -> None:
    options = {option.name: option for option in command.params}
    fields = {info.alias or name: info for name, info in EveryShape.model_fields.items()}
    assert set(options) == {*fields, "as_json"}
    shown = CliRunner().invoke(command, ["--help"]).output
    for name, info in fields.items():
        assert f"--{name}" in shown
        assert str(info.description) in shown


def test_options_give_what_the_model_reads(command: StudyCommand) -> None:
    words = ("--name", "it", "--from", "2026-01-05", "--cash", "12.50", "--paths", "10", "--no-capped", "--way", "two",
             "--instruments", "ES, NQ", "--instruments", "EC", "--rules", '{"kind": "ewmac", "fast": [2, 4]}',
             "--weights", "ES=0.25", "--weights", '{"NQ": 0.75}', "--inner", "weight=2",
             "--backtest", '{"strategy": "sma_cross"}')  # fmt: skip
    spec = EveryShape.model_validate(given(command, *words))
    assert spec.model_dump(by_alias=True) == {
        "name": "it",
        "from": date(2026, 1, 5),
        "cash": Decimal("12.50"),
        "paths": 10,
        "capped": False,
        "way": "two",
        "instruments": ("ES", "NQ", "EC"),
        "rules": [{"kind": "ewmac", "fast": [2, 4]}],
        "weights": {"ES": 0.25, "NQ": 0.75},
        "inner": {"weight": 2.0},
        "backtest": {"strategy": "sma_cross"},
    }
    assert given(command) == {}
    assert given(command, "--backtest", "mine", "--paths", "", "--instruments", "") == {
        "backtest": "mine",
        "paths": None,
        "instruments": [],
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--weights", "ES"), "weights: 'ES' says no value: write NAME=VALUE, or a JSON object."),
        (("--rules", "[{"), "rules: '[{' begins like JSON and is none"),
        (("--from", "soon"), "soon"),
    ],
)
def test_a_malformed_value_is_one_sentence(command: StudyCommand, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence.replace("[", r"\[").replace("{", r"\{")):
        given(command, *words)


def test_there_is_a_command_for_each_kind_with_the_options_of_its_model() -> None:
    commands = {command.name: command for command in study_commands()}
    assert set(commands) == {name.replace("_", "-") for name in KIND_NAMES}
    assert set(MODELS) == set(STUDY_KINDS) <= set(KIND_NAMES)
    for kind in STUDY_KINDS.values():
        assert study_model(kind.name) is kind.model
        options = {option.name for option in commands[kind.name.replace("_", "-")].params}
        assert {info.alias or name for name, info in kind.model.model_fields.items()} <= options
