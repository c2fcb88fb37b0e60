"""Signs that a message may not be from whom it seems to be: a name that holds another address, answers that go elsewhere,
a domain that only looks like one we know.

These are for people to see beside what the mail server found out (`authentication`): none of them proves anything, and
none hides a message. A domain is shown as it is written in the DNS wherever its letters could mislead.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import idna

from influtui.mail.addresses import SHARED_DOMAINS
from influtui.model.incoming import ParsedMessage
from influtui.model.text import safe

_ADDRESS: Final = re.compile(r"[^\s<>@\"',;()]{1,64}@([^\s<>@\"',;()]{1,250}\.[^\s<>@\"',;().]{2,})")
# Scripts that are written together; every other mixture within one label is a trick.
_TOGETHER: Final = (frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}), frozenset({"LATIN", "HAN", "HANGUL"}))
_SECOND_LEVEL: Final = frozenset({"ac", "co", "com", "edu", "gob", "gov", "net", "ne", "or", "org"})
REMEMBERED: Final = 4_096
"""Domains whose verdict is kept at once."""


class KnownDomains:
    """The domains that we have dealt with and those of large mailbox providers, by what they look like."""

    def __init__(self, domains: Iterable[str] = ()) -> None:
        self._domains = {_registered(_encoded(each)) for each in (*domains, *SHARED_DOMAINS) if each}
        self._shapes = {_skeleton(_letters(each)): each for each in sorted(self._domains)}
        self._asked: dict[str, str | None] = {}

    def doubt(self, domain: str) -> str | None:
        """What is odd in a domain, remembered: a mailbox's mail comes from few."""
        if domain not in self._asked:
            if len(self._asked) >= REMEMBERED:
                self._asked.clear()
            self._asked[domain] = _doubt_of(domain, self)
        return self._asked[domain]

    def lookalike(self, domain: str) -> str | None:
        """The known domain that `domain` looks like without being known itself."""
        own = _registered(_encoded(domain))
        return None if own in self._domains else self._shapes.get(_skeleton(_letters(own)))


def doubts(message: ParsedMessage, known: KnownDomains) -> tuple[str, ...]:
    """Sentences about who `message` only pretends to be from."""
    return tuple(_doubts(message, known))


def warnings(message: ParsedMessage, known: KnownDomains) -> tuple[str, ...]:
    """All that is odd in who sent `message`: the doubts, and where answers to it would go."""
    return (*_doubts(message, known), *_elsewhere(message))


def readable(domain: str) -> str:
    """A domain in its letters where they cannot mislead, with its DNS form behind it where they could."""
    letters, encoded = _letters(domain), _encoded(domain)
    return letters if letters == encoded else f"{safe(letters)} ({encoded})"


def mixes_scripts(domain: str) -> bool:
    """Whether a label of the domain is written in scripts that nobody writes together."""
    return any(_is_mixed(label) for label in _letters(domain).split("."))


def _doubts(message: ParsedMessage, known: KnownDomains) -> Iterator[str]:
    if message.sender is None:
        return
    domain = message.sender.rpartition("@")[2]
    named = _ADDRESS.search(message.sender_name or "")
    if named and _registered(named[1].casefold()) != _registered(domain):
        yield f"its sender's name reads {safe(named[0])}, but it comes from {readable(domain)}"
    if (odd := known.doubt(domain)) is not None:
        yield odd


def _doubt_of(domain: str, known: KnownDomains) -> str | None:
    seems = known.lookalike(domain)
    if seems is not None:
        return f"{readable(domain)} looks like {seems}, and is another domain"
    if mixes_scripts(domain):
        return f"the domain {readable(domain)} mixes letters of several alphabets"
    if _is_dressed_up(domain):
        return f"the domain {readable(domain)} is written in letters that look like Latin ones"
    return None


def _elsewhere(message: ParsedMessage) -> Iterator[str]:
    if message.sender is None:
        yield "it names no sender"
        return
    domain = message.sender.rpartition("@")[2]
    answers = (message.reply_to or "").rpartition("@")[2]
    if answers and _registered(answers) != _registered(domain):
        private = " (a private mailbox)" if answers in SHARED_DOMAINS else ""
        yield f"answers to it go to {readable(answers)}{private}, not to {readable(domain)}"


def _letters(domain: str) -> str:
    """A domain with its labels decoded."""
    return ".".join(map(_label, domain.casefold().split(".")))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii", "replace").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _encoded(domain: str) -> str:
    if domain.isascii():
        return domain.casefold()
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain.casefold().encode("punycode", "replace").decode("ascii")


def _registered(domain: str) -> str:
    """The part of a domain that somebody registered, as far as that can be told without a list of all registries."""
    labels = domain.split(".")
    count = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-count:])


def _skeleton(letters: str) -> str:
    """What is left when letters that look alike are the same letter (UTS 39, 4)."""
    single, pairs = _tables()
    bare = "".join(char for char in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(char))
    shape = bare.casefold().translate(single)
    for pair, letter in pairs:
        shape = shape.replace(pair, letter)
    return shape


def _is_mixed(label: str) -> bool:
    scripts = set(filter(None, map(_script, label)))
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _is_dressed_up(domain: str) -> bool:
    """Whether a label without one Latin letter reads as if it were all Latin."""
    single, _ = _tables()
    return any(
        len(label) > 2 and not label.isascii() and all(char in "-." or single.get(ord(char)) for char in label)
        for label in _letters(domain).split(".")
    )


def _script(char: str) -> str | None:
    if not char.isalpha():
        return None
    name = unicodedata.name(char, "").split(" ")[0]
    return {"CJK": "HAN", "FULLWIDTH": "LATIN"}.get(name, name)


@cache
def _tables() -> tuple[dict[int, str], tuple[tuple[str, str], ...]]:
    table = tomllib.loads(files("influtui.mail").joinpath("data/confusables.toml").read_text("utf-8"))
    single = {ord(other): letter for letter, others in table["single"].items() for other in others.casefold() + others}
    return single, tuple(table["pairs"].items())
