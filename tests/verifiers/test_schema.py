"""JSON as models write it, and the form that is asked for."""

from __future__ import annotations

import json
import urllib.request
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from autoglm_agent.chain import Chain, Outcome, Step
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers import Schema
from autoglm_agent.verifiers.jsonreading import JSONError, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
WORDS = st.text(alphabet="abc .,!?:\n", max_size=40)


@given(VALUES, WORDS, WORDS)
def test_json_is_found_in_a_fence(value, before, after):
    assert read_json(f"{before}x\n```json\n{json.dumps(value)}\n```\n{after}y") == value


@given(st.lists(VALUES, min_size=1) | st.dictionaries(st.text(), VALUES, min_size=1), WORDS, WORDS)
def test_json_is_found_between_words(value, before, after):
    assert read_json(f"{before} {json.dumps(value, indent=1)} {after}!") == value


@given(st.text(max_size=300) | st.text(alphabet='{}[]":,09e n`\n', max_size=300))
def test_any_text_is_json_or_an_error_of_ours(text):
    with suppress(JSONError):
        json.dumps(read_json(text), allow_nan=False)


@pytest.mark.parametrize(
    "text", ["[" * 5000, '{"a":' * 5000, "[" * 500 + "]" * 500, "NaN", "[1e999]", "7" * 5000]
)
def test_deep_or_boundless_json_is_refused(text):
    with pytest.raises(JSONError):
        read_json(text)


def test_the_last_of_several_fenced_blocks_counts():
    assert read_json("```\n[1]\n```\nno, rather\n```\n[2]\n```") == [2]


def test_broken_json_is_not_replaced_by_a_smaller_whole_one():
    with pytest.raises(JSONError, match="delimiter"):
        read_json('So {"a": [1, 2, 3], "b": {"c": 1} "d": 2} it is.')


class City(BaseModel):
    name: str
    districts: list[int]


SCHEMA = City.model_json_schema()


@pytest.mark.parametrize("form", [City, SCHEMA])
def test_the_path_of_the_failing_part_is_told(form):
    step = Step(claim='Here: {"name": "Ulm", "districts": [1, "two"]}', final=True)
    (verdict,) = Schema(form)(step, Chain())
    assert (verdict.status, verdict.field) == ("fail", "claim")
    assert verdict.evidence["path"] == "districts.1"
    assert "districts.1" in verdict.fact


def test_arguments_are_judged_by_name_and_other_tools_left_alone():
    schema = Schema(
        {"type": "object", "properties": {"n": {"type": "integer"}}}, part="args", tool="count"
    )
    (verdict,) = schema(Step(tool="count", args={"n": "x"}), Chain())
    assert verdict.field == "args.n"
    assert schema(Step(tool="other", args={"n": "x"}), Chain()) == []
    assert schema(Step(tool="count", args={"n": 3}), Chain())[0].status == "pass"


def test_an_outcome_is_judged_where_it_is_one():
    schema = Schema({"type": "object", "required": ["id"]}, part="artifact")
    assert schema(Step(tool="make"), Chain()) == []
    step = Step(tool="make", outcome=Outcome(artifact={}))
    assert schema(step, Chain())[0].status == "fail"


def test_no_reference_outside_the_schema_is_followed(monkeypatch):
    fetched: list[object] = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda *args, **kwargs: fetched.append(args))
    schema = Schema({"$ref": "https://example.com/schema.json"})
    (verdict,) = schema(Step(claim="{}", final=True), Chain())
    assert verdict.status == "unknown"
    assert "example.com" in verdict.fact
    assert not fetched


@pytest.mark.parametrize("form", [{"type": "strange"}, int, "schema"])
def test_what_is_no_schema_is_refused_at_once(form):
    with pytest.raises(InputError):
        Schema(form)
