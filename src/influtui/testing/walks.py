"""What a search is held to as a walk through pages: it ends, loses nobody, repeats nobody, and asks what was asked."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

import msgspec

from influtui.api import Page, PluginError, Reply
from influtui.testing.bench import NotRecorded, SourceBench
from influtui.testing.platforms import Endless, Fault, Path, Platform, list_of_entries, values_in, with_value
from influtui.testing.watch import whatever_comes_of_it

MOST_PAGES: Final = 50


class WalkContract(SourceBench):
    """Paging."""

    def test_pages_end_and_nobody_comes_twice(self) -> None:
        """Every page holds at most what was asked for, and its cursor moves on."""
        self._walked(self.limit)

    def test_one_account_is_one_account(self) -> None:
        """A limit of one is kept."""
        assert len(self._search(self._platform(), limit=1).profiles) <= 1

    def test_whatever_the_limit_is_the_same_people_are_found(self) -> None:
        """One at a time, and as many as a page may hold."""
        if not self.recording:
            found = {handle for page in self._walked(self.limit) for handle in _handles(page)}
            for limit in (1, max(self._entry().page, self.limit)):
                pages = self._walked(limit)
                again = {handle for page in pages for handle in _handles(page)}
                right = again == found or self._has_one_page_only(pages, limit)
                assert right, (
                    f"with a limit of {limit}, {sorted(again ^ found)} are lost, or found only then: hand `limit` and "
                    "`cursor` on, and give the platform's next cursor as `next`"
                )

    def test_who_cannot_be_read_takes_nobody_else_away(self) -> None:
        """One entry of the first page is broken: everybody else is found, on later pages too, and nobody twice."""
        if self.recording:
            return
        clean = self._walked(self.limit)
        for call, place, body in self._lists():
            pages = self._walked(self.limit, _answered(with_value(body, (*place, 0), None)), call)
            found = {handle for page in pages for handle in _handles(page)}
            lost = {handle for page in clean for handle in _handles(page)} - found
            assert not pages or len(lost) <= 1, (
                f"one entry that is null, in the answer to call {call}, costs {sorted(lost)}: read entry by entry (`read_each`)"
            )

    def test_an_empty_page_is_the_end_only_where_the_platform_says_so(self) -> None:
        """A page without entries that names a next one: the next one is asked for, and at some time that has an end."""
        clean = self._walked(self.limit)
        for call, place, body in self._lists():
            emptied = with_value(body, place, [])
            try:
                page = self._search(self._platform(_answered(emptied), lambda number, call=call: number >= call))
            except PluginError:
                continue
            except Endless as error:
                raise AssertionError(f"empty pages are passed over: {error}") from None
            onward = clean[0].next
            if onward is not None and onward in {str(each) for each in values_in(emptied)}:
                assert page.next == onward, (
                    f"the answer to call {call} has no entries and names a next page, which is not asked for: "
                    "the end is where the platform names none"
                )

    def test_what_is_asked_depends_on_the_query(self) -> None:
        """Another query is another question."""
        asked = self._platform()
        self._search(asked)
        others = (f"{self.query}x", f"x{self.query}", self.query[::-1])
        assert any(self._told(query) != asked.told for query in others), (
            f"“{self.query}” and “{others[0]}” are asked alike: hand the query on"
        )

    def test_the_query_is_asked_for_as_it_is(self) -> None:
        """Letters of all languages, quoted by nobody but the host."""
        sent = self._platform()
        self._search(sent)
        quoted = [each for each in _texts(sent) if self.query not in each and self.query in unquote_plus(each)]
        assert not quoted, f"“{self.query}” is asked for as {quoted[0]!r}: hand it on as it is; the host quotes it"
        if not any(self.query in each for each in _texts(sent)):
            return  # the platform is asked in words of its own
        odd = f"{self.query} crêpes"
        platform = self._platform()
        with whatever_comes_of_it():  # the answers are those for the usual query
            self._ran(self._made(platform).search(odd, cursor=None, limit=self.limit))
        told = _texts(platform)
        assert not told or any(odd in each for each in told), (
            f"“{odd}” is asked for as {told[0]!r}: hand the query on as it is; the host quotes it"
        )

    def test_nobody_found_is_an_empty_page(self) -> None:
        """A search without a result is an answer."""
        emptied = [(call, with_value(body, place, [])) for call, place, body in self._lists() if call == 0]
        for call, body in emptied:
            try:
                self._search(self._platform(_answered(body), call))
            except PluginError as error:
                raise AssertionError(
                    f"a list without entries is told as {type(error).__name__} (“{error.message}”): an empty Page"
                ) from None

    def _told(self, query: str) -> list[str]:
        platform = self._platform()
        with whatever_comes_of_it():  # the answers are those for the usual query
            self._ran(self._made(platform).search(query, cursor=None, limit=self.limit))
        return platform.told

    def _walked(self, limit: int, change: Fault | None = None, at: int | None = None) -> list[Page]:
        """All pages, from the first, to which the changed answer belongs; none where that is an error with a type."""
        pages: list[Page] = []
        cursor: str | None = None
        for _ in range(max(MOST_PAGES, 4 * self.limit)):
            try:
                platform = self._platform(change, at) if not pages else self._platform()
                page = self._search(platform, cursor, limit)
            except NotRecorded:
                assert self.recording
                assert cursor is not None
                cursor = None  # a recording ends somewhere, and the platform may go on
                break
            except PluginError:
                if change is None:
                    raise
                return []
            assert len(page.profiles) <= limit, (
                f"{len(page.profiles)} accounts came, and {limit} were asked for: ask the platform for `limit`"
            )
            assert page.next is None or len(page.next) <= 2_048, "a cursor is longer than 2,048 letters"
            assert page.next is None or page.next != cursor, (
                f"the cursor stands still: the page after {cursor!r} is {page.next!r}; `next` is None at the end"
            )
            pages.append(page)
            cursor = page.next
            if cursor is None:
                break
        assert cursor is None, f"no end after {MOST_PAGES} pages: `next` is None where the platform names no next page"
        handles = [handle for page in pages for handle in _handles(page)]
        twice = sorted({handle for handle in handles if handles.count(handle) > 1})
        assert not twice, f"{', '.join(twice[:3])} comes twice, on one page or on the next: each account once"
        return pages

    def _has_one_page_only(self, pages: list[Page], limit: int) -> bool:
        """Some platforms give so many and no next page: then as many came as were asked for, and no more were answered."""
        if len(pages) > 1 or len(pages[0].profiles) < limit:
            return False
        platform = self._platform()
        self._search(platform, limit=limit)
        for call, place, _ in self._lists()[:1]:
            entries: Any = json.loads(self._body(*platform.asked[call]))
            for step in place:
                entries = entries[step]
            return len(entries) <= limit
        return True

    def _lists(self) -> list[tuple[int, Path, Any]]:
        """By call of the first page: where in its answer the first list of entries is, and the answer."""
        platform = self._platform()
        self._search(platform)
        found: list[tuple[int, Path, Any]] = []
        for call, sent in self._calls(platform).items():
            try:
                body = json.loads(sent)
            except ValueError:
                continue
            if (place := list_of_entries(body)) is not None:
                found.append((call, place, body))
        return found


def _texts(platform: Platform) -> list[str]:
    """What was asked, in words: parameters, and paths as they are read."""
    return [str(each) for path, parameters in platform.asked for each in (*parameters.values(), unquote(path)) if each]


def _handles(page: Page) -> list[str]:
    return [profile.handle for profile in page.profiles]


def _answered(body: Any) -> Fault:
    return lambda reply: Reply(reply.status, reply.headers, msgspec.json.encode(body))
