"""From bytes to UTF-8 text: byte order marks, UTF-16, legacy encodings, stray characters."""

from __future__ import annotations

import codecs
import re

from autoglm_agent.automl.data.readers.east_asian import by_common_characters
from autoglm_agent.errors import InputError

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets and databases write, so that a short sample is not taken for an exotic one.
_LEGACY = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "latin_1", "iso8859_2",
    "koi8_r", "gb18030", "big5", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "cp437",
    "mac_roman",
]  # fmt: skip
_MULTIBYTE = {"gb18030", "big5", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949"}
_CONTROLS = bytes(b for b in (*range(1, 32), 127) if b not in b"\t\n\r")
_SAMPLE = 200_000
_NAMED = 5
"""Damaged lines that a message names."""


def to_utf8(data: bytes, path: str) -> tuple[bytes, list[str]]:
    """Return the text as UTF-8 with line feeds, and the repairs made.

    Args:
        data: Bytes of a text file.
        path: Of the file, for messages.

    Raises:
        InputError: If the bytes are no text (NUL characters, no encoding fits).
    """
    text, encoding = _recode(data, path)
    repairs = [f"The file's encoding is {encoding}; it was read as such."] if encoding else []
    _refuse_nul(text, path)
    cleaned = text.translate(None, _CONTROLS)
    if len(cleaned) != len(text):
        repairs.append(f"{len(text) - len(cleaned)} control characters were removed.")
    if b"\r" in cleaned and b"\n" not in cleaned:
        cleaned = cleaned.replace(b"\r", b"\n")
        repairs.append("Lines end with carriage returns only (old Macintosh); read as line ends.")
    return cleaned, repairs


def _recode(data: bytes, path: str) -> tuple[bytes, str | None]:
    """Return UTF-8 bytes, and the name of the encoding if it was another one."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(path, encoding, error.start) from None
            told = None if encoding == "utf-8-sig" else encoding.upper()
            return text.encode("utf-8", "replace"), told
    if data.isascii() and b"\0" not in data[:_SAMPLE]:
        return data, None
    legacy = _utf16_without_mark(data)
    if legacy is None:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            legacy = _detect(data, path, error.start)
        else:
            return data, None
    try:
        return data.decode(legacy).encode("utf-8", "replace"), legacy.upper()
    except UnicodeDecodeError as error:
        raise _undecodable(path, legacy, error.start) from None


def _utf16_without_mark(data: bytes) -> str | None:
    """Tell UTF-16 by its zero bytes: all on the same side of the pairs, line ends among them."""
    sample = data[: 4096 - len(data) % 2]
    if len(data) % 2 or len(sample) < 4:
        return None
    left, right = sample[::2], sample[1::2]
    for zeros, others, encoding in ((right, left, "utf-16-le"), (left, right, "utf-16-be")):
        ends = sum(z == 0 and c == 10 for z, c in zip(zeros, others, strict=True))
        # Line ends of UTF-16 come with a zero byte each; in a damaged text file they do not.
        if ends and ends >= 0.9 * sample.count(b"\n") and not others.count(0):
            return encoding
    return None


def _detect(data: bytes, path: str, start: int) -> str:
    from charset_normalizer import from_bytes

    _refuse_nul(data, path)
    lines = re.findall(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data[max(0, start - 1000) : start + 2**22])
    sample = b"\n".join(lines)[:_SAMPLE]
    common = by_common_characters(b"\n".join(lines))
    if common is not None:
        return common
    _refuse_mixed(data, path)
    matches = from_bytes(sample, cp_isolation=_LEGACY, threshold=0.4)
    best = matches.best()
    if best is None:
        raise _undecodable(path, "UTF-8", start)
    if best.encoding in _MULTIBYTE:
        return best.encoding
    # Among equally likely ones, and where no language is recognised, Windows-1252 is the usual
    # one; it contains the printable part of ISO 8859-1.
    western = [
        match.coherence
        for match in matches
        if "cp1252" in match.could_be_from_charset or "latin_1" in match.could_be_from_charset
    ]
    no_language = best.coherence == 0.0 and _decodes(data, "cp1252")
    likely = bool(western) and max(western) >= best.coherence
    return "cp1252" if no_language or likely else best.encoding


def _refuse_mixed(data: bytes, path: str) -> None:
    """Refuse UTF-8 text with a few other lines: as a legacy encoding, the rest would be garbled.

    Lines of a legacy encoding are valid UTF-8 by accident only, and never most of them.
    """
    good, bad = 0, []
    for number, line in enumerate(data.splitlines(), 1):
        if line.isascii():
            continue
        if _decodes(line, "utf-8"):
            good += 1
        else:
            bad.append(number)
    if good > 2 * len(bad):
        named = ", ".join(f"{number:,}" for number in bad[:_NAMED])
        more = f" and {len(bad) - _NAMED:,} more" if len(bad) > _NAMED else ""
        raise InputError(
            f"{path} is UTF-8, but not in line {named}{more}: damaged, or another encoding.",
            "Correct these lines, or export the whole table again as UTF-8 text.",
        )


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_nul(data: bytes, path: str) -> None:
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise InputError(
            f"{path} holds a NUL character in line {line}: it is binary or damaged.",
            "Export the table again as UTF-8 text.",
        )


def _undecodable(path: str, encoding: str, position: int) -> InputError:
    return InputError(
        f"{path} cannot be decoded as {encoding.upper()} (byte {position:,}).",
        "Export the table again as UTF-8 text.",
    )
