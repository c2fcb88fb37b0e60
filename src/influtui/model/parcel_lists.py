"""A pasted list of parcels: one line is a number, mostly with whom it is for, in whatever shape it was copied from.

anna 1Z5R89390357567127        @anna: 1Z 5R8 939 03 5756 7127        1Z5R89390357567127, instagram:anna
Anna Berg<tab>UPS<tab>https://www.ups.com/track?tracknum=…           9400 1112 0620 6406 2607 87
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import msgspec

from influtui.model.text import from_outside
from influtui.model.tracking import Detection, carriers, detect, normalised

MOST_WORDS: Final = 24

_GLUE: Final = re.compile(r"[\s,;|]+")
_EMPTY_WORDS: Final = frozenset({"-", "–", "—", ":", "->", "=>", "→", "#", "=", "for", "to"})


class ParcelLine(msgspec.Struct, frozen=True):
    """One line: whom it is for (as it was written), the number, and a carrier where the line names one."""

    who: str | None
    detection: Detection
    carrier: str | None


def read_line(line: str) -> ParcelLine:
    """Read one line. Of all runs of words, the one that is the most certain number is taken for the number."""
    named = _carrier_words()
    text = _two_words().sub(lambda found: _folded(re.sub(r"\s", "", found[0])), line.strip())
    words = [word for word in _GLUE.split(text) if word][:MOST_WORDS]
    best: tuple[bool, float, int] | None = None
    found = detect(line)
    span = (0, len(words))
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            run = words[start:end]
            if not _number_like(run):
                continue
            detection = detect(" ".join(run))
            confidence = detection.candidates[0].confidence if detection.candidates else 0.0
            # An invalid number is the longest run with digits at both ends; a valid one the most confident.
            weight = (detection.valid, confidence, len(detection.number or ""))
            if best is None or weight > best:
                best, found, span = weight, detection, (start, end)
    rest = words[: span[0]] + words[span[1] :] if best is not None else []
    carrier = next((named[word] for each in rest if (word := _folded(each)) in named), None)
    who = " ".join(word for word in rest if _folded(word) not in named and word.casefold() not in _EMPTY_WORDS)
    return ParcelLine(who.strip(" :-–—,;") or None, msgspec.structs.replace(found, input=from_outside(line)), carrier)


def _number_like(run: list[str]) -> bool:
    """Whether words can be one number: a link, or enough digits, with no word that has none of them but short letters."""
    if len(run) == 1 and "://" in run[0]:
        return True
    text = normalised(" ".join(run))
    if len(text) < 8 or not text.isalnum() or sum(char.isdigit() for char in text) < 6:
        return False
    # `Anna Berg 99…`: words of letters alone are names, but for the two at a postal number's ends.
    return all(any(char.isdigit() for char in word) or (len(word) <= 2 and word.isupper()) for word in run)


def _folded(word: str) -> str:
    return word.strip(" :()[].").casefold().replace("-", "").replace("_", "")


@cache
def _two_words() -> re.Pattern[str]:
    """The carriers whose names people write in two words."""
    names = [
        carrier.name
        for carrier in carriers().values()
        if " " in carrier.name and carrier.name.replace(" ", "").isalpha()
    ]
    return re.compile("|".join(rf"\b{name.replace(' ', '[ _-]')}\b" for name in names), re.IGNORECASE)


@cache
def _carrier_words() -> dict[str, str]:
    words = {code.replace("_", ""): code for code in carriers()}
    words.update({carrier.name.casefold().replace(" ", ""): code for code, carrier in carriers().items()})
    return words
