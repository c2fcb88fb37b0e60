"""Numbers as people and spreadsheets write them: `12.3M`, `409,8k`, `1.39%`, `2.28E+11`, `477900000.00`, `N/A`.

Unknown is None and never 0. What cannot be read raises `Unreadable`, so that a row goes to the rejects with its reason
instead of losing a value in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

UNKNOWN: Final = frozenset(
    {
        "", "-", "--", "–", "—", "?", "n/a", "n/a'", "na", "n.a.", "nan", "none", "null", "nil", "unknown", "hidden",
        "#n/a", "#valor!", "#value!", "#wert!", "#div/0!", "#ref!", "#name?", "#num!", "#null!", "#error!", "inf", "-inf",
    }
)  # fmt: skip
"""How files say that they do not know. Compared folded, without surrounding blanks."""

SUFFIXES: Final = {
    "k": 3,
    "тыс": 3,
    "mil": 3,
    "tsd": 3,
    "m": 6,
    "mn": 6,
    "mio": 6,
    "млн": 6,
    "b": 9,
    "bn": 9,
    "mrd": 9,
    "t": 12,
}
"""What stands behind an abbreviated number, as a power of ten."""

LARGEST: Final = 10**15
"""Above this a count is a mistake, not an audience."""

_NUMBER: Final = re.compile(
    r"\+?(?P<digits>[\d.,'’\s\u00a0\u202f\u2009_]*\d[.,]?)\s*(?P<power>e[+-]?\d{1,2})?\s*(?P<suffix>[a-zа-я]{1,3})?\.?\s*(?P<percent>%)?\+?",
    re.IGNORECASE,
)
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")
"""Where only whole numbers stand, three digits behind a dot are thousands: `48.000` is forty-eight thousand, not 48."""

_BLANKS: Final = re.compile(r"[\s'’_\u00a0\u202f\u2009]")


class Figure(NamedTuple):
    """A number, and how finely its writer wrote it."""

    value: int | float
    unit: Decimal
    """The last written place: `12.3M` is known to the nearest 100,000, `1.39` to the nearest 0.01."""
    rounded: bool
    """Whether the writing itself shows that digits were left out (`12.3M`, `2.28E+11`)."""
    percent: bool = False


class Unreadable(ValueError):
    """A cell that should hold a number and holds something else."""


def is_unknown(text: str) -> bool:
    """Whether a cell says that nothing is known."""
    return text.strip().casefold().removesuffix("%").rstrip() in UNKNOWN


def figure(text: str) -> Figure | None:
    """Read a number. None for unknown; raises `Unreadable` for what is no number, is negative or is beyond `LARGEST`."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return Figure(int(text), Decimal(1), False)
    if is_unknown(text):
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise Unreadable(text)
    suffix = (found["suffix"] or "").casefold()
    if suffix not in SUFFIXES and suffix:
        raise Unreadable(text)
    plain = _plain(found["digits"], text)
    exponent = SUFFIXES.get(suffix, 0) + int((found["power"] or "e0")[1:])
    unit = Decimal(1).scaleb(exponent - len(plain.partition(".")[2]))
    value = Decimal(plain).scaleb(exponent)
    if value > LARGEST:
        raise Unreadable(text)
    whole = value == value.to_integral_value()
    rounded = bool(suffix or found["power"]) and unit > 1
    return Figure(int(value) if whole else float(value), unit, rounded, found["percent"] is not None)


def count(text: str) -> Figure | None:
    """Read a number of people or posts: whole. `1.234` is one thousand two hundred and thirty-four here.

    Raises `Unreadable` for a fraction, a percentage, and whatever `figure` refuses.
    """
    if is_grouped_by_dots(text):
        return Figure(int(text.strip().replace(".", "")), Decimal(1), False)
    found = figure(text)
    if found is not None and (found.percent or not isinstance(found.value, int)):
        raise Unreadable(text)
    return found


def is_grouped_by_dots(text: str) -> bool:
    """Whether a number is written like `1.250`: one thousand two hundred and fifty, or one and a quarter."""
    return "." in text and _GROUPED.fullmatch(text.strip()) is not None


def groups_by_dots(counts: Iterable[str], averages: Iterable[str]) -> bool:
    """Whether the writer of whole `counts` groups thousands with dots, and nothing among the `averages` speaks against
    it: then a `1.250` among those is a thousand too."""
    dotted = [text for text in averages if "." in text]
    return any(map(is_grouped_by_dots, counts)) and all(map(is_grouped_by_dots, dotted))


def agree(written: Figure, exact: Figure) -> bool:
    """Whether an abbreviated number and its exact twin say the same: `106.5K` and `106503` do, `106.5K` and `107000` not.

    Both rounding and cutting off are in use, so anything less than one last place apart agrees.
    """
    return abs(Decimal(str(written.value)) - Decimal(str(exact.value))) < max(written.unit, exact.unit) or (
        written.value == exact.value
    )


def _plain(digits: str, text: str) -> str:
    """Digits with `.` for the decimal mark and without grouping."""
    digits = _BLANKS.sub("", digits)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        mark = max(".", ",", key=digits.rfind)
        if digits.count(mark) > 1:
            raise Unreadable(text)
        other = "," if mark == "." else "."
        _check_groups(digits.partition(mark)[0], other, text)
        digits = digits.replace(other, "").replace(mark, ".")
    elif dots > 1 or commas > 1:
        mark = "." if dots else ","
        _check_groups(digits, mark, text)
        digits = digits.replace(mark, "")
    elif commas:
        # One comma: English groups by three; anything else is a decimal comma. `1,234k` is grouped, `409,8k` decimal.
        whole, _, rest = digits.partition(",")
        grouped = len(rest) == 3 and whole not in ("", "0") and len(whole) <= 3
        digits = f"{whole}{rest}" if grouped else f"{whole or '0'}.{rest}"
    digits = digits.rstrip(".")
    return f"0{digits}" if digits.startswith(".") else digits


def _check_groups(digits: str, mark: str, text: str) -> None:
    first, *rest = digits.split(mark)
    if not 1 <= len(first) <= 3 or any(len(group) not in (2, 3) for group in rest) or (rest and len(rest[-1]) != 3):
        raise Unreadable(text)
