"""Marks as phones, input methods and copied text have them, read as the ones of the search language that they stand for.

A dash for a minus, “curly” quotation marks, the full-width colon behind a qualifier: unread they would silently be a part
of a word, and the answer another one. What stands in plain quotation marks is left as it is.
"""

from __future__ import annotations

import re
from typing import Final

_DASHES: Final = "‐‑‒–—−－"
# Compiled by `re` itself with the first query that is not ASCII.
_PHRASE: Final = '("[^"]*"?)|[“”„‟＂]([^"“”„‟＂]*)[“”‟＂]'
_MINUS: Final = rf"(?:^|(?<=[\s(]))[{_DASHES}]"
_COLON: Final = r"((?:^|[\s(-])[^\W\d]+)："
_MARKS: Final = str.maketrans("（），＜＞＃＊", "(),<>#*")


def plain_marks(text: str) -> str:
    """A query with the marks of the language. Every character stays in its place, so that errors point at the right one."""
    if text.isascii():
        return text
    parts: list[str] = []
    at = 0
    for phrase in re.finditer(_PHRASE, text):
        parts += [_outside(text[at : phrase.start()]), phrase[1] or f'"{phrase[2]}"']
        at = phrase.end()
    return "".join([*parts, _outside(text[at:])])


def _outside(text: str) -> str:
    """What stands outside of phrases."""
    return re.sub(_COLON, r"\1:", re.sub(_MINUS, "-", text.translate(_MARKS)))
