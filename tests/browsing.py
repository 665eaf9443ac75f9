"""The page of `autoglm serve` in a real browser, as its tests look at it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import axe_playwright_python.base as axe_base

WIDTHS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
_AXE = Path(axe_base.AXE_FILE_PATH).read_text(encoding="utf-8")
_FAULTS = """
axe.run(document, {iframes: false, resultTypes: ['violations']}).then((told) => told.violations
  .filter((v) => v.impact === 'serious' || v.impact === 'critical')
  .map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`))
"""
_UNNAMED = """
[...document.querySelectorAll('input, textarea, button, select, iframe, img, progress')]
  .filter((e) => e.checkVisibility() && !(e.labels?.length || e.textContent.trim() || e.title
    || e.alt || e.getAttribute('aria-labelledby')))
  .map((e) => e.id)
"""
"""Controls and pictures that a screen reader could not name."""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page: Any) -> list[str]:
    """Return the serious accessibility faults that axe-core finds on what is shown now."""
    page.evaluate(_AXE)
    return list(page.evaluate(_FAULTS))


def examine(page: Any, view: str, shots: Path) -> None:
    """Look at a view at both widths, light and dark, and keep a picture of each.

    Nothing may be wider than the screen, without a name, or a serious fault to axe-core.
    """
    folder = Path(os.environ.get("AUTOGLM_SCREENSHOTS") or shots)
    folder.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == [], (view, width, scheme)
            page.screenshot(path=folder / f"{view}-{width}-{scheme}.png")
        assert page.evaluate(_WIDER) <= 0, (view, width)
        assert page.evaluate(_UNNAMED) == [], (view, width)
    page.emulate_media(color_scheme=None)
    page.set_viewport_size(before)


def opened(browser: Any, url: str, width: str, troubles: list[str], **options: Any) -> Any:
    """Return a new page of a server; what goes wrong on it is put into `troubles`."""
    page = browser.new_page(viewport=WIDTHS[width], **options)
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.goto(url)
    return page


def signed_in(browser: Any, url: str, width: str, troubles: list[str], **options: Any) -> Any:
    """Return a page of a server on which a person has given the token."""
    page = opened(browser, url, width, troubles, **options)
    page.wait_for_selector("#login:not([hidden])")
    page.fill("#token", "alpha")
    page.click("#login button")
    page.wait_for_selector("#login", state="hidden")
    # A page without its token is refused once, which the browser tells on its console.
    page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    return page
