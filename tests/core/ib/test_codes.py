"""The table of codes: the code decides, the text only where a code carries several meanings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import (
    ClientIdInUse,
    ClientTooOld,
    ContractAmbiguous,
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
        (162, PREFIX + "Bars of 5 secs are not served by the simulated gateway: ask for 1 min", RequestRejected),
        (162, PREFIX + "Historical data request pacing violation", PacingViolation),
        (162, PREFIX + "API historical data query cancelled: 7", RequestCancelled),
        (162, PREFIX + "invalid step: 1 secs", RequestRejected),
        (162, PREFIX + "Time length exceed max.", RequestRejected),
        (162, PREFIX + "No market data permissions for CME FUT", PermissionDenied),
        (162, PREFIX + "Trading TWS session is connected from a different IP address", PermissionDenied),
        (162, "Mensaje de error del servicio de datos historicos", RequestCancelled),
        (162, PREFIX + "Starting time must occur before ending time", RequestRejected),
        (162, PREFIX + "No data of type EODChart is available for the exchange 'CME'", RequestRejected),
        (162, PREFIX + "HMDS connection is broken: ushmds", RequestCancelled),
        (200, "No se ha encontrado una definicion", ContractNotFound),
        (
            200,
            "The contract description specified for ES is ambiguous; you must specify the multiplier or trading class.",
            ContractAmbiguous,
        ),
        (
            321,
            "Error validating request.-'bM' : cause - Historical data requested duration is invalid.",
            RequestRejected,
        ),
        (322, "Error processing request. Only 50 simultaneous API historical data requests", PacingViolation),
        (326, "", ClientIdInUse),
        (366, "No historical data query found for ticker id:3", RequestCancelled),
        (420, "Consulta en tiempo real no valida", RequestCancelled),
        (430, "The fundamentals data for the security specified is not available.", RequestRejected),
        (10167, "Requested market data is not subscribed. Displaying delayed market data.", PermissionDenied),
        (10168, "Requested market data is not subscribed. Delayed market data is not enabled.", PermissionDenied),
        (10197, "No market data during competing live session", PermissionDenied),
        (10225, "Bust event occurred, current subscription is deactivated.", RequestCancelled),
        (
            10285,
            "Your API version does not support fractional size rules. Please upgrade to a minimum version 163.",
            ClientTooOld,
        ),
        (10299, "Expected what to show is TRADES, please use that instead of MIDPOINT.", RequestRejected),
        (10314, "", RequestRejected),
        (10339, "", RequestRejected),
        (2106, "HMDS data farm connection is OK:ushmds", None),
        (2199, "a warning of the future", None),
        (99999, "an error of the future", RequestCancelled),
    ],
)
def test_a_code_and_its_text_have_one_meaning(code: int, text: str, expected: type[GatewayError] | None) -> None:
    assert meaning(code, text).error is expected


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        (162, "Mensaje de error: la consulta HMDS no ha devuelto datos: ESZ5@CME Trades", "not believed"),
        (162, "Mensaje de error: consulta anulada: 17", "dropped the query"),
        (162, "Ein Fehler des Dienstes", "does not know"),
        (322, "Error al procesar la solicitud", "could not process"),
        (420, "Consulta en tiempo real no valida", "does not know"),
    ],
)
def test_words_of_another_language_are_known_by_their_shape_and_get_advice(code: int, text: str, said: str) -> None:
    found = meaning(code, text)
    assert said in found.text
    assert found.error is RequestCancelled
    if "dropped" not in said:
        assert "Show API error messages in English" in found.text


def test_a_gateway_that_wants_a_newer_client_names_the_way_out() -> None:
    found = meaning(10285, "Your API version does not support ... Please upgrade to a minimum version 163.")
    assert issubclass(ClientTooOld, PermanentError)
    assert "10.x build of ibapi" in found.text


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


def test_every_code_has_its_row_with_a_source_in_the_manual() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "codes.md").read_text("utf-8")
    rows = [line.split(" | ") for line in manual.splitlines() if re.match(r"\| \d", line)]
    assert [int(row[0].removeprefix("| ")) for row in rows] == [row.code for row in TABLE]
    assert all(row[-1].strip(" |") for row in rows)


def test_codes_stand_in_order() -> None:
    codes = [row.code for row in TABLE]
    assert codes == sorted(codes)
