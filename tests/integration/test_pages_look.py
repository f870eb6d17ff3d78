"""The pages over stored bars, in a real browser: all widths, both languages, keys, failures, and requested hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Route, expect

from g4qc_core.api.api_keys import Scope
from g4qc_core.instruments.price_text import price_text
from g4qc_core.instruments.registry import load_registry
from tests.core.api.test_outage import close, reopen
from tests.fixtures.api import Api
from tests.fixtures.home import Home
from tests.fixtures.pages import Visitor

pytestmark = [pytest.mark.integration, pytest.mark.browser]

Visit = Callable[..., Visitor]


@pytest.fixture
def visitor(visit: Visit, api: Api) -> Iterator[Visitor]:
    made = visit(api.url)
    yield made
    made.was_undisturbed()


def test_a_page_speaks_the_visitors_language_and_another_one_when_asked(visit: Visit, api: Api) -> None:
    visitor = visit(api.url, locale="es-ES")
    page = visitor.opens("/extract")
    expect(page.get_by_role("heading", level=1)).to_have_text("Extraer")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("note")).to_contain_text("sintéticas")
    page.get_by_label("Idioma").select_option("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Extract")
    visitor.opens("/quality")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quality")
    visitor.was_undisturbed()


def test_the_theme_is_the_systems_until_the_visitor_chooses(visit: Visit, api: Api) -> None:
    page = visit(api.url, color_scheme="dark").opens("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name=re.compile("^Theme")).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) != dark
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit: Visit, api: Api, scheme: str) -> None:
    page = visit(api.url, color_scheme=scheme).opens("/")
    pairs = [
        *(("--text", ground) for ground in ("--page", "--card", "--raised")),
        *(("--muted", ground) for ground in ("--page", "--card", "--raised")),
        *(("--accent", ground) for ground in ("--page", "--card")),
        *((name, f"{name}-soft") for name in ("--warn", "--bad", "--good", "--accent")),
        *((name, "--card") for name in ("--up", "--down", "--bad")),
        ("--on-accent", "--accent"),
    ]
    low = {pair: ratio for pair in pairs if (ratio := page.evaluate(_CONTRAST, list(pair))) < 4.5}
    assert low == {}


# The contrast of WCAG 2.1 between two colours of the page.
_CONTRAST = """names => {
  const light = name => {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = names.map(light).sort((one, other) => other - one);
  return (a + 0.05) / (b + 0.05);
}"""


def test_the_map_of_coverage_opens_a_session_in_the_chart_by_keys_alone(visitor: Visitor) -> None:
    page = visitor.opens("/")
    page.get_by_role("img", name=re.compile(r"^ES: ")).focus()
    page.keyboard.press("End")
    expect(page.get_by_role("status").filter(has_text="ES · Oct 2026")).to_contain_text("known")
    page.keyboard.press("Enter")
    sessions = page.get_by_role("img", name=re.compile(r"^ES 202612"))
    sessions.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/chart\?symbol=ES"))
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    expect(page.locator("#chart-legend")).to_contain_text("contract 202612")


def test_a_chart_moves_by_keys_and_its_address_shows_the_same_again(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=5min")
    candles, legend = page.locator(".candles"), page.locator("#chart-legend")
    expect(candles).to_have_attribute("data-state", "shown")
    expect(legend).to_contain_text("Oct 30, 2026")
    candles.focus()
    page.keyboard.press("Home")
    expect(legend).to_contain_text(re.compile(r"Oct 0\d, 2026|Sep 30, 2026"))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("z")
    expect(legend).to_contain_text("America/Chicago")
    page.wait_for_url(re.compile(r"zone=exchange.*from="))
    said, address = legend.inner_text(), page.url
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("zoom in")
    page.keyboard.press("Escape")
    again = visitor.opens(address.removeprefix(visitor.server))
    expect(again.locator(".candles")).to_have_attribute("data-state", "shown")
    expect(again.locator("#chart-legend")).to_contain_text("America/Chicago")
    assert again.locator("#chart-legend").inner_text().split("\n")[0][:11] == said.split("\n")[0][:11]


def test_what_was_chosen_last_is_shown_whatever_becomes_of_earlier_requests(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=1h")
    candles, legend = page.locator(".candles"), page.locator("#chart-legend")
    expect(candles).to_have_attribute("data-state", "shown")
    late: list[Route] = []
    page.route(re.compile("timeframe=30min"), lambda route: late.append(route))
    page.get_by_role("button", name="30min", exact=True).click()
    expect(candles).to_have_attribute("data-state", "loading")
    page.get_by_role("button", name="1d", exact=True).click()
    expect(candles).to_have_attribute("data-state", "shown")
    expect(legend).to_have_text(re.compile(r"^Oct \d\d, 2026O"))
    said = legend.inner_text()
    for route in late:
        route.fulfill(status=503, content_type="application/problem+json", body="{}")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".over")).to_be_hidden()
    assert late
    assert legend.inner_text() == said
    visitor.complaints.clear()


def test_the_instrument_that_is_chosen_is_the_one_that_is_shown(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=NQ&timeframe=1h")
    expect(page.locator(".over")).to_contain_text("No bars to show")
    page.get_by_label("Instrument").select_option("ES")
    expect(page.locator("#chart-legend")).to_contain_text("Oct 30, 2026")
    expect(page.locator(".over")).to_be_hidden()
    page.wait_for_url(re.compile("symbol=ES.*from=2026-10"))


def test_the_line_above_the_candles_says_of_a_bar_what_the_api_says(visitor: Visitor, api: Api) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=1h")
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    with api.client() as client:
        before, bar = client.get("/data/ES", params={"timeframe": "1h", "order": "desc", "limit": 2}).json()["data"][
            ::-1
        ]
    legend = page.locator("#chart-legend")
    prices = [f"{bar[name]:,.2f}" for name in ("open", "high", "low", "close")]
    expect(legend.locator("b")).to_have_text([*prices, f"{bar['volume']:,}"])
    expect(legend).to_contain_text(f"{bar['close'] - before['close']:+,.2f}")


def test_a_price_is_written_as_on_the_command_line(visitor: Visitor) -> None:
    page = visitor.opens("/")
    notes = load_registry()["ZN"]
    for tick in (Decimal(1) / parts for parts in (32, 64, 128, 256)):
        one = notes.model_copy(update={"min_tick": tick})
        prices = [float(steps * tick) for steps in (-17, 0, 85, 9999, 33_876, 33_877, 33_878, 33_879)]
        got = page.evaluate(
            """async ([prices, instrument]) => {
              const main = document.querySelector('script[type=module]').src;
              const { price } = await import(main.replace('main.js', 'format.js'));
              return prices.map((value) => price(value, instrument));
            }""",
            [prices, {"decimals": one.decimals, "tick": float(tick)}],
        )
        assert [text.replace(",", "") for text in got] == [price_text(one, price) for price in prices]


def test_a_share_is_all_or_nothing_only_where_it_is(visitor: Visitor) -> None:
    page = visitor.opens("/")
    said = page.evaluate(
        """async () => {
          const main = document.querySelector('script[type=module]').src;
          const { share } = await import(main.replace('main.js', 'format.js'));
          return [share(1e6 - 1, 1e6), share(1e6, 1e6), share(1, 1e6), share(0, 1e6), share(1, 2), share(0, 0)];
        }"""
    )
    assert said == ["> 99.99%", "100.00%", "< 0.01%", "0.00%", "50.00%", "–"]


def test_zooming_out_shows_coarser_bars_and_says_so(visitor: Visitor) -> None:
    page = visitor.opens("/chart?symbol=ES&timeframe=1min")
    expect(page.locator(".candles")).to_have_attribute("data-state", "shown")
    page.locator(".candles").focus()
    note = page.locator(".line .tag").first
    expect(note).to_be_hidden()
    for _ in range(14):
        page.keyboard.press("-")
    expect(note).to_contain_text("shown as")
    for _ in range(24):
        page.keyboard.press("+")
    expect(note).to_be_hidden()


def test_a_form_says_beside_the_field_what_is_wrong(visitor: Visitor) -> None:
    page = visitor.opens("/extract")
    last = page.get_by_label("To", exact=True)
    last.fill("2020-01-01")
    page.get_by_role("button", name="Extract").click()
    expect(last).to_have_attribute("aria-invalid", "true")
    expect(last).to_be_focused()
    expect(page.get_by_text("The end lies before the beginning.")).to_be_visible()
    visitor.opens("/backtests")
    fast = page.get_by_label("fast", exact=True)
    fast.fill("0")
    page.get_by_role("button", name="Run the backtest").click()
    expect(fast).to_have_attribute("aria-invalid", "true")


def test_what_the_server_refuses_stands_in_the_form_too(visit: Visit, api: Api) -> None:
    visitor = visit(api.url)
    page = visitor.opens("/backtests")
    page.get_by_label("fast", exact=True).fill("70")
    page.get_by_role("button", name="Run the backtest").click()
    expect(page.get_by_text("must be smaller than slow")).to_be_visible()
    assert visitor.elsewhere == []


def test_pages_without_bars_say_how_to_get_some(visit: Visit, make_api: Callable[..., Api], home: Home) -> None:
    visitor = visit(make_api(home.settings).url)
    for path in ("/", "/chart", "/quality"):
        page = visitor.opens(path)
        expect(page.locator(".state").get_by_role("link", name="Extract").first).to_be_visible()
    visitor.was_undisturbed()


def test_a_database_that_is_away_is_told_and_the_page_recovers_by_itself(
    visit: Visit, make_api: Callable[..., Api], home: Home
) -> None:
    api = make_api(home.settings)
    page = visit(api.url).opens("/")
    expect(page.get_by_text("There are no bars yet")).to_be_visible()
    close(home)
    expect(page.get_by_text("The database does not answer")).to_be_visible()
    page.reload()
    expect(page.locator(".state.failing").first).to_contain_text("Not available now")
    reopen(home)
    expect(page.get_by_text("The database does not answer")).to_be_hidden()
    expect(page.get_by_text("There are no bars yet")).to_be_visible()
    expect(page.locator(".state.failing")).to_have_count(0)


def test_dagster_that_is_away_is_told_and_a_form_keeps_what_was_written(
    visit: Visit, make_api: Callable[..., Api], home: Home
) -> None:
    api = make_api(home.settings)
    api.launcher.down = True
    page = visit(api.url).opens("/extract")
    expect(page.get_by_text("nothing can be started")).to_be_visible()
    page.get_by_label("From", exact=True).fill("2026-10-05")
    api.launcher.down = False
    expect(page.get_by_text("nothing can be started")).to_be_hidden()
    expect(page.locator(".state.failing")).to_have_count(0)
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-10-05")


def test_a_server_with_keys_asks_for_one_and_keeps_it_from_scripts(visit: Visit, keyed_api: Api) -> None:
    page = visit(keyed_api.url).opens("/")
    field = page.get_by_role("dialog").get_by_label("Key")
    field.fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("not known")
    field.fill(keyed_api.secrets[Scope.READ])
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("img", name=re.compile(r"^ES: "))).to_be_visible()
    kept = page.evaluate("document.cookie + JSON.stringify([localStorage, sessionStorage])")
    assert keyed_api.secrets[Scope.READ] not in kept


def test_quality_of_an_instrument_that_was_never_asked_for_says_so(visitor: Visitor) -> None:
    page = visitor.opens("/quality?symbol=RTY")
    expect(page.get_by_text("Nothing was asked of the gateway yet: extract bars first.")).to_be_visible()
    expect(page.get_by_text("Something is known of every minute.")).to_have_count(0)
