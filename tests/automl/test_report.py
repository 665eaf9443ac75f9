"""The report page: what it says, for every kind of run and with any file missing."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_run import Run, clustering_run, profile_run, supervised_run

from autoglm_agent.automl.report import build_report, summary_text
from autoglm_agent.automl.report.collect import collect
from autoglm_agent.automl.report.grounding import Grounding
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace

VOID = {"meta", "br", "line", "rect", "circle", "path"}


class Page(HTMLParser):
    """The text of each section, and whether every element that opens is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.answer: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        self.ids += [told["id"]] if told.get("id") else []
        self.links += [told["href"]] if told.get("href") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if "header" in self.open and "svg" not in self.open:
            self.answer.append(data)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    home = tmp_path_factory.mktemp("runs")
    return {
        "binary": supervised_run(home / "binary"),
        "multiclass": supervised_run(home / "multiclass", "multiclass", fail=True),
        "regression": supervised_run(home / "regression", "regression"),
        "profile": profile_run(home / "profile"),
        "clustering": clustering_run(home / "clustering"),
    }


def page_of(workspace: Workspace, status: str = "verified", message: str = "") -> str:
    return build_report(workspace, status=status, message=message).read_text(encoding="utf-8")


@pytest.fixture
def copy(runs: dict[str, Run], tmp_path: Path) -> Workspace:
    shutil.copytree(runs["binary"].workspace.path, tmp_path / "run")
    return Workspace(tmp_path / "run")


