"""Names of data files in running text."""

from __future__ import annotations

import re

_ENDINGS = (
    r"(?:csv|tsv|txt|parquet|pq|jsonl|ndjson|json|xlsx|xls|sqlite3|sqlite|duckdb|db)"
    r"(?:\.(?:gz|zip|bz2|xz|zst))?"
)
_LINE = re.compile(
    r"(?:^|[\s.;,，。；])(?:data|file|dataset|数据|文件)\s*[:：=]\s*(\S[^\n]*)", re.IGNORECASE
)
_OWN_LINE = re.compile(r"^\s*(?:data|数据)\s*[:：]\s*(\S[^\n]*)", re.IGNORECASE | re.MULTILINE)
_WHOLE = re.compile(rf"\.{_ENDINGS}\Z", re.IGNORECASE)
_QUOTED = re.compile(
    rf"[\"'`“‘「《]([^\"'`“”‘’「」《》\n]{{1,300}}?\.{_ENDINGS})[\"'`”’」》]", re.IGNORECASE
)
_BARE = re.compile(
    rf"(?<![\w./\\~:-])((?:[A-Za-z]:)?[\w./\\~%+@=-]{{1,300}}\.{_ENDINGS})(?![A-Za-z0-9_/\\])",
    re.IGNORECASE,
)
_ENDED = re.compile(rf"\A(.*?\.{_ENDINGS})(?![A-Za-z0-9_/\\])", re.IGNORECASE)
_BEFORE_PATH = re.compile(r"\A[\u3400-\u9fff]+(?=[A-Za-z0-9/\\~_]|\.{1,2}/)")
_VERBS = re.compile(
    r"\A(?:请|帮我|我的|我)?(?:使用|利用|读取|分析|根据|基于|打开|查看|用|对|从|在|看看|"
    r"看)(?:数据|文件|表格|表)?"
)


def find_path(text: str) -> str | None:
    """Return the first data file that a text names, or None.

    Args:
        text: `Data: FILE` lines come first, then quoted names, then bare words that end like a
            data file. A Chinese verb written onto the name ("用data.csv") is taken off.
    """
    for match in _OWN_LINE.finditer(text):
        named = match.group(1).strip().strip("\"'`“”‘’")
        ended = _ENDED.match(named)
        if ended is None or _WHOLE.search(named):
            return named
        return ended.group(1)
    for match in _LINE.finditer(text):
        if ended := _ENDED.match(match.group(1).strip().strip("\"'`“”‘’")):
            return ended.group(1)
    found = path_spans(text)
    return text[found[0][0] : found[0][1]] if found else None


def path_spans(text: str) -> list[tuple[int, int]]:
    """Return the ranges of all file names in a text, quoted ones first."""
    spans = [match.span(1) for match in _QUOTED.finditer(text)]
    for match in _BARE.finditer(text):
        start, end = match.span(1)
        head = _BEFORE_PATH.match(match.group(1)) or _VERBS.match(match.group(1))
        start += len(head.group()) if head and start + len(head.group()) < end - 4 else 0
        if not any(s < end and e > start for s, e in spans):
            spans.append((start, end))
    return spans
