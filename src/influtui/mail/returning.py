"""The day on which somebody says to be back, read from an automatic answer in any of a dozen languages.

Of several days in an answer the last one after a word such as `until` counts: in "from 3 to 10 June" it is the 10th. A
day without a year is the next such day after the answer was written. Only English writes the month first, and not all who
write it: where day and month could be either, several days are read in the order in which they lie closest, and of a single
one the later reading counts: writing too late is better than writing to somebody who is away.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from influtui.mail.answer_words import words
from influtui.model.times import Millis

TEXT: Final = 3_000
"""Characters that are looked at."""
AHEAD: Final = 400
"""Days: nobody says to be back later than that."""

_NUMBERS: Final = re.compile(r"(?<![\d.:/-])(\d{1,4})([./-])(\d{1,2})(?:\2(\d{2,4}))?(?![\d:/-]|\.\d)")
# What may stand behind the day instead: "on 30 June I am back".
_BACK_THEN: Final = re.compile(
    r"[,.]? (?:i am|i.m|i.ll be|bin ich|sind wir|ben ik|je suis|estoy|estaré|sono|sarò|är jag|er jeg)(?: \S+)? ?"
    r"(?:back|zurück|wieder|da\b|terug|weer|de retour|de vuelta|di ritorno|tillbaka|tilbage|tilbake)"
)
_DAY_FIRST: Final = (False,)
_ASIAN_LETTER: Final = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
_ENGLISH: Final = re.compile(r"\b(?:the|until|back|return(?:ing|s)?|office|will|out)\b")
_DAY_MONTH: Final = re.compile(
    r"(?<![\d.:])(\d{1,2})(?:st|nd|rd|th|º|er|\.)?(?: of| de| do|,)? ([^\W\d_]{3,12})\.?(?:,? (?:de |of )?(\d{4}))?(?!\w)"
)
_MONTH_DAY: Final = re.compile(
    r"(?<!\w)([^\W\d_]{3,12})\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: ?[-–] ?(\d{1,2}))?(?!\d|:)(?:,? (\d{4}))?"
)
# A weekday, or what looks like one, between `until` and the day.
_WEEKDAY: Final = re.compile(r"[\w,.-]*(?:day|tag|di|es|feira|dag|ato|ica|ek|а|у),?\s*(?:the\s|den\s|le\s|el\s|il\s)?$")
_ASIAN: Final = re.compile(r"(?:(\d{4})[年년] ?)?(\d{1,2})[月월] ?(\d{1,2})[日일]")


def returns_on(text: str, at: Millis | None) -> date | None:
    """The day named in `text`, which was written at `at`; None where none can be read."""
    if at is None:
        return None
    written = datetime.fromtimestamp(at / 1000, UTC).date()
    text = " ".join(text[:TEXT].casefold().split())
    found = sorted(_days(text, written))
    sure = [day for _, marked, day in found if marked and written <= day <= written + timedelta(AHEAD)]
    loose = [day for _, _, day in found if written <= day <= written + timedelta(AHEAD)]
    days = sure or loose
    return days[-1] if days else None


def _days(text: str, written: date) -> list[tuple[int, bool, date]]:
    """Where a day stands, whether a word such as `until` stands before it, and the day."""
    found: list[tuple[int, bool, date]] = []
    orders = _orders(text, written)
    for match in _NUMBERS.finditer(text):
        first, mark, second, third = int(match[1]), match[2], int(match[3]), match[4]
        if len(match[1]) == 4:
            day = _date(first, second, int(third)) if third else None
        elif third is None and mark == "-":
            day = None
        else:
            day = _later(first, second, _year(third), written, orders if mark != "." else _DAY_FIRST)
        found += _marked(text, match, day)
    for match in _DAY_MONTH.finditer(text):
        month = _month(match[2])
        if month:
            found += _marked(text, match, _next(int(match[1]), month, _year(match[3]), written))
    for match in _MONTH_DAY.finditer(text):
        month = _month(match[1])
        if month:
            day = _next(int(match[3] or match[2]), month, _year(match[4]), written)
            found += _marked(text, match, day)
    for match in _ASIAN.finditer(text):
        day = _next(int(match[3]), int(match[2]), _year(match[1]), written)
        found += [(match.start(), True, day)] if day else []
    if not found:
        for match in _weekdays().finditer(text):
            number = words().weekday(match[1])
            ahead = (number - written.weekday() - 1) % 7 + 1
            found += [each for each in _marked(text, match, written + timedelta(ahead)) if each[1]]
    return found


def _marked(text: str, found: re.Match[str], day: date | None) -> list[tuple[int, bool, date]]:
    if day is None:
        return []
    at = found.start()
    before = _WEEKDAY.sub("", text[max(0, at - 60) : at])
    return [
        (
            at,
            bool(
                _BACK_THEN.match(text, found.end())
                or _until().search(before)
                or _until().search(text[max(0, at - 40) : at])
            ),
            day,
        )
    ]


def _later(first: int, second: int, year: int | None, written: date, orders: tuple[bool, ...]) -> date | None:
    """A day in numbers, in the orders that are possible; the later of two."""
    readings = (
        _next(*((second, first) if is_month_first else (first, second)), year, written) for is_month_first in orders
    )
    possible = [day for day in readings if day is not None]
    near = [day for day in possible if written <= day <= written + timedelta(AHEAD)]
    return max(near or possible, default=None)


def _orders(text: str, written: date) -> tuple[bool, ...]:
    """Whether the month may stand first, and whether the day may, in the numbers of `text`."""
    if _ASIAN_LETTER.search(text):
        return (True,)
    if not _ENGLISH.search(text):
        return _DAY_FIRST
    pairs = [
        (int(match[1]), int(match[3]), _year(match[4]))
        for match in _NUMBERS.finditer(text)
        if match[2] == "/" and len(match[1]) <= 2
    ]
    spans: dict[bool, timedelta] = {}
    for is_month_first in (False, True):
        days = [_next(b, a, year, written) if is_month_first else _next(a, b, year, written) for a, b, year in pairs]
        known = [day for day in days if day is not None]
        if len(known) == len(pairs) > 1:
            spans[is_month_first] = max(known) - min(known)
    return (min(spans, key=lambda order: spans[order]),) if spans else (False, True)


def _next(day: int, month: int, year: int | None, written: date) -> date | None:
    if year is not None:
        return _date(year, month, day)
    this = _date(written.year, month, day)
    return this if this is None or this >= written else _date(written.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) + 2000 if len(text) == 2 else int(text)


def _month(name: str) -> int | None:
    return words().month(name)


@cache
def _until() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[\s(:])(?:{'|'.join(words().returning.until)})[\s:]*(?:on |the |dem |den |el |le |il |dia |am )?\s*$"
    )


@cache
def _weekdays() -> re.Pattern[str]:
    names = sorted((name for each in words().returning.weekdays.values() for name in each), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
