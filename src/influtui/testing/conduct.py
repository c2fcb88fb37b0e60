"""What sources and panes are held to as guests: keys are not told, calls are counted, nothing waits, nothing is left behind."""

from __future__ import annotations

import asyncio
import random
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from influtui.api import Page
from influtui.secrets.redaction import forms
from influtui.testing.bench import NOW, Bench, SourceBench, differ
from influtui.testing.platforms import FAULTS, overheard
from influtui.testing.plugins import manifest_of
from influtui.testing.process import ELSEWHERE, another_machine
from influtui.testing.watch import imported_anew, watched

PATIENCE_S = 2
SHORTEST_PART = 6


class GuestContract(Bench):
    """Secrets, budgets, waiting, and the process."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_no_secret_gets_into_words(self, fault: str) -> None:
        """Neither into an error, its details and what led to it, nor the log, the output, a cursor or a record; nor half."""
        canaries = self._canaries()
        if not canaries:
            return
        whole = self._platform()
        clean = self._given(whole)
        said = [repr(clean)]
        with overheard() as written:
            for call in range(len(whole.asked)):
                try:
                    said.append(repr(self._given(self._platform(FAULTS[fault], call))))
                except AssertionError:
                    raise
                except Exception as error:
                    said.append("".join(traceback.format_exception(error)) + repr(vars(error)))
        said.append(written.getvalue())
        for key, canary in canaries.items():
            assert not any(part in each for part in _parts(canary) for each in said), (
                f"{key} is told in an error, a log, the output or a record: leave it out"
            )
        assert not any(canary in path for path, _ in whole.asked for canary in canaries.values()), (
            "a secret is in a path, which is logged everywhere: send it in a header, or a parameter"
        )

    def test_the_keys_of_the_user_are_used_and_no_others(self) -> None:
        """Another key makes another call, and the key of another object, a workspace's or one renewed, is not kept."""
        first, second = self._canaries(), self._canaries("b7c1")
        changed = {key for key in first if first[key] != second[key]}
        asked, again = self._platform(), self._platform()
        for platform, secrets in ((asked, first), (again, second)):
            self._given(platform, secrets)
        for key in changed:
            assert not any(first[key] in each for each in again.told), (
                f"{key} of another object is sent: take it from self.ctx.secrets each time, and keep it nowhere else"
            )
            sent = [each for each in asked.told if first[key].casefold() in each.casefold()]
            assert not sent or any(first[key] in each for each in sent), (
                f"{key} is sent with other letters than the user gave: send it as it is"
            )
        needed = {field.key for field in self._entry().field if field.kind == "secret" and field.required}
        assert not needed & changed or asked.told != again.told, f"{', '.join(sorted(needed))}: asked for and not used"

    def test_only_announced_hosts_are_asked(self) -> None:
        """Paths below the base URL, or https addresses of the hosts in the manifest."""
        platform = self._platform()
        self._given(platform)
        for path, _ in platform.asked:
            parts = urlsplit(path)
            assert not parts.netloc or (parts.scheme == "https" and parts.hostname in self._entry().hosts), (
                f"{path} is asked, and the manifest has hosts = {self._entry().hosts}: name {parts.hostname} there, "
                "or ask below base_url"
            )

    def test_every_call_is_counted_by_a_budget(self) -> None:
        """A call whose `method` no budget knows would be made for free; one that spends a key names it."""
        platform = self._platform()
        self._given(platform)
        budgets = self._entry().budget
        for (path, _), (method, key) in zip(platform.asked, platform.counted, strict=True):
            counting = [each for each in budgets if not each.methods or method in each.methods]
            free = method in self.uncounted
            assert counting or free or not budgets, f"{path}: no budget counts the method “{method}”; see `uncounted`"
            for each in counting:
                assert each.cost.get(method, 1) or free, (
                    f"{path}: the budget {each.id} says that “{method}” costs 0: say what it costs, or put it into `uncounted`"
                )
                assert each.unit != "unique_key" or key, f"{path}: the budget {each.id} counts keys, and none is named"

    def test_a_search_that_is_called_off_ends_at_once(self) -> None:
        """Wherever it is called off, cancellation is not swallowed, and nothing goes on behind it."""
        whole = self._platform()
        self._given(whole)
        for call in self._calls(whole):
            with watched(self.package):
                asyncio.run(self._called_off(call))

    async def _called_off(self, call: int) -> None:
        platform = self._platform(hangs=call)
        task = asyncio.create_task(self._asking(platform))
        deadline = time.monotonic() + PATIENCE_S
        while not platform.hanging and not task.done() and time.monotonic() < deadline:  # noqa: ASYNC110 - the kit's clock
            await asyncio.sleep(0)
        assert platform.hanging, f"call {call} is not made again"
        for _ in range(5):
            await asyncio.sleep(0)
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        began = time.monotonic()
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE_S)
        assert task.cancelled(), (
            f"the cancellation was swallowed at call {call}: let asyncio.CancelledError through (`except Exception` does)"
        )
        assert time.monotonic() - began < 0.2, (
            f"called off at call {call}, it took {time.monotonic() - began:.1f} s: nothing is to be awaited after a cancellation"
        )
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}, (
            f"called off at call {call}, a task of it goes on: end what it has started"
        )
        swallowed = [each for each in waiting if not each.cancelled() and each.exception() is None]
        assert not swallowed, f"the cancellation was swallowed at call {call}, in {swallowed[0].get_coro()}"

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
            await self._asking(self._platform())
            beating.cancel()
            await asyncio.wait([beating])
            assert max(gaps, default=0) < 0.05, (
                f"the loop was held for {max(gaps):.3f} s: nobody else's answer is read meanwhile"
            )
            assert asyncio.all_tasks() == {asyncio.current_task()}, "tasks are left behind"

        with watched(self.package):
            asyncio.run(run())

    def test_no_thread_is_left_behind(self) -> None:
        """One that all objects share is well; one more for each search is not."""
        before = set(threading.enumerate())
        for _ in range(3):
            self._given(self._platform())
        left = [each for each in threading.enumerate() if each not in before]
        for each in left:
            each.join(0.05)
        assert sum(each.is_alive() for each in left) < 2, (
            f"{len(left)} threads are left behind ({left[0].name}): start none"
        )

    def test_its_import_changes_nothing_else_and_does_not_wait(self) -> None:
        """Logging, limits, signals, certificates and the environment belong to the app, and so does the end."""
        at_the_end = imported_anew(self.package, manifest_of(self.package).python.partition(":")[0])
        assert not at_the_end, f"{at_the_end[0]}: atexit: the end of the app is not a plugin's, and would wait for it"

    def test_chance_is_left_alone(self) -> None:
        """Whoever seeds `random` decides for the whole process what is drawn next."""
        kept, ends = random.getstate(), []
        try:
            for start in (1, 2):
                random.seed(start)
                self._given(self._platform())
                ends.append(random.getstate())
        finally:
            random.setstate(kept)
        assert ends[0] != ends[1], "a search seeds `random` for everybody: make a random.Random(seed) of its own"


