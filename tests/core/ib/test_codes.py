"""The table of codes: the code decides, the text only where a code carries several meanings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import (
    ClientIdInUse,
    ContractNotFound,
    GatewayError,
    NoData,
    PacingViolation,
    PermanentError,
    PermissionDenied,
    RequestCancelled,
    RequestRejected,
    TransientError,
)
from g4qc_core.ib.codes import TABLE, WARNINGS, meaning

PREFIX = "Historical Market Data Service error message:"


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (162, PREFIX + "HMDS query returned no data: ESZ5@CME Trades", NoData),
        (162, PREFIX + "Historical data request pacing violation", PacingViolation),
        (162, PREFIX + "API historical data query cancelled: 7", RequestCancelled),
        (162, PREFIX + "invalid step: 1 secs", RequestRejected),
        (162, PREFIX + "Time length exceed max.", RequestRejected),
        (162, PREFIX + "No market data permissions for CME FUT", PermissionDenied),
        (162, PREFIX + "Trading TWS session is connected from a different IP address", PermissionDenied),
        (162, "Mensaje de error del servicio de datos historicos", RequestCancelled),
        (200, "No se ha encontrado una definicion", ContractNotFound),
        (
            321,
            "Error validating request.-'bM' : cause - Historical data requested duration is invalid.",
            RequestRejected,
        ),
        (322, "Error processing request. Only 50 simultaneous API historical data requests", PacingViolation),
        (326, "", ClientIdInUse),
        (366, "No historical data query found for ticker id:3", RequestCancelled),
        (10314, "", RequestRejected),
        (10339, "", RequestRejected),
        (2106, "HMDS data farm connection is OK:ushmds", None),
        (2199, "a warning of the future", None),
        (99999, "an error of the future", RequestCancelled),
    ],
)
def test_a_code_and_its_text_have_one_meaning(code: int, text: str, expected: type[GatewayError] | None) -> None:
    assert meaning(code, text).error is expected


@given(st.integers(0, 20000), st.text())
def test_nothing_but_the_gateways_own_words_means_that_there_are_no_bars(code: int, text: str) -> None:
    assert meaning(code, text).error is not NoData or (code == 162 and "returned no data" in text.casefold())


@given(st.sampled_from(WARNINGS), st.text())
def test_a_warning_never_ends_a_request(code: int, text: str) -> None:
    assert meaning(code, text).error is None


def test_every_error_of_the_table_is_permanent_or_transient() -> None:
    kinds = {row.error for row in TABLE if row.error is not None}
    assert all(issubclass(kind, PermanentError) != issubclass(kind, TransientError) for kind in kinds)


def test_every_code_has_one_fallback_and_it_stands_last() -> None:
    for code in {row.code for row in TABLE}:
        rows = [row for row in TABLE if row.code == code]
        assert [row.pattern is None for row in rows] == [False] * (len(rows) - 1) + [True]


def test_codes_stand_in_order() -> None:
    codes = [row.code for row in TABLE]
    assert codes == sorted(codes)
