"""Every verifier of the library keeps the contract that is shipped for others."""

from __future__ import annotations

import pickle

import pytest
from langchain_core.messages import AIMessage
from pydantic import BaseModel

from autoglm_agent.chain import Chain, Step
from autoglm_agent.testing import ScriptedChatModel, VerifierContract
from autoglm_agent.verifiers import (
    Agreement,
    Algebra,
    Arithmetic,
    Choice,
    Dates,
    ExactMatch,
    Judge,
    Lines,
    Matches,
    NumberRange,
    Quotes,
    Schema,
    Tables,
    Units,
    all_of,
    any_of,
)
from autoglm_agent.verifiers.tasks import dyck, game24, holdings, parts_of_arithmetic

TOOL_CALL = Step(tool="search", args={"query": "weather"})


def chain_of(question: str, *claims: str) -> Chain:
    return Chain(question=question, steps=tuple(Step(claim=claim) for claim in claims))


def answer(claim: str, **more: object) -> Step:
    return Step.model_validate({"claim": claim, "final": True, **more})


class TestArithmetic(VerifierContract):
    def verifier(self):
        return Arithmetic()

    def examples(self):
        offered = {"kind": "arithmetic", "expression": "3*4 == 13"}
        return [
            (Step(claim="So 3 * 4 = 12."), Chain(), "pass"),
            (Step(claim="So 3 * 4 = 13."), Chain(), "fail"),
            (Step(claim="13", check=offered), Chain(), "fail"),
            (Step(claim="12", check={**offered, "expression": "3*4"}), Chain(), "pass"),
            (Step(claim="?", check={**offered, "expression": "import os"}), Chain(), "unknown"),
        ]


class TestAlgebra(VerifierContract):
    def verifier(self):
        return Algebra(seconds=20)

    def examples(self):
        wrong = {"kind": "algebra", "identity": "(x+1)^2 == x^2 + 1"}
        no_root = {"kind": "algebra", "equation": "x^2 = 4", "solutions": {"x": [3]}}
        root = {"kind": "algebra", "equation": "x^2 = 4", "solutions": {"x": [2, -2]}}
        return [
            (Step(check=wrong), Chain(), "fail"),
            (Step(check=no_root), Chain(), "fail"),
            (Step(check=root), Chain(), "pass"),
        ]


class TestSchema(VerifierContract):
    class City(BaseModel):
        name: str
        people: int

    def verifier(self):
        return Schema(self.City)

    def examples(self):
        return [
            (answer('{"name": "Ulm", "people": 126000}'), Chain(), "pass"),
            (answer('{"name": "Ulm"}'), Chain(), "fail"),
            (answer("Ulm"), Chain(), "fail"),
        ]


class TestJSONSchema(TestSchema):
    def verifier(self):
        return Schema(self.City.model_json_schema())


class TestTables(VerifierContract):
    def verifier(self):
        return Tables({"trips": [{"fare": 10}, {"fare": 14}]})

    def examples(self):
        def step(query: str, equals: object) -> Step:
            return Step(claim="x", check={"kind": "sql", "query": query, "equals": equals})

        return [
            (step("select avg(fare) from trips", 12), Chain(), "pass"),
            (step("select avg(fare) from trips", 13), Chain(), "fail"),
            (step("drop table trips", 1), Chain(), "fail"),
        ]


class TestUnits(VerifierContract):
    def verifier(self):
        return Units("m/s")

    def examples(self):
        return [
            (answer("It goes at 20 km/h."), Chain(), "pass"),
            (answer("It weighs 5 kg."), Chain(), "fail"),
            (answer("It is fast."), Chain(), "unknown"),
        ]


class TestExactMatch(VerifierContract):
    def verifier(self):
        return ExactMatch("Paris")

    def examples(self):
        return [(answer("paris."), Chain(), "pass"), (answer("Rome"), Chain(), "fail")]


class TestMatches(VerifierContract):
    def verifier(self):
        return Matches(r"\d{4}")

    def examples(self):
        return [(answer("1999"), Chain(), "pass"), (answer("99"), Chain(), "fail")]


class TestLines(VerifierContract):
    def verifier(self):
        return Lines({"sum": r"\d+ \+ \d+", "end": "done"})

    def examples(self):
        return [(answer("1 + 2\ndone"), Chain(), "pass"), (answer("1 - 2"), Chain(), "fail")]


class TestChoice(VerifierContract):
    def verifier(self):
        return Choice(["yes", "no"])

    def examples(self):
        return [(answer("Yes."), Chain(), "pass"), (answer("maybe"), Chain(), "fail")]


class TestNumberRange(VerifierContract):
    def verifier(self):
        return NumberRange(0, 1)

    def examples(self):
        return [
            (answer("0.5"), Chain(), "pass"),
            (answer("it is 7"), Chain(), "fail"),
            (answer("1 or 2"), Chain(), "unknown"),
        ]


