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
pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytest.importorskip(
    "axe_playwright_python.base", reason="axe-playwright-python, which carries axe-core, is missing"
)

import playwright.sync_api as playwright
from browsing import WIDTHS, examine, faults, opened, signed_in

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
PATIENCE_MS = 590_000


@pytest.fixture(scope="module")
def served(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("runs"), "--trials", "2")
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


def ask(page: Any, words: str, table: Path | None = None) -> None:
    if table:
        page.set_input_files("#file", table)
    page.fill("#words", words)
    page.click("#send")


def test_a_wrong_token_is_told_and_words_without_a_table_are_answered(
    served: Served, browser: Any, tmp_path: Path
) -> None:
    troubles: list[str] = []
    page = opened(browser, served.url, "desktop", troubles)
    page.wait_for_selector("#login:not([hidden])")
    examine(page, "sign-in", tmp_path)
    page.fill("#token", "wrong")
    page.click("#login button")
    page.wait_for_selector("#refused:has-text('missing or wrong')")
    examine(page, "sign-in-refused", tmp_path)
    page.close()
    page = signed_in(browser, served.url, "desktop", troubles)
    examine(page, "empty", tmp_path)
    page.click("#examples button >> nth=0")
    assert page.input_value("#words").startswith("Predict churn")
    page.fill("#words", "你好")
    page.press("#words", "Enter")
    page.wait_for_selector("#talk li:has-text('请上传一张表')")
    assert page.input_value("#words") == ""
    examine(page, "chat", tmp_path)
    assert troubles == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_person_uploads_asks_watches_reloads_reads_and_gives_feedback(
    width: str, served: Served, browser: Any, table: Path, tmp_path: Path
) -> None:
    troubles: list[str] = []
    page = signed_in(browser, served.url, width, troubles)
    ask(page, "Predict the diagnosis", table)
    page.wait_for_selector("#chain li.accepted", timeout=PATIENCE_MS)
    examine(page, f"going-{width}", tmp_path)
    page.reload()
    page.wait_for_selector("#chain li.accepted", timeout=PATIENCE_MS)
    page.wait_for_selector("#outcome:not([hidden])", timeout=PATIENCE_MS)
    assert page.locator("#chain li.refuted.branch").count() >= 1
    assert "drop columns: ward" in page.inner_text("#chain li.jump")
    assert page.locator("#trials tr.best").count() == 1
    assert "ROC AUC" in page.inner_text("#talk")
    assert "/v1/runs" not in page.inner_text("#talk")
    assert page.frame_locator("#report").locator("body").inner_text()
    page.wait_for_selector("#plots img >> nth=1")
    captions = page.locator("#plots figcaption strong").all_inner_texts()
    assert len(captions) >= 2
    assert all(captions)
    assert page.locator("#plots img").first.get_attribute("alt") not in (None, "", captions[0])
    with page.expect_popup() as whole:
        page.click("#whole")
    assert "ROC AUC" in whole.value.inner_text("body")
    whole.value.close()
    page.locator("#report").scroll_into_view_if_needed()
    page.wait_for_timeout(2_000)  # a frame that was out of view is drawn late
    examine(page, f"report-{width}", tmp_path)
    page.fill("#opinion", "Do not use mean radius.")
    page.click("#feedback button")
    page.wait_for_selector("#talk li >> nth=2")
    page.click("#cancel")
    page.wait_for_selector("#talk li:has-text('was cancelled')")
    assert page.inner_text("#state") == "Cancelled"
    assert troubles == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_person_approves_the_plan_after_a_reload_and_declines_a_remedy(
    width: str, served: Served, browser: Any, table: Path, tmp_path: Path
) -> None:
    troubles: list[str] = []
    page = signed_in(browser, served.url, width, troubles)
    page.check("#approve")
    ask(page, "Predict the diagnosis", table)
    page.wait_for_selector("#reply:not([hidden])", timeout=PATIENCE_MS)
    assert "target: diagnosis" in page.inner_text("#question")
    page.reload()
    page.wait_for_selector("#reply:not([hidden])", timeout=PATIENCE_MS)
    page.fill("#answer", "do not use mean radius")
    page.click("#reply button:has-text('Answer')")
    page.wait_for_selector("#question:has-text('exclude')", timeout=PATIENCE_MS)
    examine(page, f"question-{width}", tmp_path)
    page.click("#choices button:has-text('yes')")
    page.wait_for_selector("#question:has-text('drop_columns')", timeout=PATIENCE_MS)
    page.click("#choices button:has-text('no')")
    page.wait_for_selector("#state:has-text('Not verified')", timeout=PATIENCE_MS)
    # The plan that was changed is struck out; the remedy that was declined changed nothing.
    assert page.locator("#chain li.jump").count() == 1
    assert page.locator("#chain li.cut").count() == 1
    assert faults(page) == []
    assert troubles == []
    page.close()


def test_files_that_are_no_tables_are_told_of_and_the_words_are_not_lost(
    served: Served, browser: Any, tmp_path: Path
) -> None:
    troubles: list[str] = []
    page = signed_in(browser, served.url, "phone", troubles)
    empty = tmp_path / "empty.csv"
    empty.touch()
    ask(page, "Predict churn", empty)
    page.wait_for_selector("#trouble:has-text('empty.csv is empty')")
    assert page.input_value("#words") == "Predict churn"
    examine(page, "refused", tmp_path)
    assert [t for t in troubles if "422" not in t] == []  # which the browser tells by itself
    ragged = tmp_path / "names.csv"
    ragged.write_text("a,b\n", encoding="utf-8")
    ask(page, "Predict churn", ragged)
    page.wait_for_selector("#state:has-text('Failed')", timeout=PATIENCE_MS)
    page.wait_for_selector("#talk li >> nth=1")
    examine(page, "failed", tmp_path)
    page.close()


def test_a_page_that_stays_open_goes_on_when_the_server_was_killed(
    served: Served, browser: Any, table: Path, tmp_path: Path
) -> None:
    page = signed_in(browser, served.url, "desktop", [])
    ask(page, "Predict the diagnosis", table)
    page.wait_for_selector("#chain li.accepted", timeout=PATIENCE_MS)
    served.kill()
    page.wait_for_selector("#state:has-text('does not answer')")
    examine(page, "away", tmp_path)
    served.start()
    page.wait_for_selector("#talk li >> nth=1", timeout=PATIENCE_MS)
    page.wait_for_selector("#outcome:not([hidden])")
    assert page.inner_text("#state") in ("Verified", "Not verified")
    examine(page, "resumed", tmp_path)
    page.close()


def test_a_link_to_a_report_asks_for_the_token_and_shows_the_run(
    served: Served, browser: Any, table: Path
) -> None:
    client = served.client()
    file = client.files.create(file=table, purpose="user_data")
    told = client.chat.completions.create(
        model="autoglm",
        messages=[{"role": "user", "content": "Predict the diagnosis"}],
        metadata={"file_id": file.id},
    )
    link = told.choices[0].message.content.split()[-1]
    assert link.startswith(f"{served.url}/v1/runs/")
    page = signed_in(browser, link, "phone", [])
    page.wait_for_selector("#outcome:not([hidden])")
    assert "Predict the diagnosis" in page.inner_text("#talk")
    page.close()
    report = served.get(link.removeprefix(served.url)).text
    for width, scheme in (("desktop", "light"), ("phone", "dark")):
        page = browser.new_page(viewport=WIDTHS[width], color_scheme=scheme)
        page.set_content(report)
        assert faults(page) == [], (width, scheme)
        page.close()
