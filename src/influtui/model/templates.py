"""Message templates: what they are, and the variables they may use. Rendering is `mail/templates.py`'s.

Every variable is one plain word without parts, because a language without parts has nothing to break into.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from influtui.model.creators import Creator
from influtui.model.text import BIDI_SHOWN, OutsideText, safe

VARIABLES: Final[dict[str, str]] = {
    "name": "the creator's name, as the profile shows it",
    "first_name": "the first word of the name, where it reads like a given name",
    "handle": "the account's handle, without @",
    "platform": "the account's platform: Instagram, TikTok, …",
    "followers": "how many followers the account has",
    "topic": "what the account is about: of its topics the one nearest the campaign's niche",
    "country": "the account's country, as a two-letter code",
    "url": "the account's address",
    "campaign": "the campaign's name",
    "brand": "the brand's name",
    "product": "the product's name",
    "product_url": "where the product can be seen",
    "sender": "the name of the mailbox that writes",
    "sender_first_name": "the first word of that name",
    "sender_address": "that mailbox's address",
    "postal_address": "the brand and its postal address, which commercial mail must carry",
    "opt_out": "the sentence that says how not to be written to again",
}
"""The variables of a template, and what each stands for. There are no others."""

Value = str | int | None

NAME_LIMIT: Final = 60
SUBJECT_LIMIT: Final = 500
BODY_LIMIT: Final = 20_000

_PLATFORM_NAMES: Final = {"tiktok": "TikTok", "youtube": "YouTube", "linkedin": "LinkedIn", "x": "X"}
_GIVEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
# Words that profiles begin with and nobody is called.
_NOT_GIVEN: Final = frozenset(
    {"the", "its", "it's", "im", "i'm", "dr", "dr.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "team"}
)


class Template(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.template/1"):
    """A subject and a body with variables. A built-in one is a beginning: editing it makes a template of one's own."""

    name: str
    subject: str
    body: str
    channel: str = "email"
    built_in: bool = False
    note: str | None = None
    """What a built-in one is for."""


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A template with a person's values in it."""

    subject: OutsideText
    body: OutsideText


def first_name(name: str | None) -> str | None:
    """The given name in a profile's name, where its first word reads like one: `ANNA | vegan 🌱` is Anna, `x_anna9` none."""
    words = plain(name).split() if name else []
    if not words or words[0].casefold() in _NOT_GIVEN or not _GIVEN.fullmatch(words[0]) or len(words[0]) < 2:
        return None
    word = words[0].rstrip(".")
    return word.capitalize() if word.isupper() or word.islower() else word


def nearest_topic(topics: Sequence[str], niche: Sequence[str]) -> str | None:
    """The topic that the campaign's niche names too, else the first; None for an account without topics."""
    wanted = {word.casefold() for word in niche}
    return next((topic for topic in topics if topic.casefold() in wanted), topics[0] if topics else None)


def platform_name(platform: str) -> str:
    """A platform as its people write it."""
    return _PLATFORM_NAMES.get(platform, platform.capitalize())


def of_creator(creator: Creator | None, person_name: str | None, niche: Sequence[str]) -> dict[str, Value]:
    """What a template may say of a person, by variable. Unknown is None."""
    name = person_name or (creator.name if creator else None)
    values: dict[str, Value] = {"name": plain(name) or None, "first_name": first_name(name)}
    if creator is None:
        return values
    topic = nearest_topic(creator.topics, niche)
    return values | {
        "handle": plain(creator.handle),
        "platform": platform_name(creator.platform),
        "followers": creator.followers,
        "topic": plain(topic) or None,
        "country": creator.country,
        "url": plain(creator.url) or None,
    }


def plain(text: str | None) -> str:
    """`text` as a value in a mail: on one line, with nothing in it that acts or hides."""
    return " ".join(safe(text or "").replace(BIDI_SHOWN, "").split())
