"""Sentences in another language: what filled a template is found again, and nobody can make it slow."""

from __future__ import annotations

import time
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from g4qc_core.bars.columns import PRICES
from g4qc_core.bars.missing_sessions import Lack, NotAsked, not_made
from g4qc_core.errors import unknown
from g4qc_core.messages.catalogue import columns, nouns, sentences
from g4qc_core.messages.gaps import Gap
from g4qc_core.messages.template import Template, template
from g4qc_core.messages.translation import code_and_values, in_language, sentence_in_language, understood
from g4qc_core.sentences import counted

pytestmark = pytest.mark.fast

TEMPLATES = [template(code, texts) for code, texts in sentences().items()]
PLAIN = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)


def text_of(gap: Gap) -> st.SearchStrategy[str]:
    """Values that a gap may have."""
    numbers = st.integers(0, 10**6)
    return {
        "n": numbers.map(lambda one: f"{one:,}"),
        "count": st.tuples(numbers, st.sampled_from(["bar", "session"])).map(lambda one: counted(*one)),
        "said": st.just("running"),
        "cause": st.just("must be a number"),
        "choices": st.just("'a' or 'b'"),
        "thing": st.just("strategy"),
        "column": st.just("close"),
    }.get(gap.kind, PLAIN)


def english(one: Template, values: dict[Gap, str]) -> str:
    """Fill the English template: the text that the code would have made."""
    return one.literals[0] + "".join(values[gap] + after for gap, after in zip(one.gaps, one.literals[1:], strict=True))


EXAMPLES = {
    "n": "1,234",
    "count": "2 bars",
    "said": "running",
    "cause": "must be a number",
    "choices": "'a' or 'b'",
    "thing": "strategy",
    "column": "close",
}


def check(one: Template, values: dict[Gap, str]) -> None:
    """Hold that a filled template is read again, and translated."""
    said = english(one, values)
    found = one.values(said, lambda text: bool(understood(text)))
    assert found is not None
    # A value may hold the text that follows it, so that values move; the sentence stays.
    assert english(one, found) == said
    assert in_language(said, "es") != said or one.texts["en"] == one.texts["es"]
    assert in_language(said, "en") == said


def test_what_a_template_made_is_read_again() -> None:
    for one in TEMPLATES:
        check(one, {gap: EXAMPLES.get(gap.kind, "x") for gap in one.gaps})


@settings(max_examples=150, database=None, derandomize=True, deadline=None)
@given(st.data())
def test_what_a_template_made_is_read_again_whatever_its_values(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(TEMPLATES))
    check(one, dict(zip(one.gaps, (data.draw(text_of(gap)) for gap in one.gaps), strict=True)))


def test_numbers_and_nouns_are_written_as_the_language_writes_them() -> None:
    said = "The backtest x has 1,234 bars and its strategy needs 5,000: extract more sessions, widen the window, or "
    told = in_language(f"{said}choose shorter parameters.", "es")
    assert "1.234 barras" in told
    assert "5.000" in told
    one = f"The backtest x has {counted(1, 'bar')} and its strategy needs 2: extract more sessions, widen the window, "
    assert "1 barra " in in_language(f"{one}or choose shorter parameters.", "es")
    assert nouns()["bars"]["es"] == ("barra", "barras")


def test_columns_of_a_bar_have_names() -> None:
    assert in_language("close 6001.13 is not a multiple of 0.25", "es") == "cierre 6001.13 no es múltiplo de 0.25"
    assert in_language("volume is -5", "es") == "volumen es -5"
    assert in_language("something is -5", "es") == "something is -5"
    assert set(PRICES) | {"volume", "count"} <= set(columns())


