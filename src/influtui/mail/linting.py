"""What is said against a template before anybody gets it: length, links, words that spam filters know, what is missing.

Advice, not a gate: what must not be sent is refused elsewhere. The words are data, since people argue about them.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from influtui.mail import templates
from influtui.model import records
from influtui.model.templates import Template

_LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
_CODE: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_FOOTER: Final = "\n-- \n"


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """How much a letter should hold at most."""

    subject: int
    words: int
    links: int
    exclamations: int


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """`data/lint.toml`."""

    length: Length
    spam: dict[str, tuple[str, ...]]
    disclosure: dict[str, tuple[str, ...]]


class Finding(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.template_finding/1"):
    """One thing that is said against a template."""

    template: str
    rule: Literal["subject_length", "length", "links", "shouting", "spam_words", "disclosure", "personal"]
    says: str
    hint: str


@cache
def lists() -> Lists:
    """The data."""
    text = files("influtui.mail").joinpath("data/lint.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text), Lists)


def lint(template: Template) -> list[Finding]:
    """What is said against a template; nothing where all is well. Raises `WrongUsage` where it is none."""
    templates.check(template)
    rules = lists()
    body = template.body.partition(_FOOTER)[0]
    words, subject = _CODE.sub("…", body), _CODE.sub("…", template.subject)
    said = f" {' '.join(f'{subject} {words}'.casefold().split())} "
    found: list[Finding] = []

    def against(rule: str, says: str, hint: str) -> None:
        found.append(records.convert({"schema": "influtui.template_finding/1", "template": template.name, "rule": rule,
                                      "says": says, "hint": hint}, Finding))  # fmt: skip

    if len(subject) > rules.length.subject:
        against("subject_length", f"the subject has {len(subject)} characters", "A phone shows about 50.")
    count = len(words.split())
    if count > rules.length.words:
        against("length", f"the text has {count} words", f"Letters of up to {rules.length.words} are answered most.")
    links = len(_LINK.findall(body)) + len(re.findall(r"\{\{\s*(?:product_url|url)\b", body))
    if links > rules.length.links:
        against("links", f"there are {links} links", "One is enough; a first letter needs none.")
    shouted = re.findall(r"\b[A-ZÄÖÜ]{4,}\b", subject)
    if said.count("!") > rules.length.exclamations or shouted:
        what = f"“{shouted[0]}” is shouted" if shouted else f"there are {said.count('!')} exclamation marks"
        against("shouting", what, "Write as you would to somebody you know.")
    if spam := [word for word in rules.spam["words"] if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said)]:
        against("spam_words", f"spam filters know “{'”, “'.join(spam[:5])}”", "Say it in other words.")
    gives = next((word for word in rules.disclosure["gives"] if word in said), None)
    gives = gives or ("{{ product }}" if re.search(r"\bproduct\b", "".join(_CODE.findall(body))) else None)
    if gives and not _follows_up(template) and not any(word in said for word in rules.disclosure["asks"]):
        against(
            "disclosure",
            f"it offers something (“{gives}”) and does not ask to say so in a post",
            "For example: If you post about it, please mark the post as #ad.",
        )
    if not templates.variables(template) & _PERSONAL:
        against("personal", "it says nothing of the person it is for", "{{ first_name }}, {{ handle }} or {{ topic }}.")
    return found


_PERSONAL: Final = frozenset({"name", "first_name", "handle", "topic", "platform", "url", "followers", "country"})


def _follows_up(template: Template) -> bool:
    return template.subject.strip()[:3].casefold() == "re:"
