"""V02 lets no invented figure through; V22 reads code without running it."""

from __future__ import annotations

import pytest

from autoglm_agent.automl.checks.code_taint import check_code
from autoglm_agent.automl.report.grounding import TEMPLATE, Grounding

KNOWN = [0.8464, 0.8336, 1408, 0.125, 4562079.8]


@pytest.mark.parametrize(
    "text",
    [
        "The AUC is 0.846.",
        "AUC 0.85 on 1,408 rows.",
        "12.5 % of them, or 12.5 percent.",
        "An error of 4.6M, that is 4,562k.",
        "In 3 steps, as of 2024-01-31, check V10 and column x17.",
    ],
)
def test_measured_figures_stay(text):
    found = Grounding(KNOWN).ground(text)
    assert (found.text, found.invented) == (text, ())
    assert found.verdict().status == "pass"


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("It reaches 0.973 here.", "0.973"),
        ("Accuracy is 99.2 %!", "99.2 %"),
        ("About .97 I think", ".97"),
        ("准确率达到97.3%。", "97.3%"),
        ("AUC 0.847.", "0.847"),
        ("1,409 rows", "1,409"),
        ("error 6M", "6M"),
        ("1e-7 is the loss", "1e-7"),
    ],
)
def test_an_invented_figure_takes_its_sentence_with_it(text, figure):
    found = Grounding(KNOWN).ground(f"The AUC is 0.846. {text}")
    assert found.invented == (figure,)
    assert figure not in found.text
    assert TEMPLATE in found.text
    assert found.text.startswith("The AUC is 0.846.")
    assert (found.verdict().check, found.verdict().status) == ("V02", "fail")


def test_digits_of_a_column_name_are_no_figure():
    assert Grounding([], names=["score 99"]).ground("The column 'score 99' leads.").invented == ()
    assert Grounding([]).ground("The column 'score 99' leads.").invented == ("99",)


SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y)\n"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("X = SelectKBest(k=9).fit_transform(X, y)\n" + SPLIT, "overlap"),
        ("d['m'] = d.groupby('shop')['target'].transform('mean')\n" + SPLIT, "target"),
        ("X, y = SMOTE().fit_resample(X, y)\n" + SPLIT, "resampling"),
        (SPLIT + "pca.fit(X_test)\n", "overlap"),
        (SPLIT + "both = pd.concat([X_train, X_test])\n", "overlap"),
        (SPLIT + "for s in seeds:\n    model.score(X_test, y_test)\n", "multi-test"),
    ],
)
def test_tainted_code_is_refuted_with_its_line(code, kind):
    found = check_code(code)
    assert (found.status, found.blame) == ("fail", "prepare_data")
    assert kind in {t["kind"] for t in found.evidence["taints"]}


@pytest.mark.parametrize(
    "code",
    [
        SPLIT
        + "s = StandardScaler().fit(X_train)\nm.fit(X_train, y_train)\nm.score(X_test, y_test)",
        SPLIT + "m = make_pipeline(SelectKBest(), SVC()).fit(X_train, y_train)\n",
        "print('hello')",
    ],
)
def test_clean_code_passes(code):
    assert check_code(code).status == "pass"


def test_a_scaler_before_the_split_is_told_and_not_refuted():
    code = "s = StandardScaler()\nX = s.fit_transform(X)\n" + SPLIT
    assert check_code(code).status == "warn"


def test_what_is_no_python_is_undecided_and_nothing_is_run(tmp_path):
    assert check_code("def (").status == "unknown"
    mark = tmp_path / "ran"
    check_code(f"open({str(mark)!r}, 'w').write('x')")
    assert not mark.exists()
