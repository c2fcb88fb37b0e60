"""What is sent is what is handed over: texts whole, ids to the last digit, counts that are large, times of no other zone.

Values that tell more than an author's examples are put into the answers, one at a time, where a record has the value that
stands there now.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any, Final, NamedTuple

import msgspec

from influtui.api import Page, PluginError, Profile, Reply, moment
from influtui.testing.bench import SourceBench
from influtui.testing.platforms import Fault, places_in, values_in, with_value

TEXT: Final = "Zoë McDonald bakes bread in Łódź and 東京 on every day of the year & Łucja too; ask aB.Cd for more"
"""Longer than a line, capitals within words, letters of other languages, a sign that HTML escapes, no sentence."""
ID: Final = "aB9-xY_Zz"
LONG_ID: Final = 9_007_199_254_740_993
"""The first whole number that a float cannot hold."""
MANY: Final = 3_123_456_789
"""More than fits into 32 bits, and not round."""

QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(hours=26)

SHORTEST: Final = 4

TEXTS: Final = ("name", "bio", "text")
IDS: Final = ("platform_id", "id")
COUNTS: Final = ("followers", "following", "posts", "likes", "comments", "shares", "views")
ADVICE: Final = {
    **dict.fromkeys(TEXTS, "text is handed over as it was sent: not cut, not escaped, in all its letters"),
    **dict.fromkeys(IDS, "an id is text, and goes through no float and no lower()"),
    **dict.fromkeys(COUNTS, "a count is what was sent, 0 too; only what is not told is None (`influtui.api.count`)"),
}


class Told(NamedTuple):
    """A value of a record: whose, which, and what."""

    who: str
    field: str
    value: Any


class TellingContract(SourceBench):
    """Values on their way from an answer into a record."""

    def test_what_is_sent_is_what_is_handed_over(self) -> None:
        """Each value that a record has from an answer, in turn another one: the record has that, or nothing."""
        whole = self._platform()
        clean = _told(self._search(whole))
        for call, sent in self._calls(whole).items():
            try:
                body = json.loads(sent)
            except ValueError:
                continue
            for place, value in places_in(body):
                fields = {each.field for each in clean.values() if _comes_from(each, value)}
                tellings = dict.fromkeys(each for field in fields for each in _tellings(field, value))
                if not fields and isinstance(value, int) and not isinstance(value, bool):
                    tellings = {MANY: None}  # it may be what a record has nothing of now
                for telling in tellings:
                    self._held_to_it(clean, call, _answered(with_value(body, place, telling)), place, telling)

    def test_what_is_handed_over_stands_in_the_answers(self) -> None:
        """Addresses, times and ids that the platform did not send are made up, or somebody else's."""
        platform = self._platform()
        page = self._search(platform)
        sent = [each for asked in platform.asked for each in values_in(self._decoded(*asked))]
        texts = {each for each in sent if isinstance(each, str)}
        times = {at for each in sent if isinstance(each, int | str) and (at := moment(each)) is not None}
        for profile in page.profiles:
            _stands_there(profile, texts, times)
        _of_one_each(page, {str(each) for each in sent})

    def _held_to_it(
        self, clean: dict[tuple[str, str], Told], call: int, change: Fault, place: tuple[str | int, ...], telling: Any
    ) -> None:
        try:
            told = _told(self._search(self._platform(change, call)))
        except PluginError:
            return
        except AssertionError:
            raise
        except Exception as error:
            name = ".".join(map(str, place))
            raise AssertionError(f"{name} = {telling!r} ends in {type(error).__name__}: {error}") from error
        for where, now in told.items():
            was = clean.get(where, now)
            right = now.value in (None, was.value) or _is(now, telling)
            if telling == 0 and now.value is None and was.value is not None:
                right = False
            assert right, (
                f"{'.'.join(map(str, place))} in the answer to call {call} is sent as {telling!r}, and {now.field} of "
                f"{now.who} becomes {now.value!r}: {ADVICE[now.field]}"
            )


def _told(page: Page) -> dict[tuple[str, str], Told]:
    """The values of a page's records by whose they are and where they stand."""
    found: dict[tuple[str, str], Told] = {}
    for profile in page.profiles:
        records: list[tuple[str, Any]] = [("", profile)]
        records += [(f"post {number}", post) for number, post in enumerate(profile.recent_posts or ())]
        for of, record in records:
            for field in (*TEXTS, *IDS, *COUNTS):
                if field in record.__struct_fields__:
                    who = f"{profile.handle}'s {of}" if of else profile.handle
                    found[profile.handle, f"{of} {field}"] = Told(who, field, getattr(record, field))
    return found


def _is(told: Told, sent: Any) -> bool:
    """Whether a record's value is the one that was sent."""
    if sent is None or isinstance(sent, bool | list | dict) or told.value is None:
        return False
    if told.field in COUNTS:
        return str(told.value) == str(sent)
    if sent == TEXT and told.field in TEXTS:
        return " ".join(TEXT.split()) in " ".join(str(told.value).split())
    return str(told.value) == str(sent)


def _comes_from(told: Told, sent: Any) -> bool:
    """Whether a record's value may be made of the one that was sent: a text may have lost its markup on the way."""
    if told.field in TEXTS and isinstance(sent, str) and isinstance(told.value, str) and len(told.value) >= SHORTEST:
        return told.value in sent or sent in told.value
    return _is(told, sent)


def _tellings(field: str, value: Any) -> Iterator[Any]:
    of_digits = isinstance(value, int) or str(value).isdecimal()
    numbers: tuple[int, ...] = (MANY, 0) if field in COUNTS else (LONG_ID,) if field in IDS and of_digits else ()
    if numbers:
        yield from (numbers if isinstance(value, int) else map(str, numbers))
    elif isinstance(value, str):
        yield from (TEXT,) if field in TEXTS else (ID, str(LONG_ID))


def _stands_there(profile: Profile, texts: set[str], times: set[datetime]) -> None:
    who = profile.handle
    mail = profile.email
    assert mail is None or any(mail.casefold() in each.casefold() for each in texts), (
        f"{who}'s address {mail} stands in no answer: None where the platform gives none"
    )
    for name, text in (("name", profile.name), ("bio", profile.bio)):
        assert not (text and text in texts and unescape(text) != text), (
            f"{who}'s {name} is handed over as {text!r}: the platform escapes for HTML, html.unescape it"
        )
    dated = [post.posted_at for post in profile.recent_posts or () if not post.pinned and post.posted_at is not None]
    for at in dated:
        shifts = {abs(at - sent) for sent in times if abs(at - sent) <= DAY}
        assert timedelta() in shifts or not any(shift % QUARTER == timedelta() for shift in shifts), (
            f"{who}'s post of {at.isoformat()} was sent with another hour: say in which zone the platform writes"
        )
    assert dated == sorted(dated, reverse=True), f"{who}'s posts come oldest first: `recent_posts` is newest first"


def _of_one_each(page: Page, sent: set[str]) -> None:
    """What belongs to one account is no other's."""
    urls = Counter(each.url for each in page.profiles if each.url and each.url not in sent)
    shared = [url for url, times in urls.items() if times > 1]
    assert not shared, f"{shared[0]} is the address of several accounts: it leads to the account itself, or is None"


def _answered(body: Any) -> Fault:
    return lambda reply: Reply(reply.status, reply.headers, msgspec.json.encode(body))
