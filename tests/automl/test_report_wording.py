"""The report's catalogues: nothing is missing, nothing is unused, and a page has one language."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from report_run import supervised_run

import autoglm_agent.automl.report as report
from autoglm_agent.automl.checks.registry import FAMILIES, import_module
from autoglm_agent.automl.report import build_report, summary_text
from autoglm_agent.automl.report.wording import CATALOGUES, FACTS, TITLES, wording

HOME = Path(report.__file__).parent
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for pattern in ("*.py", "templates/*.html", "wording/__init__.py")
    for path in sorted(HOME.glob(pattern))
)
QUOTED = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', SOURCES))
GROUPS = set(re.findall(r'(?:\.name\(\s*|f?)"([a-z_]+)(?:"|\.\{|\."\s*~)', SOURCES))
EN, ZH = CATALOGUES["en"], CATALOGUES["zh"]
CHINESE = re.compile("[\u4e00-\u9fff]")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_keys() -> None:
    assert set(EN) ^ set(ZH) == set()


@pytest.mark.parametrize("key", sorted(EN))
def test_a_string_has_the_same_placeholders_in_both_languages(key: str) -> None:
    assert places(EN[key]) == places(ZH[key])


def test_every_key_that_is_asked_for_is_in_the_catalogue() -> None:
    asked = set(re.findall(r'\b(?:say|t|counted|html)\(\s*"([a-z_.]+)"', SOURCES))
    assert len(asked) > 120
    assert asked - set(EN) == set()


def test_every_string_of_the_catalogue_is_asked_for() -> None:
    unused = {k for k in EN if k not in QUOTED and k.partition(".")[0] not in GROUPS}
    assert unused == set()


def test_every_check_has_a_chinese_title() -> None:
    titles = {
        check.title
        for family in FAMILIES
        for check in import_module(f"autoglm_agent.automl.checks.{family}").CHECKS
    }
    assert len(titles) > 30
    assert titles - set(TITLES["zh"]) == set()


@pytest.mark.parametrize("english", sorted(FACTS["zh"]))
def test_a_known_sentence_keeps_its_figures_and_names_in_chinese(english: str) -> None:
    names = places(english)
    assert names == places(FACTS["zh"][english])
    values = {n: "'col'" if n.startswith("name") else str(i + 7) for i, n in enumerate(names)}
    told = wording("zh").fact(english.format(**values))
    assert CHINESE.search(told)
    assert all(value in told for value in values.values())


def test_a_sentence_that_is_not_known_stays_english_and_is_marked_so() -> None:
    zh = wording("zh")
    mixed = "Not run: time. Nobody translated <this>."
    assert zh.told(mixed) == (
        '<span lang="en">Not run: time. Nobody translated &lt;this&gt;.</span>'
    )
    assert zh.told("Not run: time.") == "未运行：时间不足。"
    assert wording("en").told("Not run: time.") == "Not run: time."


def test_a_name_of_the_data_that_reads_like_a_placeholder_stays_itself() -> None:
    fact = "Whether '{n1} {0.__class__}' is missing tells the target (skill 0.9)."
    assert "{n1} {0.__class__}" in wording("zh").fact(fact)


VOID = {"meta", "br", "line"}


class Words(HTMLParser):
    """The page's text without the parts marked English, code, and what the data gave."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.kept: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in VOID:
            foreign = told.get("lang") == "en" or tag in ("style", "code", "pre", "blockquote")
            self.open.append(foreign or (bool(self.open) and self.open[-1]))
        self.kept += [v for k, v in attrs if k in ("aria-label", "data-label") and v]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1]):
            self.kept.append(data)


