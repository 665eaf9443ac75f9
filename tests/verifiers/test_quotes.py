"""Quotations are looked up word by word; near misses are told what the source has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.chain import Chain, Step
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers import Quotes
from autoglm_agent.verifiers.quotes import plain

SOURCE = (
    "The cat sat on the mat. It was “very happy” – or so they said; the dog\n  did not agree with "
    "any of it, and went to the naïve neighbour's house at noon."
)
WORDS = SOURCE.split()


def judged(claim: str, **options: object):
    return Quotes({"1": SOURCE, "Smith 2020": "一只猫坐在垫子上,它很高兴。"}, **options)(
        Step(claim=claim), Chain(question="Where did the old cat sit?")
    )


@given(st.integers(0, len(WORDS) - 5), st.integers(4, 12), st.sampled_from(["{}", " {} ", "{}."]))
def test_any_run_of_words_of_a_source_passes(first, count, around):
    words = " ".join(WORDS[first : first + count])
    if "“" in words or "”" in words:
        words = words.replace("“", "'").replace("”", "'")
        return
    assert judged(f'It says "{around.format(words)}".')[0].status == "pass"


@given(st.integers(0, len(WORDS) - 5), st.integers(4, 10), st.data())
def test_a_changed_word_is_refuted_at_its_place(first, count, data):
    words = WORDS[first : first + count]
    at = data.draw(st.integers(0, len(words) - 1))
    claim = f'He wrote "{" ".join([*words[:at], "zeppelin", *words[at + 1 :]])}".'.replace("“", "")
    (verdict,) = judged(claim.replace("”", ""))
    assert (verdict.status, verdict.sound, verdict.sound_pass) == ("fail", True, False)


@given(st.text(max_size=200))
def test_each_plain_letter_knows_where_it_comes_from(text):
    even = plain(text)
    assert len(even.text) == len(even.places)
    assert list(even.places) == sorted(even.places)
    assert all(0 <= place < len(text) for place in even.places)
    assert plain(even.text).text == even.text


def test_a_near_miss_is_told_the_nearest_words():
    claim = 'It says "the cat sat on the hat".'
    (verdict,) = judged(claim)
    assert 'has "The cat sat on the mat"' in verdict.fact
    assert claim[slice(*verdict.span)] == "the cat sat on the hat"


@pytest.mark.parametrize(
    "claim",
    [
        "“THE CAT  sat on\tthe mat”",
        '"or so they said; the dog did not agree"',
        '"The cat sat ... with any of it"',
        '"it was ‘very happy’ - or so"'.replace("‘", '"').replace("’", '"'),
        "「猫坐在垫子上」",
        '"where did the old cat sit"',
        "He calls it a “so-called” success.",
    ],
)
def test_typography_and_omissions_do_not_count(claim):
    assert all(verdict.status == "pass" for verdict in judged(claim))


@pytest.mark.parametrize(
    "claim", ['"he cat sat on the mat"', "「猫坐在桌子上」", '"The cat ... on the moon"']
)
def test_parts_of_words_and_other_words_are_no_quotation(claim):
    assert judged(claim)[0].status == "fail"


def test_only_given_sources_can_be_cited():
    assert judged("As shown [1; Smith 2020].")[0].status == "pass"
    assert judged("As shown [1, Miller 2021].")[0].fact.startswith("[1, Miller 2021] is no source")
    assert judged("As shown [3].", citations=False) == []
    assert judged("A [link](http://x) is no citation.") == []


def test_an_answer_without_any_can_be_refused():
    quotes = Quotes({"1": SOURCE}, required=True)
    assert quotes(Step(claim="It sat.", final=True), Chain())[0].status == "fail"
    assert quotes(Step(claim="It sat."), Chain()) == []


def test_no_source_is_an_error_of_the_caller():
    with pytest.raises(InputError):
        Quotes({})
