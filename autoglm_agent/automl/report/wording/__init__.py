"""The report's words: one catalogue of strings for each language, asked for by key.

en*.py, zh*.py   the catalogues: plain data, equal keys and equal placeholders
checks_zh.py     titles of checks; in English a check is called what its verdict says
check_facts_zh   the facts of checks that refute, warn or do not apply; of forecasts,
                 forecast_facts_zh; why a remedy is one, remedies_zh
facts_zh.py      sentences that checks and tools word in English, as patterns with their figures
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from markupsafe import Markup, escape

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.svg import clip
from autoglm_agent.automl.report.wording import (
    check_facts_zh,
    checks_zh,
    en,
    en_forecast,
    en_metrics,
    en_model,
    facts_zh,
    forecast_facts_zh,
    remedies_zh,
    zh,
    zh_forecast,
    zh_metrics,
    zh_model,
)

Language = Literal["en", "zh"]

CATALOGUES: dict[Language, dict[str, str]] = {
    "en": {**en.TEXT, **en_model.TEXT, **en_metrics.TEXT, **en_forecast.TEXT},
    "zh": {**zh.TEXT, **zh_model.TEXT, **zh_metrics.TEXT, **zh_forecast.TEXT},
}
TITLES: dict[Language, dict[str, str]] = {"en": {}, "zh": checks_zh.TITLES}
"""English title of a check to its title in a language."""
FACTS: dict[Language, dict[str, str]] = {
    "en": {},
    "zh": {
        **facts_zh.FACTS,
        **check_facts_zh.CHECK_FACTS,
        **forecast_facts_zh.FORECAST_FACTS,
        **remedies_zh.REMEDIES,
    },
}
"""Pattern of an English sentence to the sentence in a language."""

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_FIGURE = r"[-+<]?\d[\d.,]*(?:e[-+]?\d+)?"
_BETWEEN = re.compile(r"(?<=[.?]) (?=[A-Z'])")
_LONGEST = 400
"""Characters beyond which a sentence is not looked up: its pattern could take long to fail."""


def script_of(text: str) -> str:
    """Return the language tag of an instruction: `zh`, `ja`, `ko`, or `und` (undetermined)."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in text if letter > "\u2e7f"}
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    return "ko" if "HANGUL" in scripts else "zh" if "CJK" in scripts else "und"


class Wording:
    """The words of one language.

    Args:
        language: `en` or `zh`; also the page's `lang` attribute.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._text = CATALOGUES[language]

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the string of a key with its placeholders filled in.

        Raises:
            KeyError: If the catalogue lacks the key or the call lacks a value.
        """
        return self._text[key].format(**values) if values else self._text[key]

    def html(self, key: str, /, **values: object) -> Markup:
        """Return the string of a key as markup; the values are escaped."""
        # The catalogue is ours; what is put into it goes through `Markup.format`, which escapes.
        return Markup(self._text[key]).format(**values)  # noqa: S704

    def knows(self, key: str) -> bool:
        """Whether the catalogue has a key that data had a part in."""
        return key in self._text

    def name(self, group: str, name: object, default: str | None = None) -> str:
        """Return the word for a name of ours; one that is not known is data and kept."""
        return self._text.get(f"{group}.{name}", str(name) if default is None else default)

    def counted(self, key: str, number: int) -> str:
        """Return a number with its noun, in the form that the number asks for."""
        one, _, many = self._text[key].partition("|")
        return (one if number == 1 else many or one).format(n=num.count(number))

    def title(self, title: str) -> str:
        """Return what a check is called."""
        return TITLES[self.language].get(title, title)

    def fact(self, sentence: str) -> str:
        """Return an English sentence of a check or a tool in this language, if it is known.

        Its figures and names stay as they are; a sentence that is not known is kept.
        """
        text = sentence.strip()
        if len(text) > _LONGEST or not FACTS[self.language]:
            return sentence
        # Several sentences are told only if all of them are known: no half-and-half.
        parts = [self._sentence(part) for part in _BETWEEN.split(text)]
        known = [part for part in parts if part is not None]
        whole = "".join(known) if len(known) == len(parts) else self._sentence(text)
        return sentence if whole is None else whole

    def _sentence(self, text: str) -> str | None:
        for pattern, words in _patterns(self.language):
            if found := pattern.fullmatch(text):
                return words.format(**{k: self._part(v) for k, v in found.groupdict().items()})
        return None

    def _part(self, words: str) -> str:
        """Return what fills a place: a metric, a reason that is a known fact itself, or data."""
        return self.name("metric", words, self._sentence(words) or words)

    def told(self, sentence: object, limit: int = 600) -> Markup:
        """Return a fact for the page; one that stays English is marked so."""
        given = str(sentence)
        text = self.fact(given)
        shown = escape(clip(text, limit))
        foreign = text == given and self.language != "en" and script_of(given) == "und"
        return Markup('<span lang="en">{}</span>').format(shown) if foreign and given else shown

    def metric(self, metric: str) -> str:
        """Return the name people write, for example `ROC AUC` for `roc_auc`."""
        return self.name("metric", metric, metric.replace("_", " "))

    def share(self, part: float | None, whole: float = 1.0) -> str:
        """Write a share in percent: `12 %` in English, `12%` in Chinese."""
        return num.share(part, whole).replace(" %", self._text["percent"])

    def seconds(self, value: float | None) -> str:
        """Write a duration."""
        return num.seconds(value, {k: self._text[f"unit.{k}"] for k in ("ms", "s", "min", "h")})

    def listed(self, items: list[str]) -> str:
        """Join a list as the language does."""
        return self._text["list"].join(items)


@lru_cache(maxsize=2)
def wording(language: Language) -> Wording:
    """Return the words of a language."""
    return Wording(language)


def wording_of(instruction: object) -> Wording:
    """Return the words for the language of an instruction: Chinese, or else English."""
    return wording("zh" if script_of(str(instruction or "")) == "zh" else "en")


@lru_cache(maxsize=2)
def _patterns(language: Language) -> list[tuple[re.Pattern[str], str]]:
    return [(_pattern(english), words) for english, words in FACTS[language].items()]


def _pattern(english: str) -> re.Pattern[str]:
    """Return the pattern of a sentence: `{n1}` stands for a figure, `{name1}` for any words."""

    def place(match: re.Match[str]) -> str:
        name = match[1]
        return f"(?P<{name}>{'.+?' if name.startswith('name') else _FIGURE})"

    return re.compile(_PLACE.sub(place, re.escape(english)))
