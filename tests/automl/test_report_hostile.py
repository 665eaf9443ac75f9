"""A report of hostile data: nothing that data says becomes markup, template or formula."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_run import clustering_run, supervised_run

from autoglm_agent.automl.report import build_report, summary_text
from autoglm_agent.automl.report.page import cell
from autoglm_agent.automl.report.wording import script_of

HOSTILE = [
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "</style><style>body{display:none}</style>",
    "{{7*7}}{% include 'x' %}",
    '"><svg onload=alert(1)>',
    "![x](https://example.org/?q=secret)",
    "a\u202egnp.exe\x00\x1b[31m",
    "lone \ud800 surrogate",
]


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.sources: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.sources += [str(v) for k, v in attrs if k in ("src", "href", "xlink:href", "action")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_anywhere_stays_text(tmp_path: Path, text: str) -> None:
    safe = text.encode("utf-8", "replace").decode()  # files of a run hold valid UTF-8
    run = supervised_run(
        tmp_path / "run",
        instruction=f"Predict {safe}",
        target=safe,
        rename=f"column {safe}",
        labels=(f"no {safe}", f"yes {safe}"),
        level=safe,
    )
    html = build_report(run.workspace, status=safe, message=safe).read_text(encoding="utf-8")
    page = Elements(html)
    tags = {tag for tag, _ in page.found}
    assert not tags & {"img", "script", "iframe", "link", "object"}
    assert not [a for _, names in page.found for a in names if a.startswith("on")]
    assert all(source.startswith("#") for source in page.sources)
    assert html.count("<style") == html.count("</style") == 1
    assert "49" not in html or "{{7*7}}" not in text or "{{7*7}}" in html
    assert not set(html) & set("\x00\x1b\u202e")


def test_a_lone_surrogate_in_a_message_does_not_stop_the_report(tmp_path: Path) -> None:
    run = clustering_run(tmp_path / "run")
    path = build_report(run.workspace, status="unverified", message="lone \ud800 one")
    assert "lone \ufffd one" in path.read_text(encoding="utf-8")
    assert summary_text(run.workspace)


def test_hostile_html_is_visible_as_it_was_written(tmp_path: Path) -> None:
    run = supervised_run(tmp_path / "run", level="<img onerror=1>")
    html = build_report(run.workspace, status="verified").read_text(encoding="utf-8")
    assert "&lt;img onerror=1&gt;" in html


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1+cmd", "'+1+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\tx", "'\tx"),
        ("-12.5", "-12.5"),
        ("1,200", "1,200"),
        ("plain", "plain"),
    ],
)
def test_a_cell_is_no_formula_when_pasted_into_a_spreadsheet(data: str, shown: str) -> None:
    assert cell(data) == shown


@pytest.mark.parametrize(
    ("text", "tag"),
    [("预测流失", "zh"), ("予測する", "ja"), ("예측", "ko"), ("Predict churn", "und"), ("", "und")],
)
def test_the_language_of_an_instruction_is_told_by_its_script(text: str, tag: str) -> None:
    assert script_of(text) == tag
