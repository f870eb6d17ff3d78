"""Contract details about money: products whose contracts differ, prices in cents, and numbers that are missing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from g4qc_core.bars.bar_source import ChainPartlyUnreadable
from g4qc_core.errors import InvalidBars, SettingsError
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.products import Product, common_step, contradictions, matching_product
from g4qc_core.instruments.registry import Contract, Instrument, load_registry
from tests.core.ib.scripted import Peer, contract_data, frame, scripted

REGISTRY = load_registry()
CORN = {
    "symbol": "ZC",
    "exchange": "CBOT",
    "local_symbol": "ZCZ5",
    "trading_class": "ZC",
    "expiry": "20251212 12:01 US/Central",
    "real_expiry": "20251212",
    "con_id": 532513362,
    "min_tick": 0.0025,
    "multiplier": 5000,
    "magnifier": 100,
    "long_name": "Corn Futures",
    "under_symbol": "ZC",
}


def answered(details: list[dict[str, Any]], ask: Any) -> Any:
    """Return the result of `ask(source)` for a gateway that describes these contracts."""

    def script(peer: Peer) -> None:
        peer.start()
        request_id = peer.read_until(9)[2]
        peer.send(*(contract_data(request_id, **changes) for changes in details), frame(52, 1, request_id))
        peer.hang()

    with scripted(script) as port, IbSource("127.0.0.1", port, 11, 5, 5) as source:
        return ask(source)


def listed(*details: dict[str, Any], symbol: str = "ES") -> list[Product]:
    return answered(list(details), lambda source: source.products("FUT", symbol))


def chain(*details: dict[str, Any], instrument: Instrument = REGISTRY["ES"]) -> list[Contract]:
    return answered(list(details), lambda source: source.chain(instrument))


def months(count: int, **changes: Any) -> list[dict[str, Any]]:
    """So many monthly contracts from December 2025 on."""
    made = []
    for n in range(count):
        year, month = 2025 + (11 + n) // 12, (11 + n) % 12 + 1
        code, day = "FGHJKMNQUVXZ"[month - 1], f"{year}{month:02d}19"
        expiry = {"expiry": f"{day} 08:30 US/Central", "real_expiry": day, "month": day[:6]}
        made.append({**expiry, "con_id": 100 + n, "local_symbol": f"ES{code}{year % 10}"} | changes)
    return made


def every_month(**changes: Any) -> Instrument:
    return REGISTRY["ES"].model_copy(update={"months": "FGHJKMNQUVXZ", "listed": "FGHJKMNQUVXZ"} | changes)


# --- prices in cents


def test_corn_comes_in_cents_and_its_file_agrees() -> None:
    corn = REGISTRY["ZC"]
    (product,) = listed(CORN, symbol="ZC")
    assert (product.multiplier, product.price_magnifier, product.min_tick) == (5000, 100, Decimal("0.0025"))
    (contract,) = chain(CORN, instrument=corn)
    assert (contract.price_magnifier, contract.tick) == (100, Decimal("0.25"))
    assert (corn.tick, corn.point_value, corn.tick_value) == (Decimal("0.25"), Decimal(50), Decimal("12.50"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"price_magnifier": 1}, "the price_magnifier 100, and the instruments file says 1"),
        ({"min_tick": Decimal("0.25")}, r"the min_tick 0\.0025, and the instruments file says 0\.25"),
        ({"multiplier": Decimal(50)}, "the multiplier 5000, and the instruments file says 50"),
    ],
)
def test_a_file_that_takes_cents_for_dollars_is_told_both_values(changes: dict[str, Any], says: str) -> None:
    mine = REGISTRY["ZC"].model_copy(update=changes)
    with pytest.raises(SettingsError, match=says):
        chain(CORN, instrument=mine)
    product = matching_product(mine, listed(CORN, symbol="ZC"))
    assert product is not None
    (sentence,) = contradictions(mine.model_copy(update={"months": "Z"}), product)
    assert says.replace("\\", "") in sentence


# --- numbers that are missing


@pytest.mark.parametrize(
    ("changes", "field", "theirs"),
    [
        ({"multiplier": ""}, "multiplier ''", "multiplier"),
        ({"multiplier": "fifty"}, "multiplier 'fifty'", "multiplier"),
        ({"multiplier": "0"}, "multiplier '0'", "multiplier"),
        ({"multiplier": "-50"}, "multiplier '-50'", "multiplier"),
        ({"multiplier": "NaN"}, "multiplier 'NaN'", "multiplier"),
        ({"min_tick": ""}, "min_tick '0.0'", "minTick"),
        ({"min_tick": "1.7976931348623157E308"}, "min_tick '1.7976931348623157e+308'", "minTick"),
        ({"magnifier": ""}, "price_magnifier '0'", "priceMagnifier"),
        ({"magnifier": "-100"}, "price_magnifier '-100'", "priceMagnifier"),
    ],
)
def test_a_number_that_is_missing_or_malformed_is_named(changes: dict[str, Any], field: str, theirs: str) -> None:
    (product,) = listed(changes)
    (problem,) = product.problems
    with pytest.raises(SettingsError) as error:
        chain(changes)
    for sentence in (problem, str(error.value)):
        assert f"describes ESZ5 with the {field} ({theirs}), which is no" in sentence
        assert "line" not in sentence


@pytest.mark.parametrize("left_out", [{"multiplier": ""}, {"min_tick": ""}, {"magnifier": ""}])
def test_one_contract_that_leaves_a_number_out_is_of_the_product_of_the_others(left_out: dict[str, Any]) -> None:
    described = months(4)
    described[0] |= left_out
    (product,) = listed(*described)
    assert (product.problems, product.multiplier, product.min_tick) == ((), 50, Decimal("0.25"))
    found = chain(*described, instrument=every_month())
    assert [(c.multiplier, c.min_tick, c.price_magnifier) for c in found] == [(50, Decimal("0.25"), 1)] * 4


# --- one product whose contracts differ


def test_a_contract_without_hours_zone_and_name_is_of_the_same_product() -> None:
    described = months(8)
    described[0] |= {"zone": "", "hours": "", "liquid": "", "long_name": "", "under_type": "", "expiry": "20251219"}
    (product,) = listed(*described)
    assert (product.timezone, product.name, product.underlying) == ("America/Chicago", "E-mini S&P 500", "IND")
    assert (len(product.listed), product.months) == (8, "FGHJKMNZ")
    assert len(chain(*described, instrument=every_month())) == 8


def test_ticks_belong_to_contracts_and_the_finest_to_the_product() -> None:
    described = months(4, min_tick=0.005)
    described[0]["min_tick"] = 0.0025
    (product,) = listed(*described)
    assert product.min_tick == Decimal("0.0025")
    mine = every_month(min_tick=product.min_tick)
    assert contradictions(mine.model_copy(update={"months": "FGHZ"}), product) == []
    assert [c.min_tick for c in chain(*described, instrument=mine)] == [Decimal("0.0025"), *[Decimal("0.005")] * 3]
    with pytest.raises(
        SettingsError, match=r"ES 202512 has the min_tick 0\.0025, and the instruments file says 0\.005"
    ):
        chain(*described, instrument=every_month(min_tick=Decimal("0.005")))


def test_a_serial_month_may_be_the_one_with_the_finest_tick() -> None:
    described = months(4, min_tick=0.005)
    described[1]["min_tick"] = 0.0025
    quarterly = REGISTRY["ES"].model_copy(update={"min_tick": Decimal("0.0025")})
    assert [(c.month, c.min_tick) for c in chain(*described, instrument=quarterly)] == [
        ("202512", Decimal("0.005")),
        ("202603", Decimal("0.005")),
    ]


@pytest.mark.parametrize(
    ("steps", "common"),
    [(["0.25"], "0.25"), (["0.005", "0.0025"], "0.0025"), (["0.25", "0.1"], "0.05"), (["5", "10"], "5")],
)
def test_the_common_step_is_the_largest_that_all_are_multiples_of(steps: list[str], common: str) -> None:
    assert common_step(map(Decimal, steps)) == Decimal(common)


# --- contracts of one month

WEEKLY = {"con_id": 7, "local_symbol": "ES3Z5", "expiry": "20251212 08:30 US/Central", "real_expiry": "20251212"}


def test_twins_of_one_class_are_told_apart_by_their_local_symbol() -> None:
    described = [*months(2), WEEKLY]
    with pytest.raises(SettingsError, match=r"ES 202512, ESZ5 and ES3Z5: .* Set its local_symbol \(--local-symbol\)"):
        chain(*described, instrument=every_month())
    (product,) = listed(*described)
    (sentence,) = contradictions(every_month(months="FZ"), product)
    assert "ES3Z5 and ESZ5" in sentence
    for pattern, names in (("ES??", ["ESZ5", "ESF6"]), ("ES3*", ["ES3Z5"])):
        mine = every_month(local_symbol=pattern, months="FZ")
        assert contradictions(mine, product) == []
        assert [c.local_symbol for c in chain(*described, instrument=mine)] == names


def test_twins_of_several_classes_are_products_of_their_own() -> None:
    found = listed(*months(2), WEEKLY | {"trading_class": "ES3"})
    assert [(p.trading_class, len(p.listed)) for p in found] == [("ES", 2), ("ES3", 1)]
    assert [c.local_symbol for c in chain(*months(2), WEEKLY | {"trading_class": "ES3"})] == ["ESZ5"]


def test_twins_of_several_sizes_are_told_apart_by_their_multiplier() -> None:
    described = [*months(1), WEEKLY | {"multiplier": 5}]
    assert {p.multiplier for p in listed(*described)} == {50, 5}
    assert [c.local_symbol for c in chain(*described)] == ["ESZ5"]
    small = REGISTRY["ES"].model_copy(update={"multiplier": Decimal(5)})
    assert [c.local_symbol for c in chain(*described, instrument=small)] == ["ES3Z5"]


# --- details that cannot be read

UNREAD = [
    ({"expiry": "20251219 08:30 Mars/Olympus"}, "whose time zone 'Mars/Olympus' is not known here"),
    ({"expiry": "20251399"}, "which is no date"),
    ({"expiry": "", "month": "", "real_expiry": ""}, "without its contract month"),
    ({"min_tick": "?"}, "that cannot be read"),
    ({"con_id": "many"}, "that cannot be read"),
    ({"real_expiry": "19-DEC-2025"}, "which is no date"),
]


@pytest.mark.parametrize(("changes", "why"), UNREAD)
@pytest.mark.parametrize("place", [0, 3])
def test_one_contract_that_cannot_be_read_leaves_the_others(changes: dict[str, Any], why: str, place: int) -> None:
    described = months(4)
    name = described[place]["local_symbol"]
    described[place] |= changes
    with pytest.raises(ChainPartlyUnreadable, match=why) as error:
        chain(*described, instrument=every_month())
    assert [c.local_symbol for c in error.value.contracts] == [
        entry["local_symbol"] for entry in described if entry["local_symbol"] != name
    ]
    assert list(error.value.unread) == [name]
    (product,) = listed(*described)
    assert (product.problems, product.multiplier, product.min_tick) == ((), 50, Decimal("0.25"))
    (sentence,) = product.unread
    assert name in sentence
    assert why in sentence


@pytest.mark.parametrize(("changes", "why"), UNREAD)
def test_a_chain_of_which_no_contract_can_be_read_fails_with_the_sentence(changes: dict[str, Any], why: str) -> None:
    described = [entry | changes for entry in months(2)]
    with pytest.raises(InvalidBars, match=why) as error:
        chain(*described, instrument=every_month())
    assert not isinstance(error.value, ChainPartlyUnreadable)
    (product,) = listed(*described)
    assert all(why in problem for problem in product.problems)
    assert product.problems


def test_a_contract_outside_the_cycle_that_cannot_be_read_is_none_of_the_chain() -> None:
    described = months(4)
    described[1] |= {"min_tick": "?"}
    assert [c.month for c in chain(*described)] == ["202512", "202603"]
