"""A model that talks big: none of its figures gets into the answer or the report."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from autoglm_agent import create_automl_agent
from autoglm_agent.planner.model import EmbeddedPlanner

BOASTS = ("0.99731", "98.76 %", "417,236", "1234.5")


class Boaster(EmbeddedPlanner):
    """Calls the right tools, and says figures of its own with every call."""

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        said = super()._generate(*args, **kwargs).generations[0].message
        assert isinstance(said, AIMessage)
        boast = f"The ROC AUC is {BOASTS[0]}, {BOASTS[1]} of the customers are found. "
        boast += f"That saves {BOASTS[2]} a year and takes {BOASTS[3]} seconds."
        message = said.model_copy(update={"content": boast})
        return ChatResult(generations=[ChatGeneration(message=message)])


@pytest.fixture(scope="module")
def boasted(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The state in which a run of the boaster ended."""
    folder = tmp_path_factory.mktemp("boasts")
    agent = create_automl_agent(Boaster(), runs=folder, trials=1, memory=False)
    words = f"Predict the diagnosis in {tumours}"
    return dict(agent.invoke({"messages": [("user", words)]}))


def test_the_run_itself_is_as_good_as_without_the_boasts(boasted: dict[str, Any]) -> None:
    assert boasted["structured_response"]["status"] == "verified"


@pytest.mark.parametrize("figure", BOASTS)
def test_no_invented_figure_is_in_the_answer(boasted: dict[str, Any], figure: str) -> None:
    assert figure not in str(boasted["messages"][-1].text)


@pytest.mark.parametrize("figure", BOASTS)
def test_no_invented_figure_is_in_the_report(boasted: dict[str, Any], figure: str) -> None:
    page = Path(boasted["structured_response"]["paths"]["report"]).read_text(encoding="utf-8")
    assert figure not in unescape(page)


def test_what_was_said_is_in_the_events_so_that_it_can_be_looked_up(
    boasted: dict[str, Any],
) -> None:
    events = Path(boasted["structured_response"]["paths"]["events"]).read_text(encoding="utf-8")
    assert BOASTS[0] in events
