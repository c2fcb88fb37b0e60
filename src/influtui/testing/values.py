"""What a source is held to when answers are not as documented: errors have a type, and nothing is invented."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from influtui.api import (
    AuthInvalid,
    ConfigError,
    Page,
    PluginError,
    Profile,
    QuotaExhausted,
    RateLimited,
    Reply,
    Source,
    Transient,
)
from influtui.host.calls import at_border
from influtui.testing.bench import NOW, SourceBench, differ
from influtui.testing.platforms import (
    BROKEN,
    FAULTS,
    IN_THOUSANDS,
    REFUSALS,
    RETRY_AFTER_S,
    Fault,
    Platform,
    grown,
    oddly,
    replaced,
    value_at,
    values_in,
    without_each_key,
)

NUMBERS: Final = ("followers", "following", "posts")
POST_NUMBERS: Final = ("likes", "comments", "shares", "views")
ANYTHING: Final = (*NUMBERS, "name", "platform_id", "bio")
NO_WORDS: Final = frozenset({"None", "null", "undefined", "nan", "NaN"})
TIMES: Final = (datetime(1995, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
LONGEST_SENTENCE: Final = 500
KINDS: Final[dict[str, tuple[type[PluginError], ...]]] = {
    "429": (RateLimited, QuotaExhausted),
    "500": (Transient,),
    "a lost connection": (Transient,),
}
"""What the host's client raises must still be that when it leaves the source."""