class ConductContract(GuestContract, SourceBench):
    """What only a source can be held to."""

    def test_a_page_takes_no_more_calls_than_the_manifest_says(self) -> None:
        """`calls` of the source, where it says so: so many for a page, and so many for each account on it."""
        says = self._entry().calls
        platform = self._platform()
        page = self._search(platform)
        if says is not None:
            most = says.page + says.account * (len(page.profiles) + len(page.skipped))
            assert len(platform.asked) <= most, (
                f"{len(platform.asked)} calls for {len(page.profiles) + len(page.skipped)} accounts, and the manifest says "
                f"{most} at most: ask for less, or say so in `calls` of [[source]]"
            )

    def test_two_searches_at_once_do_not_mix(self) -> None:
        """Two objects of one class, as two sessions have them."""

        limits = (self.limit, 1)

        async def both() -> list[Page]:
            made = [self._made(self._platform()) for _ in limits]
            asked = [one.search(self.query, cursor=None, limit=limit) for one, limit in zip(made, limits, strict=True)]
            return list(await asyncio.gather(*asked))

        alone = [self._search(self._platform(), limit=limit) for limit in limits]
        with watched(self.package):
            together = asyncio.run(both())
        found = next(filter(None, (differ(page, was) for page, was in zip(together, alone, strict=True))), "")
        assert not found, f"two searches at once: {found}: keep nothing in the class or the module"

    def test_the_machine_s_time_zone_changes_nothing(self) -> None:
        """The times of a platform are its own."""
        clean = self._search(self._platform())
        with another_machine():
            elsewhere = self._search(self._platform())
        found = differ(elsewhere, clean)
        assert not found, (
            f"on a machine in {ELSEWHERE['TZ']}, or in another language: {found}: datetime.fromtimestamp(…, UTC), no locale"
        )

    def test_numbers_are_dated_when_they_came(self) -> None:
        """Not when the source was made: a session lasts hours."""
        now = [NOW]
        made = self._made(self._platform(), clock=lambda: now[0])
        now[0] += timedelta(hours=1)
        for profile in self._searched(made).profiles:
            assert abs(profile.as_of - datetime.now(UTC)) > timedelta(minutes=5), (
                f"{profile.handle} is dated by a clock of the plugin's own: as_of=self.ctx.clock()"
            )
            assert profile.as_of != NOW, (
                f"{profile.handle} is dated when the source was made: self.ctx.clock() when it is read"
            )
            assert profile.as_of not in {post.posted_at for post in profile.recent_posts or ()}, (
                f"{profile.handle}'s numbers are dated by a post: as_of is self.ctx.clock(), or what the platform says"
            )


def _parts(secret: str) -> list[str]:
    """A secret as words can give it away: whole, in base 64, and either half."""
    half = len(secret) // 2
    halves = [secret[:half], secret[half:]] if half >= SHORTEST_PART else []
    return [*forms(secret), *halves]
