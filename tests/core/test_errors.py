from __future__ import annotations

import doctest
import re

import pytest

from g4qc_core import errors
from g4qc_core.errors import G4qcError, GatewayError, PermanentError, TransientError, unknown

EVERY_ERROR = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, G4qcError)]
LEAVES = [kind for kind in EVERY_ERROR if kind not in (G4qcError, PermanentError, TransientError, GatewayError)]


@pytest.mark.parametrize("kind", LEAVES)
def test_every_error_is_either_permanent_or_transient(kind: type[G4qcError]) -> None:
    assert issubclass(kind, PermanentError) != issubclass(kind, TransientError)


def test_the_tree_of_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    branch = PermanentError
    for name in drawn:
        kind = getattr(errors, name)
        if kind in (PermanentError, TransientError):
            branch = kind
        assert issubclass(kind, branch), name
    assert set(drawn) == {kind.__name__ for kind in EVERY_ERROR} - {"G4qcError", "GatewayError"}


@pytest.mark.parametrize("kind", [k for k in LEAVES if issubclass(k, GatewayError)])
def test_an_error_of_the_gateway_carries_its_code(kind: type[GatewayError]) -> None:
    assert kind("It said no.", code=162).code == 162
    assert kind("It said nothing.").code is None
    assert str(kind("It said no.", code=162)) == "It said no."


@pytest.mark.parametrize(("name", "guess"), [("es", "ES"), ("ESS", "ES"), ("sma_cros", "sma_cross"), ("zzzzzz", None)])
def test_an_unknown_name_is_answered_with_the_nearest_one(name: str, guess: str | None) -> None:
    text = str(unknown("thing", name, ["ES", "NQ", "sma_cross"]))
    assert text.startswith(f"Unknown thing '{name}'")
    assert ("did you mean" in text) == (guess is not None)
    assert guess is None or f"did you mean '{guess}'?" in text
    assert "Known: ES, NQ, sma_cross." in text


def test_the_examples_of_the_docstrings_are_true() -> None:
    assert doctest.testmod(errors).failed == 0


def test_a_known_name_is_listed_once() -> None:
    assert str(unknown("thing", "XX", ["ES", "NQ", "ES"])).endswith("Known: ES, NQ.")