class TestDates(VerifierContract):
    def verifier(self):
        return Dates(ordered=True)

    def examples(self):
        return [
            (answer("From 2024-01-05 to 3 March 2024."), Chain(), "pass"),
            (answer("On 30 February 2024."), Chain(), "fail"),
            (answer("Soon."), Chain(), "unknown"),
        ]


class TestQuotes(VerifierContract):
    def verifier(self):
        return Quotes({"1": "The cat sat on the mat."})

    def examples(self):
        return [
            (Step(claim='It says "the cat sat on the mat" [1].'), Chain(), "pass"),
            (Step(claim='It says "the cat sat on the hat" [1].'), Chain(), "fail"),
            (Step(claim="See [2]."), Chain(), "fail"),
        ]


class TestDyck(VerifierContract):
    def verifier(self):
        return dyck()

    def examples(self):
        read = chain_of("[ { } (", "stack: empty", "[ ; stack: [", "{ ; stack: [ {")
        return [
            (Step(claim="} ; stack: ["), read, "pass"),
            (Step(claim="} ; stack: [ {"), read, "fail"),
            (Step(claim="( ; stack: ("), read, "fail"),
        ]


class TestPartsOfArithmetic(VerifierContract):
    def verifier(self):
        return parts_of_arithmetic()

    def examples(self):
        told = 'This can be written as "A - B", where A = (2 * 3) and B = (4 + 1).'
        chain = chain_of("((2 * 3) - (4 + 1)) =", told)
        return [
            (Step(claim="Let's calculate A = (2 * 3) = 6."), chain, "pass"),
            (Step(claim="Let's calculate A = (2 * 3) = 5."), chain, "fail"),
        ]


class TestHoldings(VerifierContract):
    def verifier(self):
        return holdings()

    def examples(self):
        chain = chain_of(
            "At the start, they are each holding a ball: Ann has a red ball, Ben has a blue ball, "
            "and Cleo has a green ball.\nThey trade. First, Ann and Ben swap balls. Then, Ben and "
            "Cleo swap balls. At the end, Cleo has the\nOptions:\n(A) red ball.\n(B) blue ball.\n"
            "(C) green ball."
        )
        return [
            (Step(claim="Ann and Ben swap: Ann: blue, Ben: red, Cleo: green."), chain, "pass"),
            (Step(claim="Ann and Ben swap: Ann: red, Ben: red, Cleo: green."), chain, "fail"),
        ]


class TestGame24(VerifierContract):
    def verifier(self):
        return game24()

    def examples(self):
        chain = chain_of("4 5 6 10", "10 - 4 = 6 (left: 5 6 6)")
        return [
            (Step(claim="5 * 6 = 30 (left: 6 30)"), chain, "pass"),
            (Step(claim="5 * 4 = 20 (left: 6 20)"), chain, "fail"),
        ]


class TestAllOf(VerifierContract):
    def verifier(self):
        return all_of(Arithmetic(), Matches(r".*\d", final=False))

    def examples(self):
        return [
            (Step(claim="3 * 4 = 12"), Chain(), "pass"),
            (Step(claim="3 * 4 = 13"), Chain(), "fail"),
            (Step(claim="twelve"), Chain(), "fail"),
        ]


class TestAnyOf(VerifierContract):
    def verifier(self):
        return any_of(Choice(["yes"]), NumberRange(0, 1))

    def examples(self):
        return [
            (answer("yes"), Chain(), "pass"),
            (answer("0.5"), Chain(), "pass"),
            (answer("7"), Chain(), "fail"),
        ]


def voting(reply: str) -> ScriptedChatModel:
    return ScriptedChatModel(script=[lambda prompt: AIMessage(reply)] * 200)


class TestJudge(VerifierContract):
    def verifier(self):
        return Judge(voting("FAIL"))

    def examples(self):
        return [(Step(claim="The moon is cheese."), Chain(), "fail")]

    def not_mine(self):
        return [(Step(), Chain())]


class TestAgreement(VerifierContract):
    def verifier(self):
        return Agreement(lambda question: "The answer is 12.", samples=3)

    def examples(self):
        chain = Chain(question="What is 3 * 4?")
        return [(answer("12"), chain, "pass"), (answer("13"), chain, "fail")]


PLAIN = [suite for suite in VerifierContract.__subclasses__() if suite is not TestAgreement]


@pytest.mark.parametrize("suite", [suite for suite in PLAIN if suite is not TestJudge])
def test_verifiers_can_be_sent_to_another_process(suite):
    step, chain, status = suite().examples()[0]
    verifier = pickle.loads(pickle.dumps(suite().verifier()))
    assert verifier(step, chain)[0].status == status
