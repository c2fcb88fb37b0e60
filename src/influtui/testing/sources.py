"""What every source is held to: pages that end, errors with a type, nothing invented, nothing blocked.

A subclass says what its platform answers; the kit breaks those answers in every way that platforms do: each fault at
each call, and each key of each answer left out once.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import pytest

from influtui.api import Page, Parameter, PluginError, Profile, Reply, Source, SourceContext
from influtui.host.calls import at_border
from influtui.host.manifests import SourceEntry
from influtui.host.recording import Recording, read
from influtui.testing.platforms import FAULTS, REFUSALS, Answer, Fault, Platform, overheard, without_each_key
from influtui.testing.plugins import manifest_of, sources_of

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOST_PAGES: Final = 50
NUMBERS: Final = ("followers", "following", "posts")
POST_NUMBERS: Final = ("likes", "comments", "shares", "views")


class NotRecorded(AssertionError):
    """A question that a recording has no answer to: make it anew when the source asks differently."""


class SourceContract:
    """Subclass it, name `package` and `source`, and write `answer`."""

    package: ClassVar[str]
    source: ClassVar[str]
    query: ClassVar[str] = "vegan baking"
    limit: ClassVar[int] = 3
    """Accounts a page; the answers should hold enough for two pages where the platform has pages."""
    settings: ClassVar[Mapping[str, str | int | bool]] = {}
    secrets: ClassVar[Mapping[str, str]] = {}
    """Where a made-up secret would not do; the others are made up."""

    uncounted: ClassVar[Sequence[str]] = ()
    """Methods of calls that no quota of the platform counts."""
    known: ClassVar[Sequence[str]] = ()
    """Handles for `profiles`, where that is announced; `answer` must know what is asked then."""
    recording: ClassVar[str] = ""
    """A file that `influtui plugin record` wrote, below the folder of the package: then there is no `answer` to write."""

    def __init_subclass__(cls) -> None:
        if cls.recording:
            played = _recorded(cls.package, cls.recording)
            cls.query, cls.limit = played.query, played.limit

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        """What the platform answers: a status, and a body (bytes, or anything that JSON can hold)."""
        if not self.recording:
            raise NotImplementedError("say what your platform answers: return 200, {…}")
        told = _recorded(self.package, self.recording).answer(path, parameters)
        if told is None:
            raise NotRecorded(f"{path} was not asked with {dict(parameters)} when {self.recording} was made")
        return told

    def test_the_hook_supplies_what_the_manifest_announces(self) -> None:
        """Every id of `[[source]]`, and no other."""
        manifest = manifest_of(self.package)
        assert sources_of(manifest).keys() == {entry.id for entry in manifest.source}

    def test_somebody_is_found_and_the_host_lets_everybody_in(self) -> None:
        """Types, aware times, counts that are not negative, the announced platform."""
        page = self._search(self._platform())
        assert page.profiles, "the answers hold nobody for the query"
        for profile in page.profiles:
            checked = at_border(self.package, profile, Profile)
            assert checked.platform == self._entry().platform

    def test_pages_end_and_nobody_comes_twice(self) -> None:
        """Every page holds at most what was asked for, and its cursor moves on."""
        handles: list[str] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            try:
                page = self._search(self._platform(), cursor)
            except NotRecorded:
                assert self.recording
                assert cursor is not None
                cursor = None  # a recording ends somewhere, and the platform may go on
                break
            assert len(page.profiles) <= self.limit
            assert page.next is None or (page.next != cursor and len(page.next) <= 2_048)
            handles += [profile.handle for profile in page.profiles]
            cursor = page.next
            if cursor is None:
                break
        assert cursor is None, f"no end after {MOST_PAGES} pages"
        assert len(handles) == len(set(handles))

    def test_one_account_is_one_account(self) -> None:
        """A limit of one is kept."""
        assert len(self._search(self._platform(), limit=1).profiles) <= 1

    def test_the_same_answers_give_the_same_records(self) -> None:
        """Also in a new object: nothing is kept between runs."""
        assert self._search(self._platform()) == self._search(self._platform())

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_bad_day_is_a_typed_error_or_less_and_never_an_invention(self, fault: str) -> None:
        """Each fault at each call of a search."""
        whole = self._platform()
        clean = self._search(whole)
        for call in range(len(whole.asked)):
            self._held_to(clean, FAULTS[fault], call, f"{fault} at call {call}")

    @pytest.mark.parametrize("fault", sorted(REFUSALS))
    def test_a_refusal_is_an_error_and_not_an_empty_page(self, fault: str) -> None:
        """Nobody found and nothing allowed are two things."""
        with pytest.raises(PluginError):
            self._search(self._platform(FAULTS[fault], 0))

    def test_a_key_that_is_missing_is_unknown_and_never_an_error_of_ours(self) -> None:
        """Each key of each answer is left out once: a number is then what it was, or None."""
        whole = self._platform()
        clean = self._search(whole)
        bodies = [self._body(path, parameters) for path, parameters in whole.asked]
        for call, body in enumerate(bodies):
            for path, changed in without_each_key(body):

                def change(reply: Reply, changed: bytes = changed) -> Reply:
                    return Reply(reply.status, reply.headers, changed)

                self._held_to(clean, change, call, f"call {call} without {'.'.join(map(str, path))}")

    @pytest.mark.parametrize("fault", FAULTS)
    def test_no_secret_gets_into_words(self, fault: str) -> None:
        """Neither into an error, its details and what led to it, nor into the log, the output or a record."""
        canaries = self._canaries()
        if not canaries:
            return
        whole = self._platform()
        clean = self._search(whole)
        said = [repr(clean.profiles) + repr(clean.skipped)]
        with overheard() as written:
            for call in range(len(whole.asked)):
                try:
                    page = self._search(self._platform(FAULTS[fault], call))
                    said.append(repr(page.profiles) + repr(page.skipped))
                except Exception as error:
                    said.append("".join(traceback.format_exception(error)) + repr(vars(error)))
        said.append(written.getvalue())
        for key, canary in canaries.items():
            assert not any(canary in each for each in said), f"{key} is told"
        assert not any(canary in path for path, _ in whole.asked for canary in canaries.values()), (
            "a secret is in a path"
        )

    def test_only_announced_hosts_are_asked(self) -> None:
        """Paths below the base URL, or https addresses of the hosts in the manifest."""
        platform = self._platform()
        self._search(platform)
        for path, _ in platform.asked:
            parts = urlsplit(path)
            assert not parts.netloc or (parts.scheme == "https" and parts.hostname in self._entry().hosts), path

    def test_every_call_is_counted_by_a_budget(self) -> None:
        """A call whose `method` no budget knows would be made for free; one that spends a key names it."""
        platform = self._platform()
        self._search(platform)
        budgets = self._entry().budget
        for (path, _), (method, key) in zip(platform.asked, platform.counted, strict=True):
            counting = [each for each in budgets if not each.methods or method in each.methods]
            free = method in self.uncounted
            assert counting or free or not budgets, f"{path}: no budget counts the method “{method}”; see `uncounted`"
            for each in counting:
                assert each.unit != "unique_key" or key, f"{path}: the budget {each.id} counts keys, and none is named"

    def test_a_page_takes_no_more_calls_than_the_manifest_says(self) -> None:
        """`calls` of the source, where it says so: so many for a page, and so many for each account on it."""
        says = self._entry().calls
        platform = self._platform()
        page = self._search(platform)
        if says is not None:
            most = says.page + says.account * (len(page.profiles) + len(page.skipped))
            assert len(platform.asked) <= most, f"{len(platform.asked)} calls, and the manifest says {most} at most"

    def test_two_searches_at_once_do_not_mix(self) -> None:
        """Two objects of one class, as two sessions have them."""

        limits = (self.limit, 1)

        async def both() -> list[Page]:
            made = [self._made(self._platform()) for _ in limits]
            asked = [one.search(self.query, cursor=None, limit=limit) for one, limit in zip(made, limits, strict=True)]
            return list(await asyncio.gather(*asked))

        alone = [self._search(self._platform(), limit=limit) for limit in limits]
        assert asyncio.run(both()) == alone

    def test_people_who_are_known_are_found_again(self) -> None:
        """`profiles` of the handles in `known`: those and no others, none lost without a word, whatever goes wrong."""
        if not self.known or "profiles" not in self._entry().capabilities:
            return
        platform = self._platform()
        page = asyncio.run(self._made(platform).profiles(list(self.known)))
        again = [profile.handle.casefold() for profile in page.profiles]
        assert again, "nobody was found again"
        assert len(again) == len(set(again)), "somebody comes twice"
        assert set(again) <= {handle.casefold() for handle in self.known}, "others were found"
        assert len(again) + len(page.skipped) >= len(self.known), "somebody is neither found nor skipped"
        for profile in page.profiles:
            at_border(self.package, profile, Profile)
            assert profile.platform == self._entry().platform
        for call in range(len(platform.asked)):
            for fault in ("401", "404", "a login page", "half a body", "null", "a status that nobody foresaw"):
                self._profiles_held_to(list(self.known), fault, call)

    def _profiles_held_to(self, handles: list[str], fault: str, call: int) -> None:
        try:
            page = asyncio.run(self._made(self._platform(FAULTS[fault], call)).profiles(handles))
        except PluginError:
            return
        except Exception as error:
            raise AssertionError(f"profiles, {fault} at call {call}: {type(error).__name__}: {error}") from error
        at_border(self.package, page, Page)
        missing = len(handles) - len(page.profiles)
        assert missing <= len(page.skipped), f"profiles, {fault} at call {call}: somebody is lost without a word"

    def test_a_search_that_is_called_off_ends_at_once(self) -> None:
        """Cancellation is not swallowed."""

        async def run() -> float:
            task = asyncio.create_task(self._made(self._platform(hangs=True)).search(self.query, cursor=None, limit=1))
            await asyncio.sleep(0.02)
            began = time.monotonic()
            task.cancel()
            await asyncio.wait([task], timeout=2)
            assert task.cancelled(), "the cancellation was swallowed"
            return time.monotonic() - began

        assert asyncio.run(run()) < 0.2

    def test_nothing_blocks_and_no_task_is_left_behind(self) -> None:
        """The loop is never held for more than a twentieth of a second."""

        async def run() -> None:
            gaps: list[float] = []

            async def beat() -> None:
                while True:
                    before = time.monotonic()
                    await asyncio.sleep(0)
                    gaps.append(time.monotonic() - before)

            beating = asyncio.create_task(beat())
            await self._made(self._platform()).search(self.query, cursor=None, limit=self.limit)
            beating.cancel()
            await asyncio.wait([beating])
            assert max(gaps, default=0) < 0.05, f"held for {max(gaps):.3f} s"
            assert asyncio.all_tasks() == {asyncio.current_task()}, "tasks are left behind"

        asyncio.run(run())

    def _held_to(self, clean: Page, change: Fault, call: int, what: str) -> None:
        try:
            page = self._search(self._platform(change, call))
        except PluginError:
            return
        except Exception as error:
            raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
        at_border(self.package, page, Page)
        known = {profile.handle: profile for profile in clean.profiles}
        for profile in page.profiles:
            if profile.handle in known:
                _invents_nothing(profile, known[profile.handle], what)

    def _search(self, platform: Platform, cursor: str | None = None, limit: int | None = None) -> Page:
        async def run() -> Page:
            return await self._made(platform).search(self.query, cursor=cursor, limit=limit or self.limit)

        page = asyncio.run(run())
        assert isinstance(page, Page), f"search gave a {type(page).__name__}"
        return page

    def _platform(self, change: Fault | None = None, at: int | None = None, *, hangs: bool = False) -> Platform:
        return Platform(self.answer, change=change, at=at, hangs=hangs)

    def _body(self, path: str, parameters: Mapping[str, Parameter]) -> bytes:
        import msgspec

        body = self.answer(path, parameters)[1]
        return body if isinstance(body, bytes) else msgspec.json.encode(body)

    def _made(self, platform: Platform) -> Source:
        manifest = manifest_of(self.package)
        defaults = {field.key: field.default for field in manifest.fields if field.default is not None}
        context = SourceContext(
            plugin=manifest.id,
            http=platform,
            settings={**defaults, **self.settings},
            clock=lambda: NOW,
            secrets=self._canaries(),
        )
        kind: type[Source] = sources_of(manifest)[self.source]
        return kind(context)

    def _canaries(self) -> dict[str, str]:
        fields = manifest_of(self.package).fields
        made = {field.key: f"canary-{field.key}-3f9a" for field in fields if field.kind == "secret"}
        return {**made, **self.secrets}

    def _entry(self) -> SourceEntry:
        return next(entry for entry in manifest_of(self.package).source if entry.id == self.source)


@cache
def _recorded(package: str, name: str) -> Recording:
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    assert places, f"there is no package {package}"
    return read(Path(places[0]).parent.joinpath(name).read_bytes())


def _invents_nothing(profile: Profile, clean: Profile, what: str) -> None:
    for name in NUMBERS:
        _same_or_unknown(getattr(profile, name), getattr(clean, name), f"{what}: {profile.handle}'s {name}")
    posts = {post.id: post for post in clean.recent_posts or ()}
    for post in profile.recent_posts or ():
        for name in POST_NUMBERS if post.id in posts else ():
            _same_or_unknown(getattr(post, name), getattr(posts[post.id], name), f"{what}: {name} of post {post.id}")


def _same_or_unknown(value: Any, clean: Any, what: str) -> None:
    assert value is None or value == clean, f"{what} became {value}, was {clean}"
