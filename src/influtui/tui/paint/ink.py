"""How a cell is written: attributes, two colours, a link; and the shortest way from one to another (SGR, OSC 8).

An ink is made from the very codes that Textual would write for a style, so that what is left out here is never a matter of
taste. A blank shows no letter: its ink is the ground and what draws on blanks (underline, reverse), and the pen keeps the
letters' colour across it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

_OFF: Final = {
    "1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29", "21": "24",
    "51": "54", "52": "54", "53": "55",
}  # fmt: skip
"""What ends each attribute (ECMA-48 8.3.117). Some end two at once."""
_SEEN_ON_BLANKS: Final = frozenset({"4", "7", "9", "21", "51", "52", "53"})


class Ink(NamedTuple):
    """How a cell is written. An empty colour is the terminal's own."""

    attributes: frozenset[str] = frozenset()
    fg: str = ""
    bg: str = ""
    link: str = ""
    """What follows `OSC 8 ;`: an id and an address."""


PLAIN: Final = Ink()


@lru_cache(4096)
def ink_of(style: Style | None, colours: ColorSystem) -> Ink:
    """The ink of a style on a terminal with these colours."""
    if style is None:
        return PLAIN
    attributes, fg, bg = set(), "", ""
    codes = iter(filter(None, Strip.render_ansi(style, colours).split(";")))
    for code in codes:
        number = int(code)
        if number in (38, 48):
            kind = next(codes)
            colour = ";".join([code, kind, *(next(codes) for _ in range(3 if kind == "2" else 1))])
            fg, bg = (colour, bg) if number == 38 else (fg, colour)
        elif number in (39, 49):
            continue
        elif 30 <= number < 40 or 90 <= number < 100:
            fg = code
        elif 40 <= number < 50 or 100 <= number < 110:
            bg = code
        else:
            attributes.add(code)
    link = f"id={style.link_id};{style.link}" if style.link else ""
    return _one(Ink(frozenset(attributes), fg, bg, link))


@lru_cache(4096)
def _one(ink: Ink) -> Ink:
    """Always the same object for equal inks, so that cells are compared by identity."""
    return ink


_one(PLAIN)


@lru_cache(4096)
def on_blank(ink: Ink) -> Ink:
    """What of an ink shows on a blank."""
    seen = ink.attributes & _SEEN_ON_BLANKS
    return _one(Ink(seen, ink.fg if seen else "", ink.bg, ink.link))


@lru_cache(4096)
def change(pen: Ink, ink: Ink) -> str:
    """What makes the terminal write in `ink` after `pen`, in the fewest bytes."""
    link = "" if pen.link == ink.link else f"\x1b]8;{ink.link or ';'}\x1b\\"
    if pen[:3] == ink[:3]:
        return link
    ended = {_OFF[code] for code in pen.attributes - ink.attributes}
    kept = {code for code in ink.attributes if code not in pen.attributes or _OFF[code] in ended}
    colours = [new or off for old, new, off in ((pen.fg, ink.fg, "39"), (pen.bg, ink.bg, "49")) if old != new]
    onward = ";".join([*sorted(ended), *sorted(kept), *colours])
    whole = [*sorted(ink.attributes), *filter(None, (ink.fg, ink.bg))]
    fresh = ";".join(["0", *whole]) if whole else ""
    return f"{link}\x1b[{min(onward, fresh, key=len)}m"


@lru_cache(4096)
def pen_for(pen: Ink, ink: Ink, *, blank: bool) -> Ink:
    """What the pen has to be to write in `ink`: for blanks nothing changes that does not show on them."""
    if not blank or ink.attributes:
        return ink
    return _one(Ink(pen.attributes - _SEEN_ON_BLANKS, pen.fg, ink.bg, ink.link))
