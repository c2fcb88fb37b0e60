"""What a server's answer to a command of ours means, after public wordings and in the order that makes them unambiguous.

The same words mean different things at different commands: "user unknown" after RCPT is about the address, after the message
itself it is a filter that hides behind it; "address rejected" after MAIL is about the sender. So an answer is read with its
command, its codes and who gave it. Wordings are in `data/bounce_wordings.toml`, with their source.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, cast

from influtui.mail.phrases import needed_letters
from influtui.model.incoming import BounceReason

FIRST: Final[tuple[BounceReason, ...]] = (
    "mailboxfull", "mesgtoobig", "exceedlimit", "suspend", "hasmoved", "norelaying", "authfailure", "userunknown", "filtered",
    "requireptr", "notcompliantrfc", "badreputation", "contenterror", "rejected", "hostunknown", "spamdetected", "speeding",
    "toomanyconn", "blocked",
)  # fmt: skip
"""Reasons that codes and commands help to tell, the most particular first."""

SECOND: Final[tuple[BounceReason, ...]] = (
    "mailboxfull", "authfailure", "badreputation", "speeding", "spamdetected", "virusdetected", "policyviolation", "norelaying",
    "systemerror", "networkerror", "suspend", "contenterror", "systemfull", "notaccept", "expired", "securityerror",
    "mailererror",
)  # fmt: skip
"""Reasons that only the words tell."""

VAGUE: Final[frozenset[BounceReason | None]] = frozenset(
    {
        None,
        "undefined",
        "onhold",
        "systemerror",
        "securityerror",
        "expired",
        "networkerror",
        "hostunknown",
        "userunknown",
        "filtered",
    }
)
"""Reasons of a code or a mail system that a server's own words may overrule."""

_BEFORE_DATA: Final = frozenset({"conn", "helo", "ehlo", "mail", "rcpt"})
_COMMANDS: Final = (
    re.compile(r"in reply to (?:end of )?([a-z]{4})"),
    re.compile(r"(?:error|said)[a-z ]{0,40} (?:after|for) (?:end of |initial )?(?:sending )?([a-z]{4})"),
    re.compile(r"smtp command:? ([a-z]{4})\b"),
    re.compile(r"did not like our ([a-z]{4})"),
    re.compile(r"(refused to talk to me)"),
    re.compile(
        r"\[(rcpt|mail|data)(?:_[a-z]{2,4})?\]|smtp:(rcpt|mail|data|helo|ehlo) host| in (?:end of )?(rcpt|mail|data)\b"
    ),
    re.compile(r"\(state 1([34578])\)"),
    re.compile(r"(?:connected to .{1,100} but )(sender|my name|greeting)"),
    re.compile(r"(does not like recipient)|(failed (?:on data command|after i sent the message))"),
    re.compile(r">>> ?([a-z]{4})\b(?!.*>>> ?[a-z]{4}\b(?! ?<))"),
    re.compile(r"\b(rcpt|mail from|data|ehlo|helo)(?: to)?[: ](?:command)?"),
)
_MEANS: Final = {
    "3": "ehlo", "4": "rcpt", "5": "data", "7": "data", "8": "data", "sender": "mail", "my name": "ehlo", "greeting": "conn",
    "does not like recipient": "rcpt", "refused to talk to me": "helo", "text": "data", "mail from": "mail",
    "mess": "data", "bdat": "data",
}  # fmt: skip
_KNOWN: Final = frozenset({"conn", "helo", "ehlo", "mail", "rcpt", "data", "auth", "quit"})


class Wordings(NamedTuple):
    """What is looked for: words in one piece, and pieces in their order with anything between."""

    whole: tuple[str, ...] = ()
    gapped: tuple[tuple[str, ...], ...] = ()


NONE: Final = Wordings()


class Answer(NamedTuple):
    """A server's words (as `bounce_reasons.plain` gives them) and what is known beside them."""

    text: str
    named: BounceReason | None = None
    """The reason that the enhanced status gives by itself."""
    status: str | None = None
    code: int | None = None
    command: str | None = None
    hosts: str = ""
    """Who answered, and for whom: names in lower case."""
    by_program: bool = False
    """Said by a program that delivers on the machine itself (Diagnostic-Code: X-Unix), not by a server."""


def decide(answer: Answer) -> BounceReason | None:
    """What `answer` means, or None where no public wording is in it and its codes say nothing."""
    if (answer.status or "").startswith("2."):
        return "delivered"
    told = _first("system", answer.text)
    if told is not None and _is_taken_back(told, answer.text):
        told = None
    if told not in VAGUE:
        return told
    found = None
    if not answer.by_program:
        found = _provider(answer) or next((reason for reason in FIRST if reason == told or _is(reason, answer)), None)
    return found or told or _by_words(answer)


def by_status(answer: Answer) -> BounceReason | None:
    """The reason of the enhanced status, where it says one and the words do not take it back."""
    named = answer.named
    return None if named is None or named in VAGUE or _is_taken_back(named, answer.text) else named


