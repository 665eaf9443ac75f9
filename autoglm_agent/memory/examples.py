"""The memory as a LangChain example selector, for few-shot prompts that are not ours."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.example_selectors import BaseExampleSelector

from autoglm_agent.chain import Step
from autoglm_agent.errors import InputError
from autoglm_agent.memory.record import Memory
from autoglm_agent.memory.store import ChainMemory


class ChainExampleSelector(BaseExampleSelector):
    """Select verified chains of similar tasks as few-shot examples.

    Each example has `input` (the task), `steps` (what was done, one numbered line each) and
    `output` (the last claim). Angle brackets and braces in them are escaped as in JSON strings,
    so that they pass neither for markup nor for a template. It is text from outside: put it into
    a prompt as data, between fences.

    Args:
        memory: Where from.
        family: Kind of task.
        k: Number of examples at most.
        input_key: The input variable that holds the task.
    """

    def __init__(
        self, memory: ChainMemory, *, family: str, k: int = 3, input_key: str = "input"
    ) -> None:
        self.memory = memory
        self.family = family
        self.k = k
        self.input_key = input_key

    def add_example(self, example: dict[str, str]) -> Any:
        """Refuse: an example enters the memory as a verified chain only.

        Raises:
            InputError: Always.
        """
        raise InputError(
            f"An example of {len(example)} texts is no verified chain.",
            "Use ChainMemory.remember with a chain that verifiers accepted.",
        )

    async def aadd_example(self, example: dict[str, str]) -> Any:
        """Refuse, as `add_example` does.

        Raises:
            InputError: Always.
        """
        return self.add_example(example)

    def select_examples(self, input_variables: dict[str, str]) -> list[dict[str, str]]:
        """Return the examples for a task, the most helpful first."""
        found = self.memory.recall(self._task(input_variables), family=self.family, k=self.k)
        return [_example(memory) for memory in found]

    async def aselect_examples(self, input_variables: dict[str, str]) -> list[dict[str, str]]:
        """Return the examples without blocking the event loop."""
        task = self._task(input_variables)
        found = await self.memory.arecall(task, family=self.family, k=self.k)
        return [_example(memory) for memory in found]

    def _task(self, input_variables: dict[str, str]) -> str:
        if self.input_key not in input_variables:
            raise InputError(
                f"There is no input variable {self.input_key!r}.",
                f"There are {', '.join(sorted(input_variables))}; say which one with input_key.",
            )
        return str(input_variables[self.input_key])


def _example(memory: Memory) -> dict[str, str]:
    steps = [f"{number}. {_told(step)}" for number, step in enumerate(memory.chain.steps, 1)]
    return {
        "input": _flat(memory.text),
        "steps": "\n".join(map(_flat, steps)),
        "output": _flat(memory.chain.steps[-1].claim),
    }


def _told(step: Step) -> str:
    if not step.tool:
        return step.claim
    args = ", ".join(f"{name}={json.dumps(value)}" for name, value in step.args.items())
    return f"{step.tool}({args})"


def _flat(text: str) -> str:
    """Escape what could close a fence or pass for a field of a template.

    LangChain's few-shot prompt formats the examples once more after they have been filled in.
    """
    for sign in "<>{}":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