class ValueContract(SourceBench):
    """Errors and values."""

    def test_what_is_handed_over_can_be_so(self) -> None:
        """Addresses that open, times of this world, each post once, and no zero that the platform did not send."""
        platform = self._platform()
        page = self._search(platform)
        bodies = [self._decoded(*each) for each in platform.asked]
        zero = any(each in (0, "0") or each == [] for body in bodies for each in values_in(body) if each is not False)
        for profile in page.profiles:
            _can_be(profile, profile.handle)
            numbers = [getattr(profile, name) for name in NUMBERS]
            numbers += [getattr(post, name) for post in profile.recent_posts or () for name in POST_NUMBERS]
            assert zero or 0 not in numbers, (
                f"{profile.handle} has a number of 0, and no answer holds one: unknown is None"
            )

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_bad_day_is_a_typed_error_or_less_and_never_an_invention(self, fault: str) -> None:
        """Each fault at each call of a search."""
        whole = self._platform()
        clean = self._search(whole)
        for call in range(len(whole.asked)):
            self._held_to(clean, FAULTS[fault], call, f"{fault} at call {call}")

    @pytest.mark.parametrize("fault", sorted(REFUSALS))
    def test_a_refusal_is_an_error_and_not_an_empty_page(self, fault: str) -> None:
        """Nobody found and nothing allowed are two things, and each refusal has its own name."""
        platform = self._platform(FAULTS[fault], 0)
        try:
            page = self._search(platform)
        except PluginError as raised:
            self._is_its_own_kind(fault, raised)
            return
        first = [platform.asked[0]] * 2
        assert platform.asked[:2] != first, f"{fault}: the same is asked again at once: trying again is the host's"
        raise AssertionError(
            f"{fault}: the platform refused, and a page of {len(page.profiles)} accounts is handed over: raise an error of "
            "influtui.api, and let those of the host's client through"
        )

    def _is_its_own_kind(self, fault: str, raised: PluginError) -> None:
        kinds = KINDS.get(fault, (PluginError,))
        if fault == "401" and any(field.kind == "secret" and field.required for field in self._entry().field):
            kinds = (AuthInvalid, ConfigError)
        named = " or ".join(kind.__name__ for kind in kinds)
        assert isinstance(raised, kinds), f"{fault} is told as {type(raised).__name__}, and is {named}"
        if isinstance(raised, RateLimited) and fault == "429":
            assert raised.retry_after == RETRY_AFTER_S, (
                "the platform says after how many seconds to go on, and it is lost: let what the host's client raises "
                "through, or hand `retry_after` on"
            )

    @pytest.mark.parametrize("fault", sorted(BROKEN))
    def test_an_answer_that_cannot_be_read_is_an_error_and_not_an_empty_page(self, fault: str) -> None:
        """Whoever takes it for an answer tells people that there is nobody."""
        try:
            page = self._search(self._platform(BROKEN[fault], 0))
        except PluginError:
            return
        assert page.profiles or page.skipped or page.notice, (
            f"{fault} in the place of the first answer is handed over as an empty page: raise UpstreamChanged (`read` does)"
        )

    @pytest.mark.parametrize("fault", ["401", "429"])
    def test_a_refusal_half_way_is_told(self, fault: str) -> None:
        """Where all is refused from the second call on, nobody may be skipped as if it were their fault."""
        clean = self._search(self._platform())
        try:
            page = self._search(self._platform(FAULTS[fault], lambda call: call > 0))
        except PluginError:
            return
        assert page.profiles or page.notice or not clean.profiles, f"{fault} after the first call: a page of nobody"

    def test_an_error_is_a_sentence(self) -> None:
        """What a platform sends with a refusal may be a page of HTML; a person reads the message."""
        for status in (400, 403, 451):
            try:
                self._search(self._platform(replaced(b"<html>" + b"<p>forbidden</p>" * 1_000, status), 0))
            except PluginError as error:
                said = len(error.message)
                assert 0 < said <= LONGEST_SENTENCE, f"status {status}: a message of {said} characters"

    def test_an_error_inside_an_answer_is_no_account(self) -> None:
        """Platforms send errors with status 200: who is not handed over where one has its own status is not then either."""
        whole = self._platform()
        clean = self._search(whole)
        for call, (name, broken) in product(self._calls(whole), BROKEN.items()):
            what = f"{name}, at call {call},"
            page = self._held_to(clean, broken, call, what)
            empty = {profile.handle for profile in page.profiles if _is_empty(profile)} if page else set()
            empty -= {profile.handle for profile in clean.profiles if _is_empty(profile)}
            if empty:
                refused = self._held_to(clean, FAULTS["a status that nobody foresaw"], call, what)
                empty -= {profile.handle for profile in refused.profiles} if refused else set()
            assert not empty, (
                f"{what} is handed over as {sorted(empty)}, about whom nothing is known: an error, or `skipped`"
            )

    def test_a_key_that_is_missing_is_unknown_and_never_an_error_of_ours(self) -> None:
        """Each key of each answer is left out once: a number is then what it was, or None."""
        whole = self._platform()
        clean = self._search(whole)
        bodies = [self._body(path, parameters) for path, parameters in whole.asked]
        for call, body in enumerate(bodies):
            for path, changed in without_each_key(body):
                what = f"call {call} without {'.'.join(map(str, path))}"
                page = self._held_to(clean, replaced(changed), call, what)
                self._same_people(clean, page, what)
                self._nobody_is_lost_for_a_no(clean, page, what, value_at(body, path))

    def test_a_value_of_another_kind_is_unknown_and_never_an_error_of_ours(self) -> None:
        """Each value of one entry in turn null, text, a number, `12.3K`, -1, true: read right, or not at all."""
        whole = self._platform()
        clean = self._search(whole)
        for call, body in self._calls(whole).items():
            for what, changed in oddly(body):
                self._held_to(clean, replaced(changed), call, f"call {call} with {what}", odd=True)

    def test_a_slow_platform_is_waited_for(self) -> None:
        """The time limits are the host's: an answer that takes nine seconds is an answer."""
        clean = self._search(self._platform())
        try:
            page = self._search(Platform(self.answer, slow=0))
        except TimeoutError:
            raise AssertionError(
                "an answer after nine seconds is a TimeoutError; leave time limits to the host"
            ) from None
        found = differ(page, clean)
        assert not found, f"an answer after nine seconds, when it comes: {found}"

    def test_after_failures_the_same_object_goes_on(self) -> None:
        """A slot, a lock or a flag that a failed call keeps would end the source for the session."""
        clean = self._search(self._platform())
        platform = self._platform(FAULTS["500"], lambda call: True)

        async def again(made: Source) -> Page:
            for _ in range(30):
                with suppress(PluginError):
                    await asyncio.wait_for(made.search(self.query, cursor=None, limit=self.limit), 1)
            platform.change = None
            return await asyncio.wait_for(made.search(self.query, cursor=None, limit=self.limit), 1)

        try:
            page = self._ran(again(self._made(platform)))
        except TimeoutError:
            raise AssertionError("after failed searches the same object waits for ever") from None
        found = differ(page, clean)
        assert not found, f"after failed searches: {found}"

    def test_new_answers_give_new_numbers(self) -> None:
        """What was answered before, to this object or another, is not handed over again as if it were new."""
        clean = {profile.handle: profile for profile in self._search(self._platform()).profiles}
        try:
            page = self._search(
                self._platform(lambda reply: Reply(reply.status, reply.headers, grown(reply.body)), _all)
            )
        except PluginError:
            return
        for profile in page.profiles:
            was = clean.get(profile.handle, profile)
            numbers, before = ([getattr(each, name) for name in NUMBERS] for each in (profile, was))
            assert was is profile or numbers != before or not any(before), f"{profile.handle} has numbers of before"

    def _held_to(self, clean: Page, change: Fault, call: int, what: str, *, odd: bool = False) -> Page | None:
        """The page with one changed answer; None where that was an error with a type."""
        try:
            page = self._search(self._platform(change, call))
        except PluginError:
            return None
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
        at_border(self.package, page, Page)
        known = {profile.handle: profile for profile in clean.profiles}
        refused = change in _REFUSED
        for profile in page.profiles:
            if profile.handle in known:
                _invents_nothing(profile, known[profile.handle], what, odd=odd)
                was, had = known[profile.handle].platform_id, known[profile.handle].recent_posts
                told = odd or profile.platform_id in (None, was) or profile.platform_id in self._sent()
                assert told, f"{what}: {profile.handle}'s platform_id became {profile.platform_id}, was {was}"
                nothing = refused and profile.recent_posts == () and bool(had)
                assert not nothing, f"{what}: {profile.handle} has no posts, where they were refused: unknown is None"
        return page

    def _same_people(self, clean: Page, page: Page | None, what: str) -> None:
        """Nobody under another handle."""
        others = {profile.handle for profile in page.profiles} if page else set()
        others -= {profile.handle for profile in clean.profiles}
        if others:
            others -= {profile.handle for profile in self._search(self._platform(), limit=self._entry().page).profiles}
            others -= self._sent()
        assert not others, f"{what}: {sorted(others)} were not found before"

    def _nobody_is_lost_for_a_no(self, clean: Page, page: Page | None, what: str, was: Any) -> None:
        """A platform that leaves a false out says no, as it did before."""
        if was is False and page is not None:
            lost = {profile.handle for profile in clean.profiles} - {profile.handle for profile in page.profiles}
            assert not lost, f"{what}, which was false, {sorted(lost)} is left out: what is not said is not true"

    def _sent(self) -> set[str]:
        platform = self._platform()
        self._search(platform)
        return {str(each) for asked in platform.asked for each in values_in(self._decoded(*asked))}