KINDS = ["binary", "multiclass", "regression", "profile", "clustering"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_gives_well_formed_html(runs: dict[str, Run], kind: str) -> None:
    page = Page(page_of(runs[kind].workspace))
    assert (page.wrong, page.open) == ([], [])
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("kind", KINDS)
def test_the_contents_lead_to_sections_that_exist(runs: dict[str, Run], kind: str) -> None:
    page = Page(page_of(runs[kind].workspace))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_loaded_and_nothing_runs(runs: dict[str, Run], kind: str) -> None:
    html = page_of(runs[kind].workspace)
    page = Page(html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "img", "base"}
    assert not re.search(r"https?://|//[a-z]|url\(|@import", html)
    assert not [a for _, told in page.tags for a in told if a.startswith("on") or a == "src"]
    policy = [t["content"] for tag, t in page.tags if t.get("http-equiv")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_every_figure_of_the_answer_is_in_the_ledger(runs: dict[str, Run], kind: str) -> None:
    run = runs[kind]
    answer = " ".join(Page(page_of(run.workspace)).answer)
    entries = Ledger(run.workspace).entries()
    measured = [v for e in entries for v in (e.value, e.low, e.high, e.n) if v is not None]
    said = re.findall(r"(?<![\w-])-?\d[\d,]*(?:\.\d+)?(?!\w)", answer.split("Honest score")[1])
    said += re.findall(r"\d[\d,]*\.\d+", answer.split("Honest score")[0])
    # What is no measurement: the level of the interval, candidates tried, ends of the scale.
    constants = {"95", "0.5", "1", "4"}
    assert len(said) > 8
    for figure in set(said) - constants:
        decimals = len(figure.partition(".")[2])
        value = float(figure.replace(",", ""))
        assert any(round(m, decimals) == value for m in measured), figure


def test_the_honest_score_stands_beside_the_naive_one_and_the_baseline(
    runs: dict[str, Run],
) -> None:
    answer = " ".join(Page(page_of(runs["binary"].workspace)).answer)
    found = runs["binary"].workspace.read_json("assessments", "search-b.json")
    for value in (found["score"]["value"], found["naive"], found["baseline"]["value"]):
        assert f"{value:.3f}" in answer
    assert f"{found['n']} rows held out, read once" in " ".join(answer.split())


def test_a_second_reading_is_told_instead_of_read_once(copy: Workspace) -> None:
    found = copy.read_json("assessments", "search-b.json")
    copy.write_json({**found, "reading": 2}, "assessments", "search-b.json")
    answer = " ".join(Page(page_of(copy)).answer)
    assert "reading number 2" in answer
    assert "read once" not in answer
    assert "reading number 2" in summary_text(copy)


def test_a_model_no_better_than_the_baseline_is_called_so(copy: Workspace) -> None:
    found = copy.read_json("assessments", "search-b.json")
    copy.write_json(
        {**found, "gain": {"value": 0.01, "low": -0.02, "high": 0.03}},
        "assessments",
        "search-b.json",
    )
    assert "not clearly better than the baseline" in page_of(copy, "unverified")
    assert "Not clearly better" in summary_text(copy)


def test_a_backtrack_is_told_with_both_scores_the_remedy_and_the_column(
    runs: dict[str, Run],
) -> None:
    run = runs["binary"].workspace
    before, after = (
        run.read_json("searches", s, "search.json")["naive_score"] for s in ("search-a", "search-b")
    )
    html = page_of(run)
    story = html[html.index('id="backtracks"') : html.index('id="log"')]
    for part in (f"{before:.3f}", f"{after:.3f}", "leave out the column leak", "no longer fails",
                 "Set rows aside and prepare columns", "alone predicts the target"):  # fmt: skip
        assert part in story
    assert f"{before:.3f} -> {after:.3f}" in summary_text(run)


def test_verdicts_of_an_abandoned_branch_do_not_count_against_the_result(
    runs: dict[str, Run],
) -> None:
    html = page_of(runs["binary"].workspace)
    assert "1 refutation on abandoned branches" in html
    assert "failed" not in summary_text(runs["binary"].workspace)


def test_an_unverified_run_says_what_to_do(runs: dict[str, Run]) -> None:
    html = page_of(runs["multiclass"].workspace, "unverified")
    for part in ("What to do now", "V01 Metric recomputed", "train again", "do not rely"):
        assert part in html
    assert "What to do now" not in page_of(runs["binary"].workspace)


def test_the_message_of_the_caller_is_the_reason(copy: Workspace) -> None:
    assert "Stopped by &lt;you&gt;." in page_of(copy, "unverified", "Stopped by <you>.")


FILES = ["run.json", "task.json", "profile.json", "prepared", "searches", "assessments", "checks",
         "explain.json", "events.jsonl", "ledger.jsonl"]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_any_file_may_be_missing(copy: Workspace, name: str) -> None:
    path = copy.path / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    page = Page(page_of(copy, "unverified"))
    assert (page.wrong, page.open) == ([], [])
    assert summary_text(copy)


def test_an_empty_folder_gives_a_report_that_claims_nothing(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "empty")
    html = page_of(workspace, "unverified")
    assert "There is no score to report" in html
    assert "before the result was checked" in html


@pytest.mark.parametrize("name", ["profile.json", "task.json", "explain.json", "events.jsonl"])
@pytest.mark.parametrize("content", ["{", '["not", "an object"]', '{"kind": NaN, "columns": null}'])
def test_a_damaged_file_is_survived(copy: Workspace, name: str, content: str) -> None:
    copy.file(name).write_text(content)
    page = Page(page_of(copy, "unverified"))
    assert (page.wrong, page.open) == ([], [])


def test_a_damaged_file_is_named(copy: Workspace) -> None:
    copy.file("profile.json").write_text("{")
    assert "profile.json could not be read" in page_of(copy, "unverified")


def test_a_torn_last_event_costs_only_itself(copy: Workspace) -> None:
    with open(copy.file("events.jsonl"), "a") as stream:
        stream.write('{"time": 1, "ev')
    html = page_of(copy)
    assert 'id="backtracks"' in html
    assert "events.jsonl could not be read" in html


def test_a_chinese_instruction_keeps_its_letters_and_language(tmp_path: Path) -> None:
    run = profile_run(tmp_path / "run", instruction="描述这张表")
    html = page_of(run.workspace)
    assert '<html lang="zh">' in html
    assert '<blockquote lang="zh"><p>描述这张表</p>' in html


def test_the_words_that_decided_a_slot_are_marked(runs: dict[str, Run]) -> None:
    html = page_of(runs["binary"].workspace)
    assert "<mark>Predict<sup>1</sup></mark>" in html
    assert "<mark>outcome<sup>2</sup></mark>" in html


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_stays_small(runs: dict[str, Run], kind: str) -> None:
    assert build_report(runs[kind].workspace, status="verified").stat().st_size < 120_000


def test_a_very_wide_and_long_run_stays_below_its_limit(copy: Workspace) -> None:
    profile = copy.read_json("profile.json")
    column = {**profile["columns"][0], "notes": ["<" * 2000] * 3}
    profile["columns"] = [{**column, "name": f"{i}" + "<" * 3000} for i in range(5000)]
    copy.write_json(profile, "profile.json")
    search = copy.read_json("searches", "search-b", "search.json")
    one = {**search["candidates"][0], "params": {f"p{i}": "x" * 500 for i in range(50)}}
    search["candidates"] = [{**one, "id": f"c{i}"} for i in range(3000)]
    copy.write_json(search, "searches", "search-b", "search.json")
    event = {"event": "step.accepted", "tool": "train_models", "text": "y" * 5000, "seconds": 1}
    for _ in range(500):
        copy.log(event)
    html = page_of(copy)
    assert len(html.encode()) < 600_000
    assert "4,850 more columns" in html or "4850 more columns" in html


def test_the_page_tells_how_to_use_the_model(runs: dict[str, Run]) -> None:
    html = page_of(runs["binary"].workspace)
    home = runs["binary"].workspace.path.parent
    first, _, rest = html.partition("</header>")
    for part in (first, rest):  # on the first screen, and where the model's use is described
        assert f"autoglm predict binary --runs {home} NEW_ROWS.csv" in part
    assert f"autoglm feedback binary --runs {home} &#34;" in first
    assert "FittedModel.load(open_run(&#34;binary&#34;), &#34;search-b&#34;)" in html
    assert "autoglm predict" not in page_of(runs["profile"].workspace)


def test_the_same_run_gives_the_same_page(runs: dict[str, Run]) -> None:
    workspace = runs["regression"].workspace
    assert page_of(workspace) == page_of(workspace)


@pytest.mark.parametrize("kind", KINDS)
def test_every_plot_is_described_for_those_who_do_not_see_it(
    runs: dict[str, Run], kind: str
) -> None:
    plots = [told for tag, told in Page(page_of(runs[kind].workspace)).tags if tag == "svg"]
    assert all(told.get("role") == "img" and told.get("aria-label") for told in plots)
    assert plots or kind in ("profile", "clustering")


def test_a_refutation_before_training_has_no_score_of_its_own(copy: Workspace) -> None:
    lines = copy.file("events.jsonl").read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if '"backtrack"' in line)
    again = [lines[first].replace("V10", "V15").replace("leak", "twin")]
    refused = ['{"event": "step.refuted", "tool": "prepare_data", "seconds": 1}']
    told = [*lines[: first + 1], *refused, *again, *lines[first + 1 :]]
    copy.file("events.jsonl").write_text("\n".join(told) + "\n")
    html = page_of(copy)
    stories = html[html.index('id="backtracks"') : html.index('id="log"')].split("<article")[1:]
    assert [story.count('class="mid"') for story in stories] == [2, 1]
    assert all("after changes 1 and 2 together" in story for story in stories)


def test_unusual_rows_are_counted_as_in_the_file_and_left_out_columns_keep_their_names(
    runs: dict[str, Run], tmp_path: Path
) -> None:
    shutil.copytree(runs["clustering"].workspace.path, tmp_path / "run")
    workspace = Workspace(tmp_path / "run")
    row = {"row": 41, "score": 2.5, "unusual": True, "reasons": [{"text": "Fare is high: 512"}]}
    found = {"id": "groups-a", "prepared": "prep-a", "model": "groups-a", "kind": "anomaly",
             "text": "1 of 9 rows is unusual.", "rows": [row],
             "left_out": {"FullName": "free text"}}  # fmt: skip
    workspace.write_json(found, "searches", "groups-a", "search.json")
    html = page_of(workspace)
    section = html[html.index('id="found"') : html.index('id="log"')]
    for part in ("<td>42</td>", "2.500", "Fare is high: 512", "FullName", "free text"):
        assert part in section


def test_a_clustering_without_verdicts_does_not_claim_to_be_checked(runs: dict[str, Run]) -> None:
    html = page_of(runs["clustering"].workspace)
    assert "No verdict is on record" in html
    assert "claims nothing" in page_of(runs["profile"].workspace)


def test_without_a_reading_the_cross_validation_score_is_told_as_what_it_is(
    copy: Workspace,
) -> None:
    shutil.rmtree(copy.path / "assessments")
    search = copy.read_json("searches", "search-b", "search.json")
    honest = {"value": 0.9712, "low": 0.9511, "high": 0.9904}
    copy.write_json({**search, "honest": honest}, "searches", "search-b", "search.json")
    html = page_of(copy, "unverified")
    heading = html[html.index("<h1>") : html.index("</h1>")]
    assert "were not read" in heading
    assert "0.971" in heading
    assert "Honest score" not in html
    assert "do not rely on the score" not in html


def test_checks_that_had_no_time_are_folded_and_named_in_the_advice(copy: Workspace) -> None:
    path = next(copy.path.glob("checks/assessment-*.json"))
    verdicts = json.loads(path.read_text())
    late = {**verdicts[0], "check": "V36", "status": "unknown", "fact": "Not run: time."}
    path.write_text(json.dumps([*verdicts, late, {**late, "check": "V37"}]))
    html = page_of(copy, "unverified")
    assert "2 checks had no time to run" in html
    assert "Only the baseline" not in html
    assert "<summary>2 checks that had no time to run</summary>" in html


def test_a_run_that_trained_the_baseline_only_says_so_and_does_not_blame_the_data(
    copy: Workspace,
) -> None:
    path = next(copy.path.glob("searches/*/search.json"))
    search = json.loads(path.read_text())
    search["candidates"] = [{**search["candidates"][0], "family": "baseline"}]
    path.write_text(json.dumps(search))
    html = page_of(copy, "unverified")
    assert "Only the baseline had time to be trained" in html
    assert "look for columns that say more" not in html


def test_the_first_screen_names_the_columns_that_drive_the_prediction(runs: dict[str, Run]) -> None:
    workspace = runs["binary"].workspace
    items = workspace.read_json("explain.json")["importance"]
    first = max(items, key=lambda item: item["mean"])["column"]
    html = page_of(workspace)
    assert f"<code>{first}</code>" in html[html.index('class="drivers"') : html.index("</header>")]


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_summary_holds_no_figure_that_was_not_measured(runs: dict[str, Run], kind: str) -> None:
    workspace = runs[kind].workspace
    path = next(workspace.path.glob("checks/assessment-*.json"))
    kept = path.read_text()
    passed = next(v for v in json.loads(kept) if v["status"] == "pass")
    path.write_text(json.dumps([*json.loads(kept), *([passed] * 30)]))
    try:
        told = summary_text(workspace)
        assert Grounding.of_run(collect(workspace)).ground(told).invented == ()
        assert re.search(r"All \d\d checks|\d\d passed", told)
    finally:
        path.write_text(kept)
