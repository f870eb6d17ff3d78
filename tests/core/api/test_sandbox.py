"""A hostile report in a real browser: its script runs, and reaches nothing of the server that it came from."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from g4qc_core.api.api_keys import Scope
from g4qc_core.api.dependencies import COOKIE
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = [pytest.mark.integration, pytest.mark.browser]

# All ways of a script to the API or to other hosts; the title, which needs no permission, has the results.
_REPORT = """<!doctype html><title>-</title><script>
const got = {ran: true};
const api = "/api/v1/session";
async function attempt(name, act) { try { got[name] = await act(); } catch (error) { got[name] = "refused"; } }
(async () => {
  await attempt("fetch", async () => (await fetch(api, {credentials: "include"})).status);
  await attempt("post", async () => (await fetch("/api/v1/jobs", {method: "POST", body: "{}", mode: "no-cors"})).type);
  await attempt("request", () => {
    const r = new XMLHttpRequest(); r.open("GET", api, false); r.send(); return r.status; });
  await attempt("cookie", () => document.cookie);
  await attempt("storage", () => localStorage.length);
  await attempt("beacon", () => navigator.sendBeacon("/api/v1/jobs", "{}") && "queued");
  await attempt("parent", () => parent === window ? "alone" : parent.document.title);
  await attempt("socket", () => new Promise((done) => {
    const s = new EventSource(api); s.onopen = () => done("open"); s.onerror = () => done("refused"); }));
  const form = document.createElement("form"); form.action = "/api/v1/jobs"; form.method = "post";
  document.body.append(form); await attempt("form", () => { form.submit(); return "tried"; });
  document.title = JSON.stringify(got);
})();
</script><body>"""


@pytest.mark.parametrize("framed", [False, True])
def test_the_script_of_a_report_reaches_nothing(
    keyed_api: Api, full_home: Home, browser: Browser, framed: bool
) -> None:
    folder = full_home.settings.home / "reports"
    folder.mkdir(exist_ok=True)
    (folder / "hostile.html").write_text(_REPORT)
    context = browser.new_context()
    context.set_default_timeout(60_000)
    secret = keyed_api.secrets[Scope.ADMIN]
    context.add_cookies([{"name": COOKIE, "value": secret, "url": keyed_api.url, "httpOnly": True}])
    page, asked = context.new_page(), []
    # Requests that reached the network, as the browser reports them: a refused request does not.
    context.on("response", lambda answer: asked.append(answer.url) if "/api/" in answer.url else None)
    started = len(keyed_api.launcher.started)
    page.goto(f"{keyed_api.url}/reports{'' if framed else '/hostile.html'}")
    if framed:
        page.evaluate("""() => { const f = document.createElement("iframe"); f.src = "/reports/hostile.html";
                                 document.body.append(f); }""")
    frame = page.wait_for_event("framenavigated") if framed and len(page.frames) < 2 else page.frames[-1]
    frame.wait_for_function("document.title.startsWith('{')")
    got = frame.evaluate("JSON.parse(document.title)")
    context.close()
    assert got.pop("ran") is True
    assert got.pop("form") == "tried"
    assert got.pop("beacon") in ("refused", "queued", False)
    assert got.pop("parent") == ("refused" if framed else "alone")
    assert set(got.values()) == {"refused"}
    assert asked == []
    assert len(keyed_api.launcher.started) == started