_REFUSED: Final = [FAULTS[name] for name in sorted(REFUSALS)]


def _all(call: int) -> bool:
    return call >= 0


def _is_empty(profile: Profile) -> bool:
    return all(getattr(profile, name) is None for name in ANYTHING)


def _can_be(profile: Profile, who: str) -> None:
    posts = profile.recent_posts or ()
    for address in [profile.url, *(post.url for post in posts)]:
        parts = urlsplit(address or "https://nobody.example")
        assert parts.scheme in ("http", "https") and parts.hostname, f"{who}: {address} opens nothing"  # noqa: PT018
    for post in posts:
        at = post.posted_at
        assert at is None or TIMES[0] < at < TIMES[1], f"{who}: a post of {at}: seconds and milliseconds, mixed up?"
    ids = [post.id for post in posts]
    assert len(ids) == len(set(ids)), f"{who}: a post comes twice"
    names = {*NUMBERS, *POST_NUMBERS, "audience", "recent_posts"}
    assert profile.quality.keys() <= names, f"{who}: the quality of {sorted(profile.quality.keys() - names)}"


def _invents_nothing(profile: Profile, clean: Profile, what: str, *, odd: bool) -> None:
    who = profile.handle
    for name in NUMBERS:
        _same_or_unknown(getattr(profile, name), getattr(clean, name), f"{what}: {who}'s {name}", odd=odd)
    for name in ("name", "bio", "country", "language", "platform_id", "url"):
        assert getattr(profile, name) not in NO_WORDS, f"{what}: {who}'s {name} is “{getattr(profile, name)}”"
    posts = {post.id: post for post in clean.recent_posts or ()}
    for post in profile.recent_posts or ():
        for name in POST_NUMBERS if post.id in posts else ():
            value, was = getattr(post, name), getattr(posts[post.id], name)
            _same_or_unknown(value, was, f"{what}: {name} of post {post.id}", odd=odd)
        if post.id in posts and post.posted_at not in (None, posts[post.id].posted_at):
            for now in (NOW, datetime.now(UTC)):
                assert abs(post.posted_at - now) > timedelta(minutes=5), f"{what}: post {post.id} is dated now"


def _same_or_unknown(value: Any, clean: Any, what: str, *, odd: bool) -> None:
    right = value is None or value == clean or (odd and value == IN_THOUSANDS[1])
    assert right, f"{what} became {value}, was {clean}"
