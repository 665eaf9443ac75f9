"""A generated language: words of one topic keep together, verbs have tenses, adjectives a mood.

A backbone learns it from raw sentences. The three tasks then show only half of the words while they
are trained, so that a model does well on the others only by what the backbone knows of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

TOPICS, NOUNS, VERBS, ADJECTIVES = 4, 8, 6, 12
TENSES = ("past", "present", "future")
TIMES = {"past": ("yesterday", "once"), "present": ("now", "today"), "future": ("soon", "later")}
MOODS = {True: ("hurrah", "luckily"), False: ("alas", "sadly")}
TASKS = ("topic", "tense", "mood")


@dataclass(frozen=True)
class Language:
    """Its words.

    Attributes:
        nouns: By topic.
        verbs: By topic; of each verb its three tenses.
        adjectives: Good ones and bad ones.
    """

    nouns: list[list[str]]
    verbs: list[list[dict[str, str]]]
    adjectives: dict[bool, list[str]]

    @property
    def words(self) -> list[str]:
        """Every word."""
        plain = ["the", "a", "not", "and", "."]
        plain += [w for pair in (*TIMES.values(), *MOODS.values()) for w in pair]
        plain += [w for topic in self.nouns for w in topic]
        plain += [form for topic in self.verbs for verb in topic for form in verb.values()]
        return plain + [w for half in self.adjectives.values() for w in half]


def make_language(seed: int = 0) -> Language:
    """Draw words without meaning; a form tells nothing of a word's topic, tense or mood."""
    rng = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    drawn: set[str] = set()

    def word() -> str:
        while True:
            made = "".join(rng.choices(syllables, k=3))
            if made not in drawn:
                drawn.add(made)
                return made

    return Language(
        [[word() for _ in range(NOUNS)] for _ in range(TOPICS)],
        [[{t: word() for t in TENSES} for _ in range(VERBS)] for _ in range(TOPICS)],
        {mood: [word() for _ in range(ADJECTIVES)] for mood in (True, False)},
    )


@dataclass(frozen=True)
class Sentence:
    """Words, and the truth about them."""

    text: str
    topic: str
    tense: str
    mood: str


def speak(language: Language, rng: random.Random, *, told: bool, known: float = 1.0) -> Sentence:
    """Make a sentence of two clauses.

    Args:
        language: Whose words.
        rng: Draws them.
        told: Whether words of time and mood tell what a task will ask.
        known: Share of each class's words that may be used.
    """
    topic, tense, mood = rng.randrange(TOPICS), rng.choice(TENSES), rng.random() < 0.5

    def some(words: list) -> object:
        return words[rng.randrange(max(1, int(known * len(words))))]

    def clause() -> list[str]:
        flipped = rng.random() < 0.4
        adjective = some(language.adjectives[mood != flipped])
        noun, verb = some(language.nouns[topic]), some(language.verbs[topic])
        head = ["the", *(["not"] if flipped else []), adjective, noun]
        return [*head, verb[tense], rng.choice(["the", "a"]), some(language.nouns[topic])]

    words = [*clause(), "and", *clause(), "."]
    if told:
        words = [rng.choice(MOODS[mood]), *words, rng.choice(TIMES[tense])]
    return Sentence(" ".join(words), f"topic {topic}", tense, "good" if mood else "bad")
