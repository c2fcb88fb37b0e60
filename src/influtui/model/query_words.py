"""Words as the search sees them: as people type them, folded, cut where the text index cuts, in every script.

The rules are those of SQLite's `unicode61` tokenizer as the schema configures it (letters, numbers and combining marks
make words; Latin letters lose their accents), over texts that were made `plain` first. So a phrase checked here and a word
looked up there agree. Scripts that are written without blanks between words are searched by substring instead, through
their pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_ASCII_WORDS: Final = re.compile(r"[a-z0-9]+")
# Accents that the tokenizer drops where they stand as characters of their own.
_LOOSE_ACCENTS: Final = frozenset(
    [*range(0x300, 0x305), *range(0x306, 0x30D), 0x30F, 0x311, 0x31B, *range(0x323, 0x329), 0x32D, 0x32E, 0x330, 0x331]
)
# What people type for letters that are no accented ones, and what is left out of what they type: the vowel points of Arabic
# and Hebrew, and the stroke that stretches an Arabic word.
_TYPED: Final = {
    **dict(zip("łŁøØđĐðÐŧŦħĦıœæßẞþÞŒÆ", ("l", "L", "o", "O", "d", "D", "d", "D", "t", "T", "h", "H", "i", "oe", "ae", "ss", "SS",
                                         "th", "TH", "OE", "AE"), strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)),
    "Ʀ": "R", "Ɪ": "I", **dict.fromkeys("أإآٱ", "ا"),
    **{chr(code): "" for code in (0x640, *range(0x64B, 0x653), 0x670, *range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2, 0x5C7)},
    "\uff9e": "\u3099", "\uff9f": "\u309a",
}  # fmt: skip
_CIRCLED: Final = (range(0x24B6, 0x24EA), range(0x1F130, 0x1F14A))
_HANGUL: Final = (range(0x3131, 0x318F), range(0xFFA0, 0xFFDD))
_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)
# Thai, Lao, Tibetan, Myanmar, Khmer; kana, bopomofo, Han with its extensions, half-width kana.
# Compiled with its first use, by `re` itself: that is four milliseconds.
_SPACELESS: Final = (
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)


@lru_cache(maxsize=20_000)
def _letter(char: str) -> str:
    """One character as it stands in a folded word; a blank where it ends a word, nothing where it is dropped."""
    code = ord(char)
    if code in _LOOSE_ACCENTS:
        return ""
    if unicodedata.category(char)[0] not in "LN" and unicodedata.category(char) not in ("Mn", "Mc"):
        return " "
    if code in _VARIATION_SELECTORS:
        return " "
    lowered = "σ" if char == "ς" else char.lower()[0]
    parts = unicodedata.normalize("NFD", lowered)
    return parts[0] if parts[0].isascii() else lowered


class _Plain(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        typed = _TYPED.get(char)
        if typed is None:
            meant = self._unstyled(char, code)
            typed = meant if meant == char else "".join([self[ord(each)] for each in meant])
        self[code] = typed
        return typed

    @staticmethod
    def _unstyled(char: str, code: int) -> str:
        """The letters and digits that a styled, full-width or half-width one, or a ligature, stands for."""
        letter = unicodedata.category(char)[0] in "LN" or any(code in run for run in _CIRCLED)
        if not letter or any(code in run for run in _HANGUL):
            return char
        meant = unicodedata.normalize("NFKC", char)
        is_text = all(unicodedata.category(each)[0] in "LNM" for each in meant)
        return meant if is_text and spaceless(meant) == spaceless(char) else char


_plain: Final = _Plain()


def plain(text: str) -> str:
    """`text` with every letter as people type it: `𝓐𝓷𝓷𝓪`, `ｖｅｇａｎ` and `Łódź` as Anna, vegan and Lódź; ß as ss.

    The text indexes hold texts made plain, and every word of a query is.
    """
    if text.isascii():
        return text
    found = text.translate(_plain)
    # A half-width kana has its voicing mark behind it.
    return unicodedata.normalize("NFC", found) if "\u3099" in found or "\u309a" in found else found


def folded(text: str) -> str:
    """`text` as its words with one blank between: what a phrase is looked for in."""
    return " ".join(words(text))


def words(text: str) -> tuple[str, ...]:
    """The words of `text`, lower case, Latin letters without accents, in order."""
    text = plain(text)
    if text.isascii():
        return tuple(_ASCII_WORDS.findall(text.lower()))
    return tuple("".join([_letter(char) for char in text]).split())


def spaceless(text: str) -> bool:
    """Whether `text` has characters of a script that is written without blanks between words."""
    return not text.isascii() and re.search(_SPACELESS, text) is not None


def grams(texts: Iterable[str | None]) -> str | None:
    """What the index of such scripts holds of a row: each character and each pair of neighbours. None for no such text."""
    found: dict[str, None] = {}
    for text in texts:
        if text is None or not spaceless(text):
            continue
        for run in re.findall(_SPACELESS, folded(text)):
            found.update(dict.fromkeys(run))
            found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    return " ".join(found) or None


def needed_grams(wanted: Iterable[str]) -> tuple[str, ...]:
    """The grams that a row must have to contain the words `wanted`: pairs where there are pairs, else the character."""
    found: dict[str, None] = {}
    for run in re.findall(_SPACELESS, " ".join(wanted)):
        found.update(dict.fromkeys([run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]))
    return tuple(found)


def says(text: str | None, wanted: str, *, prefix: bool = False) -> bool:
    """Whether `text` has the folded phrase `wanted` (see `folded`) as whole words, the last one open with `prefix`.

    In scripts without blanks between words the phrase may stand anywhere in a word.
    """
    if text is None:
        return False
    within = folded(text)
    if spaceless(wanted):
        return wanted in within
    return f" {wanted}" in f" {within}" if prefix else f" {wanted} " in f" {within} "