ENGLISH = re.compile(
    r"\b(the|rows?|columns?|score|held|checks?|passed|failed|verdicts?|model|interval|baseline|"
    r"values?|predicted|actual|time|seconds?|candidates?|weight|none|missing)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_chinese_instruction_gives_a_chinese_page_and_summary(tmp_path: Path, kind: str) -> None:
    run = supervised_run(tmp_path / "run", kind, fail=kind == "multiclass", instruction="预测结果")
    html = build_report(run.workspace, status="unverified").read_text(encoding="utf-8")
    assert '<html lang="zh">' in html
    # Names of the data, files and commands are not ours to translate.
    ours = [
        re.sub(r"\S+\.(?:jsonl?|csv)|\S*/\S*|--\S+|autoglm \w+", "", t) for t in Words(html).kept
    ]
    left = [t.strip() for t in ours if ENGLISH.search(t) and not CHINESE.search(t)]
    allowed = [t for t in left if t in {str(c) for c in run.X.columns}]
    assert [t for t in left if t not in allowed] == []
    # What a check found, indented, may be a sentence that is not known.
    lines = [t for t in summary_text(run.workspace).splitlines() if not t.startswith("  ")]
    assert len(lines) > 4
    assert all(CHINESE.search(line) for line in lines)


def test_an_english_instruction_gives_a_page_without_chinese(tmp_path: Path) -> None:
    run = supervised_run(tmp_path / "run")
    html = build_report(run.workspace, status="verified").read_text(encoding="utf-8")
    assert '<html lang="en">' in html
    assert not CHINESE.search(html)
    assert not CHINESE.search(summary_text(run.workspace))


@pytest.mark.parametrize("instruction", ["Predict y", "预测结果"])
def test_the_summary_begins_with_the_verdict_then_score_drivers_and_what_is_next(
    tmp_path: Path, instruction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = supervised_run(tmp_path / "run", instruction=instruction)
    say = wording("zh" if CHINESE.search(instruction) else "en")
    verdict, score, drivers, after = summary_text(run.workspace).splitlines()[:4]
    assert verdict.startswith(say("summary.verified", reason=""))
    assert re.search(r"95 ?%", score)
    assert drivers.startswith(say("summary.drivers", columns="").rstrip(".。"))
    assert str(run.X.columns[0])[:3] in drivers or "‘" in drivers or "“" in drivers
    predict = "autoglm predict run{} NEW_ROWS.csv"
    assert after == say("summary.next", advice=predict.format(f" --runs {tmp_path}"))
    monkeypatch.setenv("AUTOGLM_RUNS", str(tmp_path))  # where runs are looked for anyway
    assert (
        say("summary.next", advice=predict.format("")) in summary_text(run.workspace).splitlines()
    )


@pytest.mark.parametrize("instruction", ["Predict y", "预测结果"])
def test_the_summary_of_a_refuted_run_says_first_that_it_is_not_verified_and_why(
    tmp_path: Path, instruction: str
) -> None:
    run = supervised_run(tmp_path / "run", fail=True, instruction=instruction)
    lines = summary_text(run.workspace).splitlines()
    say = wording("zh" if CHINESE.search(instruction) else "en")
    assert lines[0].startswith(say("summary.unverified", reason=""))
    assert re.search(r"V\d\d", lines[0])
    assert any(line.startswith(say("summary.next", advice="V")) for line in lines[1:4])


@pytest.mark.parametrize("status", ["unverified", "failed"])
def test_a_run_that_ended_early_is_not_called_verified(tmp_path: Path, status: str) -> None:
    run = supervised_run(tmp_path / "run")
    kept = {"status": status, "message": "The best result so far is reported."}
    run.workspace.write_json(kept, "result.json")
    assert summary_text(run.workspace).startswith("Unverified. The best result so far is reported.")


@pytest.mark.parametrize("instruction", ["Predict y for women over 30", "只预测三十岁以上的女性"])
def test_the_summary_says_once_what_of_the_words_was_not_kept(
    tmp_path: Path, instruction: str
) -> None:
    run = supervised_run(tmp_path / "run", fail=True, instruction=instruction)
    task = {**run.workspace.read_json("task.json"), "unread": ["over 30"]}
    run.workspace.write_json(task, "task.json")
    told = summary_text(run.workspace)
    say = wording("zh" if CHINESE.search(instruction) else "en")
    assert told.count("over 30") == 1
    assert say("advice.unread", words=say("answer.target", name="over 30")) in told.splitlines()
    assert say("summary.next", advice="V") in told  # what to do is the failed check's remedy
