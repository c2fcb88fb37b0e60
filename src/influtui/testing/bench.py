"""A source, or a pane, on the bench: what its author says of the platform, and how a test of the kit asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import msgspec
from typing_extensions import override

from influtui.api import Page, Parameter, Source, SourceContext
from influtui.host.manifests import SourceEntry
from influtui.host.recording import Recording, read
from influtui.testing.platforms import Answer, Calls, Fault, Platform
from influtui.testing.plugins import manifest_of, sources_of
from influtui.testing.watch import Loop, watched

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)

SHOWN: Final = 80

T = TypeVar("T")


class NotRecorded(AssertionError):
    """A question that a recording has no answer to: make it anew when the source asks differently."""


class Bench:
    """What a contract of something that asks a platform is said in, and the ways to ask it."""

    package: ClassVar[str]
    source: ClassVar[str]
    query: ClassVar[str] = "vegan baking"
    settings: ClassVar[Mapping[str, str | int | bool]] = {}
    secrets: ClassVar[Mapping[str, str]] = {}
    """Where a made-up secret would not do; the others are made up."""
    uncounted: ClassVar[Sequence[str]] = ()
    """Methods of calls that no quota of the platform counts."""

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        """What the platform answers: a status, and a body (bytes, or anything that JSON can hold)."""
        raise NotImplementedError("say what your platform answers: return 200, {…}")

    def _asking(self, platform: Platform, secrets: Mapping[str, str] | None = None) -> Coroutine[Any, Any, Any]:
        """The usual question, to a new object."""
        raise NotImplementedError

    def _given(self, platform: Platform, secrets: Mapping[str, str] | None = None) -> Any:
        """What comes of the usual question."""
        return self._ran(self._asking(platform, secrets))

    def _ran(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of it on a loop of its own, watched: it may not wait, nor ask past the host, nor put a secret away."""
        with watched(self.package, self._canaries().values()), asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(work)

    def _platform(self, change: Fault | None = None, at: Calls | None = None, *, hangs: int | None = None) -> Platform:
        return Platform(self.answer, change=change, at=at, hangs=hangs)

    def _body(self, path: str, parameters: Mapping[str, Parameter]) -> bytes:
        body = self.answer(path, parameters)[1]
        return body if isinstance(body, bytes) else msgspec.json.encode(body)

    def _decoded(self, path: str, parameters: Mapping[str, Parameter]) -> Any:
        try:
            return json.loads(self._body(path, parameters))
        except ValueError:
            return None

    def _calls(self, platform: Platform) -> dict[int, bytes]:
        """The first call of each method, and what it was answered: calls of one method are alike."""
        first: dict[str, int] = {}
        for call, (method, _) in enumerate(platform.counted):
            first.setdefault(method, call)
        return {call: self._body(*platform.asked[call]) for call in first.values()}

    def _context(
        self, platform: Platform, clock: Callable[[], datetime] = lambda: NOW, secrets: Mapping[str, str] | None = None
    ) -> SourceContext:
        manifest = manifest_of(self.package)
        defaults = {field.key: field.default for field in manifest.fields if field.default is not None}
        return SourceContext(
            plugin=manifest.id,
            http=platform,
            settings={**defaults, **self.settings},
            clock=clock,
            secrets=self._canaries() if secrets is None else secrets,
        )

    def _canaries(self, mark: str = "3f9A-Zx") -> dict[str, str]:
        fields = manifest_of(self.package).fields
        made = {field.key: f"canary-{field.key}-{mark}" for field in fields if field.kind == "secret"}
        return {**made, **self.secrets}

    def _entry(self) -> SourceEntry:
        return next(entry for entry in manifest_of(self.package).source if entry.id == self.source)


class SourceBench(Bench):
    """What a contract of a source is said in."""

    limit: ClassVar[int] = 3
    """Accounts a page; the answers should hold enough for two pages where the platform has pages."""
    known: ClassVar[Sequence[str]] = ()
    """Handles for `profiles`, where that is announced; else those whom the search finds. `answer` knows what is asked then."""
    recording: ClassVar[str] = ""
    """A file that `influtui plugin record` wrote, below the folder of the package: then there is no `answer` to write."""

    def __init_subclass__(cls) -> None:
        if cls.recording:
            played = _recorded(cls.package, cls.recording)
            cls.query, cls.limit = played.query, played.limit

    @override
    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        if not self.recording:
            return super().answer(path, parameters)
        told = _recorded(self.package, self.recording).answer(path, parameters)
        if told is None:
            raise NotRecorded(f"{path} was not asked with {dict(parameters)} when {self.recording} was made")
        return told

    @override
    def _asking(self, platform: Platform, secrets: Mapping[str, str] | None = None) -> Coroutine[Any, Any, Page]:
        return self._made(platform, secrets=secrets).search(self.query, cursor=None, limit=self.limit)

    def _search(self, platform: Platform, cursor: str | None = None, limit: int | None = None) -> Page:
        return self._searched(self._made(platform), cursor, limit)

    def _searched(self, made: Source, cursor: str | None = None, limit: int | None = None) -> Page:
        page = self._ran(made.search(self.query, cursor=cursor, limit=limit or self.limit))
        assert isinstance(page, Page), f"search gave a {type(page).__name__}: a Page"
        _each_has_its_reason(page)
        return page

    def _known(self, platform: Platform, handles: Sequence[str]) -> Page:
        page = self._ran(self._made(platform).profiles(list(handles)))
        assert isinstance(page, Page), f"profiles gave a {type(page).__name__}: a Page"
        _each_has_its_reason(page)
        return page

    def _made(
        self, platform: Platform, clock: Callable[[], datetime] = lambda: NOW, secrets: Mapping[str, str] | None = None
    ) -> Source:
        kind: type[Source] = sources_of(manifest_of(self.package))[self.source]
        return kind(self._context(platform, clock, secrets))


def differ(page: Page, other: Page) -> str:
    """Where two pages differ first, in words; empty where they are equal."""
    for one, two in zip(page.profiles, other.profiles, strict=False):
        for name in one.__struct_fields__:
            if getattr(one, name) != getattr(two, name):
                was, now = (str(getattr(each, name))[:SHOWN] for each in (two, one))
                return f"{name} of {one.handle} is {now} and was {was}"
    who, before = ([profile.handle for profile in each.profiles] for each in (page, other))
    if who != before:
        return f"{len(who)} are found ({', '.join(who)[:SHOWN]}), and {len(before)} were ({', '.join(before)[:SHOWN]})"
    return (
        "" if page == other else f"skipped, next or notice is {(page.skipped, page.next, page.notice)!r} and was other"
    )


def _each_has_its_reason(page: Page) -> None:
    for each in page.skipped:
        assert each.ref.strip() and each.reason.strip(), f"{each!r}: say who is skipped, and why: a person reads it"  # noqa: PT018


@cache
def _recorded(package: str, name: str) -> Recording:
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    assert places, f"there is no package {package}"
    return read(Path(places[0]).parent.joinpath(name).read_bytes())