def test_a_sentence_within_another_gives_its_code() -> None:
    said = "The parameters of sma_cross do not fit together: fast (30) must be smaller than slow (20)."
    code, values = code_and_values(said, "parameters_misfit")
    assert code == "usage.fast_not_below_slow"
    assert values == {"name": "sma_cross", "fast": 30, "slow": 20}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (str(unknown("timeframe", "5m", ["1min", "5min"])), "unknown.name_near"),
        (str(unknown("strategy", "zzz", ["a"])), "unknown.name"),
        (str(unknown("strategy", "zzz", [])), "unknown.name"),
        (str(unknown("query parameter", "zzz", [], "This address takes none.")), "unknown.name"),
        (not_made("ES", ["1h"], [date(2026, 10, 1)], Lack.LEFT_OUT), "bars.left_out"),
        (not_made("ES", ["1h", "4h"], [date(2026, 10, 1)], Lack.NOT_DERIVED), "bars.not_derived"),
        (not_made("ES", ["1h"], [date(2026, 10, 1), date(2026, 11, 2)], Lack.STALE), "bars.stale"),
        (NotAsked("ES", date(2026, 11, 2), date(2026, 11, 3), 2, 2760).sentence(), "bars.not_asked"),
        ("fast: Input should be greater than 0, given -1.", "field.greater_than"),
        ("nobody has ever said this.", "strategy_error"),
        ("", "strategy_error"),
    ],
)
def test_sentences_that_are_put_together_are_understood(said: str, code: str) -> None:
    assert code_and_values(said, "strategy_error")[0] == code


def test_an_error_without_a_sentence_says_its_kind_and_marks_the_english() -> None:
    told = sentence_in_language("Nobody has ever said this.", "es", "not_found")
    assert told == "Aquí no hay nada. En inglés: «Nobody has ever said this.»"
    assert sentence_in_language("Nobody has ever said this.", "en", "not_found") == "Nobody has ever said this."


class _Colour(Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("kind", "given_"),
    [
        (int, "x"), (int, 1.5), (int, None), (int, "9" * 5000), (float, "x"), (float, []), (bool, "x"), (bool, 7.5),
        (bool, None), (str, 1), (date, "x"), (date, "2026-13-01"), (date, "2026-02-31"), (date, "2026-1"), (date, None),
        (datetime, "x"), (datetime, "2026-02-31"), (datetime, None), (clock, "x"), (_Colour, "green"),
        (Annotated[int, Field(ge=1)], 0), (Annotated[int, Field(gt=1)], 0), (Annotated[int, Field(le=1)], 3),
        (Annotated[int, Field(lt=1)], 3), (Annotated[int, Field(multiple_of=2)], 3),
        (Annotated[float, Field(allow_inf_nan=False)], float("inf")), (Annotated[str, Field(min_length=2)], "x"),
        (Annotated[str, Field(max_length=2)], "xxx"), (Annotated[str, Field(pattern="^a$")], "x"),
        (list[int], 3), (Annotated[list[int], Field(min_length=1)], []),
        (Annotated[list[int], Field(max_length=1)], [1, 2]),
        (dict[str, int], 3), (dict[str, int], []), (tuple[int, int], 3), (Decimal, "x"), (None, 3),
    ],
)  # fmt: skip
def test_what_pydantic_says_of_a_field_is_understood(kind: Any, given_: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(given_)
    said = f"size: {caught.value.errors()[0]['msg']}."
    assert code_and_values(said, "usage_error")[0].startswith("field."), said
    assert " be " not in in_language(said, "es")


@pytest.mark.parametrize(
    "part", ["a: ", "a. ", "Unknown x '", "x. The ", "name: name: ", ", given ", "{x}", "\n", "1,", "é"]
)
def test_whatever_a_user_wrote_is_read_quickly(part: str) -> None:
    began = time.process_time()
    for said in (part * 900, f"Unknown strategy '{part * 300}'.", f"x: {part * 300} must be a number."):
        assert sentence_in_language(said, "es", "usage_error")
        code_and_values(said, "usage_error")
    assert time.process_time() - began < 20
