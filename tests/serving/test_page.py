"""The web page in a real browser, at the width of a desk and of a phone.

`AUTOGLM_CHROMIUM` names a Chromium; without it Playwright's own is looked for. Screenshots are
kept where `AUTOGLM_SCREENSHOTS` says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import Served

pytest.importorskip("starlette", reason="the extra [serve] is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

axe_base = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-playwright-python, which carries axe-core, is missing"
)

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
PATIENCE_MS = 590_000
UNNAMED = """
[...document.querySelectorAll('input, textarea, button, iframe, img, progress')]
  .filter((e) => !(e.labels?.length || e.textContent.trim() || e.title || e.alt
    || e.getAttribute('aria-labelledby')))
  .map((e) => e.id)
"""
"""Controls and pictures that a screen reader could not name."""
AXE = Path(axe_base.AXE_FILE_PATH).read_text(encoding="utf-8")
FAULTS = """
axe.run(document, {iframes: false, resultTypes: ['violations']}).then((told) => told.violations
  .filter((v) => v.impact === 'serious' || v.impact === 'critical')
  .map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`))
"""


def faults(page: Any) -> list[str]:
    """Return the serious accessibility faults that axe-core finds on what is shown now."""
    page.evaluate(AXE)
    return list(page.evaluate(FAULTS))


def signed_in(browser: Any, served: Served, width: str, troubles: list[str], **options: Any) -> Any:
    """Return a page of the server on which a person has given the token."""
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    page = browser.new_page(viewport=size, **options)
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.goto(served.url)
    page.wait_for_selector("#login:not([hidden])")
    assert faults(page) == []
    page.fill("#token", "alpha")
    page.click("#login button")
    page.wait_for_selector("#login", state="hidden")
    # A page without its token is refused once, which the browser tells on its console.
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    return page


@pytest.fixture(scope="module")
def served(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("runs"), "--trials", "1")
    yield server
    server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        named = os.environ.get("AUTOGLM_CHROMIUM")
        try:
            chromium = driver.chromium.launch(
                executable_path=named, args=["--no-sandbox", "--disable-gpu"]
            )
        except playwright.Error as error:
            pytest.skip(f"no Chromium starts here: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def table(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small table with a column that gives the target away and markup in a cell."""
    path = tmp_path_factory.mktemp("tables") / "small.csv"
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    rows = [lines[0] + ",ward", *(f"{row},{hostile(row)}" for row in lines[1:])]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def hostile(row: str) -> str:
    return "<img src=x onerror=alert(1)>" if "malignant" in row else "K9"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_person_uploads_asks_watches_reloads_reads_and_gives_feedback(
    width: str, served: Served, browser: Any, table: Path, tmp_path: Path
) -> None:
    troubles: list[str] = []
    page = signed_in(browser, served, width, troubles)
    page.set_input_files("#file", table)
    page.fill("#words", "Predict the diagnosis")
    page.click("#send")
    page.wait_for_selector("#chain li.accepted", timeout=PATIENCE_MS)
    assert faults(page) == []
    page.reload()
    page.wait_for_selector("#chain li.accepted", timeout=PATIENCE_MS)
    page.wait_for_selector("#outcome:not([hidden])", timeout=PATIENCE_MS)
    assert page.locator("#chain li.refuted").count() >= 1
    assert page.locator("#chain li.jump").count() >= 1
    assert "ROC AUC" in page.inner_text("#talk")
    assert page.frame_locator("#report").locator("body").inner_text()
    page.wait_for_selector("#plots img >> nth=1")
    captions = page.locator("#plots figcaption strong").all_inner_texts()
    assert len(captions) >= 2
    assert all(captions)
    assert page.locator("#plots img").first.get_attribute("alt") not in (None, "", captions[0])
    assert faults(page) == []
    shots = Path(os.environ.get("AUTOGLM_SCREENSHOTS") or tmp_path)
    shots.mkdir(parents=True, exist_ok=True)
    page.locator("#report").scroll_into_view_if_needed()
    page.wait_for_timeout(2_000)  # a frame that was out of view is drawn late
    page.screenshot(path=shots / f"{width}-report.png")
    page.screenshot(path=shots / f"{width}.png", full_page=True)
    assert page.evaluate(UNNAMED) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    page.fill("#opinion", "Do not use mean radius.")
    page.click("#feedback button")
    page.wait_for_selector("#talk li >> nth=2")
    page.click("#cancel")
    page.wait_for_selector("#talk li:has-text('was cancelled')")
    assert troubles == []
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "dark"), ("phone", "light")])
def test_a_person_approves_the_plan_after_a_reload_and_declines_a_remedy(
    width: str, scheme: str, served: Served, browser: Any, table: Path, tmp_path: Path
) -> None:
    troubles: list[str] = []
    page = signed_in(browser, served, width, troubles, color_scheme=scheme)
    page.set_input_files("#file", table)
    page.fill("#words", "Predict the diagnosis")
    page.check("#approve")
    page.click("#send")
    page.wait_for_selector("#reply:not([hidden])", timeout=PATIENCE_MS)
    assert "target: diagnosis" in page.inner_text("#question")
    assert faults(page) == []
    page.reload()
    page.wait_for_selector("#reply:not([hidden])", timeout=PATIENCE_MS)
    page.fill("#answer", "do not use mean radius")
    page.click("#reply button:not([type])")
    page.wait_for_selector("#question:has-text('exclude')", timeout=PATIENCE_MS)
    shots = Path(os.environ.get("AUTOGLM_SCREENSHOTS") or tmp_path)
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=shots / f"{width}-question.png", full_page=True)
    page.click("#choices button:has-text('yes')")
    page.wait_for_selector("#question:has-text('drop_columns')", timeout=PATIENCE_MS)
    page.click("#choices button:has-text('no')")
    page.wait_for_selector("#state:has-text('Ended: unverified')", timeout=PATIENCE_MS)
    # The plan that was changed is struck out; the remedy that was declined changed nothing.
    assert page.locator("#chain li.jump").count() == 1
    assert page.locator("#chain li.cut").count() == 1
    assert faults(page) == []
    assert troubles == []
    page.close()


def test_the_report_itself_has_no_serious_fault(served: Served, browser: Any, table: Path) -> None:
    client = served.client()
    file = client.files.create(file=table, purpose="user_data")
    told = client.chat.completions.create(
        model="autoglm",
        messages=[{"role": "user", "content": "Predict the diagnosis"}],
        metadata={"file_id": file.id},
    ).model_extra["autoglm"]
    for width, scheme in (("desktop", "light"), ("phone", "dark")):
        size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        page = browser.new_page(viewport=size, color_scheme=scheme)
        page.set_content(served.get(f"/v1/runs/{told['run']}/report").text)
        assert faults(page) == [], (width, scheme)
        page.close()
