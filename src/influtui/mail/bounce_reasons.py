"""Why a message came back: from a server's words first, from its codes where the words say nothing.

Codes alone mislead: of the permanent failures in a labelled corpus two thirds say nothing about the address. What a
server wrote is compared with public wordings (`server_answers`), then with the more general ones in
`data/bounce_reasons.tsv`, then the enhanced status with the table in `data/bounces.toml`, which also says what each reason
asks for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple, get_args

import msgspec

from influtui.mail.server_answers import Answer, by_codes, by_status, command_of, decide
from influtui.model import records
from influtui.model.incoming import BounceReason

TOPIC: Final = "topic"
"""What stands for the source of patterns that only tell of what an answer speaks."""
WORDS_LIMIT: Final = 4_000
"""Characters of a server's words that are looked at."""

_ADDRESS: Final = re.compile(r"<?[^\s<>@,;:\"']{1,200}@[^\s<>@,;\"']{1,200}[^\s<>@,;:.\"'()]>?")
_LINK: Final = re.compile(r"https?://([^\s/>?#]{1,200}(?:/err/\d{1,2})?)[^\s>]{0,500}")
_AGAIN: Final = re.compile(r"(?<= )([245]\d\d)[- ](?:[245]\.\d{1,3}\.\d{1,3}[- ]?)?(?=\S)")
_ENHANCED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE: Final = re.compile(r"(?<![\d.\-])([245]\d\d)(?=[- ])(?![- ]\d{3}\b)")
# IronPort puts its own words about the code before the server's.
_IRONPORT: Final = re.compile(r"\b[245]\.\d\.\d{1,2} - [a-z ]{4,40} (?=\d{3}[-' ])", re.IGNORECASE)
_GREETING: Final = frozenset({"conn", "helo", "ehlo"})
_LATER: Final = frozenset({"spamdetected", "hostunknown", "userunknown", "rejected"})
_ONLY_BY_CODE: Final = frozenset({"userunknown", "filtered"})
"""Reasons of a code that hold where no words are known: servers give these codes for much else."""
_LONG: Final = re.compile(r"\S{120,}")


class Consequences(NamedTuple):
    """What a reason asks for."""

    suppress: bool
    pause_sender: bool
    retry: bool


class Tables(msgspec.Struct, frozen=True):
    """`data/bounces.toml`."""

    senders: str
    subjects: list[str]
    sentences: list[str]
    originals: str
    consequence: dict[str, list[BounceReason]]
    sentence: dict[BounceReason, str]
    status: dict[str, BounceReason]


def reason_of(
    words: str,
    *,
    status: str | None = None,
    command: str | None = None,
    hosts: str = "",
    by_program: bool = False,
    is_answer: bool = True,
) -> BounceReason | None:
    """The reason that a server's words give, or None where they give none that is known.

    `status`, `command`, `hosts` and `by_program` are what a notice says beside them. Of words that are no answer, but what
    a mail system writes around one, the topic is not guessed.
    """
    text = plain(words)
    if not text:
        return None
    code, said = codes(words)
    given = preferred(status, said)
    answer = Answer(text, reason_of_status(given), given, code, command or command_of(text), hosts, by_program)
    found = decide(answer) or _matched(_wordings(), text)
    found = found or (_matched(_topics(), text) if is_answer else None) or by_status(answer)
    if found in _LATER and answer.command in _GREETING:
        # Nobody was named yet and nothing sent that could be spam: it is we who are not wanted.
        return "blocked"
    if found is not None or answer.named in _ONLY_BY_CODE:
        return found or answer.named
    return by_codes(answer) if answer.named is None else None


def reason_of_status(status: str | None) -> BounceReason | None:
    """The reason that an enhanced status code such as 5.1.1 gives by itself."""
    if status is None:
        return None
    kind, _, rest = status.partition(".")
    if kind == "2":
        return "delivered"
    table = tables().status
    return table.get(status) or table.get(rest)


def preferred(reported: str | None, said: str | None) -> str | None:
    """The enhanced status to go by: the one that says more, of the report's and the server's own."""
    if said is None or reported is None:
        return said or reported
    vague = (".0.0", ".0")
    return next((reported for end in vague if said.endswith(end) and not reported.endswith(end)), said)


def consequences(reason: BounceReason) -> Consequences:
    """What follows from a reason, as the table says."""
    table = tables().consequence
    return Consequences(*(reason in table[name] for name in Consequences._fields))


def sentence(reason: BounceReason) -> str:
    """A reason in words."""
    return tables().sentence[reason]


def codes(words: str) -> tuple[int | None, str | None]:
    """The reply code and the enhanced status in a server's words."""
    words = _ADDRESS.sub(" ", _IRONPORT.sub("", words[:WORDS_LIMIT]))
    enhanced = _ENHANCED.search(words)
    code = _CODE.search(words)
    return int(code[1]) if code else None, enhanced[1] if enhanced else None


@lru_cache(maxsize=16)
def plain(words: str) -> str:
    """Words as the wordings are compared with: lower case, single blanks, no addresses, no paths, codes said once."""
    text = " ".join(words[: 2 * WORDS_LIMIT].split()).lower()
    text = _IRONPORT.sub("", text)
    text = _LINK.sub(r"https://\1", text)
    text = _ADDRESS.sub("addr@x", text)
    text = _LONG.sub(" ", text)
    return _said_once(text)[:WORDS_LIMIT].strip()


def _said_once(text: str) -> str:
    """`text` without the codes that a server repeats at the beginning of each of its lines."""
    seen: set[str] = set()

    def kept(found: re.Match[str]) -> str:
        again = found[1] in seen or text.startswith(found[1])
        seen.add(found[1])
        return "" if again else found[0]

    return _AGAIN.sub(kept, text)


@cache
def tables() -> Tables:
    """The words and tables of notices."""
    text = files("influtui.mail").joinpath("data/bounces.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text), Tables)


def _matched(patterns: Iterable[tuple[BounceReason, re.Pattern[str]]], text: str) -> BounceReason | None:
    return next((reason for reason, pattern in patterns if pattern.search(text)), None)


@cache
def _wordings() -> tuple[tuple[BounceReason, re.Pattern[str]], ...]:
    """What is said in nearly these words."""
    return tuple((reason, pattern) for reason, pattern, source in _rows() if source != TOPIC)


@cache
def _topics() -> tuple[tuple[BounceReason, re.Pattern[str]], ...]:
    """What an answer speaks of where no wording is in it: nouns, and what is denied of them."""
    return tuple((reason, pattern) for reason, pattern, source in _rows() if source == TOPIC)


@cache
def _rows() -> tuple[tuple[BounceReason, re.Pattern[str], str], ...]:
    text = files("influtui.mail").joinpath("data/bounce_reasons.tsv").read_text("utf-8")
    known = {str(reason): reason for reason in get_args(BounceReason)}
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((known[reason], re.compile(pattern), source) for reason, pattern, source in rows)