def by_codes(answer: Answer) -> BounceReason | None:
    """What codes and command suggest where no words are known."""
    subject = (answer.status or "")[1:3]
    if answer.by_program:
        return "mailererror"
    if subject in (".6", ".7"):
        return "contenterror" if subject == ".6" else "securityerror"
    if answer.command in ("ehlo", "helo"):
        return "blocked"
    if answer.code is not None and answer.code // 10 in (40, 50):
        return "syntaxerror"
    # What is refused for good before a recipient was named is refused for who sends.
    return "rejected" if answer.command == "mail" and (answer.code or 0) >= 500 else None


def command_of(text: str) -> str | None:
    """The command that a server answered, in lower case, as far as a notice says it."""
    for pattern in _COMMANDS:
        found = pattern.search(text)
        if found:
            said = next(each for each in found.groups() if each)
            command = _MEANS.get(said, "data" if said.startswith("failed") else said)
            if command in _KNOWN:
                return command
    return None


def says(reason: BounceReason, text: str) -> bool:
    """Whether a public wording of `reason` is in `text`."""
    return not _is_taken_back(reason, text) and _any(_tables()["any"].get(reason, NONE), text)


def _is_taken_back(reason: BounceReason, text: str) -> bool:
    return _any(_tables()["unless"].get(reason, NONE), text)


def _by_words(answer: Answer) -> BounceReason | None:
    return next((reason for reason in SECOND if says(reason, answer.text)), None)


def _is(reason: BounceReason, answer: Answer) -> bool:
    text, named, command = answer.text, answer.named, answer.command
    if reason == "userunknown":
        return _is_unknown(answer)
    if reason == "filtered":
        if named != "filtered" and command in _BEFORE_DATA:
            return False
        is_unknown = says("userunknown", text) and not says("rejected", text)
        return named != "suspend" and (says("filtered", text) or is_unknown)
    if reason == "rejected" and named != "rejected":
        if command == "mail" or (command == "data" and named != "userunknown"):
            return says(reason, text)
        return named in (None, "onhold", "undefined", "securityerror", "systemerror") and says(reason, text)
    if reason == "hostunknown" and named == "hostunknown":
        return not says("networkerror", text)
    if reason == "spamdetected" and command in _BEFORE_DATA:
        return False
    if reason == "norelaying" and command in ("conn", "ehlo", "helo"):
        return False
    if reason == "mesgtoobig" and named == "exceedlimit":
        return False
    if reason == "blocked" and named == "expired":
        # What was tried for days and refused each time has expired, whatever the last try met.
        return False
    if reason == "suspend" and answer.code == 525:
        return True
    if _is_taken_back(reason, text) and reason != "rejected":
        return False
    return says(reason, text)


def _is_unknown(answer: Answer) -> bool:
    if answer.named == "suspend":
        return False
    if answer.named == "userunknown":
        others: tuple[BounceReason, ...] = ("norelaying", "blocked", "mailboxfull", "hasmoved", "rejected", "notaccept")
        return says("userunknown", answer.text) and not any(says(each, answer.text) for each in others)
    # Where nothing says at which command, words that name the address are taken for what they say.
    said_early = answer.command == "rcpt" or (answer.command is None and answer.named != "filtered")
    return said_early and says("userunknown", answer.text) and not says("rejected", answer.text)


def _provider(answer: Answer) -> BounceReason | None:
    # Some tables depend on the command and the status too, in brackets behind the words.
    text = f"{answer.text} [{answer.command}] [{answer.status}]"
    who = f"{answer.hosts}\n{answer.text}"
    for name, (pattern, needed) in _hosts().items():
        if any(letters in who for letters in needed) and (pattern.search(answer.hosts) or pattern.search(answer.text)):
            found = _first(name, text)
            if found is not None:
                return found
    return None


def _first(name: str, text: str) -> BounceReason | None:
    for reason, wordings in _tables()[name].items():
        if _any(wordings, text):
            return reason
    return None


def _any(wordings: Wordings, text: str) -> bool:
    # Written out: some hundred wordings are looked for in each answer, and a generator costs more than the look.
    for each in wordings.whole:
        if each in text:
            return True
    for parts in wordings.gapped:
        at = 0
        for part in parts:
            at = text.find(part, at) + len(part)
            if at < len(part):
                break
        else:
            return True
    return False


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("influtui.mail").joinpath("data/bounce_wordings.toml").read_text("utf-8"))


@cache
def _hosts() -> dict[str, tuple[re.Pattern[str], tuple[str, ...]]]:
    """How the servers of each table are known: a pattern, and letters that stand in all that it finds."""
    return {name: (re.compile(str(each)), needed_letters(str(each))) for name, each in _raw()["hosts"].items()}


@cache
def _tables() -> dict[str, dict[BounceReason, Wordings]]:
    return {
        name: {cast(BounceReason, reason): _compiled(words) for reason, words in table.items()}
        for name, table in _raw().items()
        if name != "hosts"
    }


def _compiled(wordings: list[str]) -> Wordings:
    return Wordings(
        tuple(each for each in wordings if "…" not in each),
        tuple(tuple(each.split("…")) for each in wordings if "…" in each),
    )
