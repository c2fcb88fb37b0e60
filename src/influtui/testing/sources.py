"""What every source is held to: pages that end, errors with a type, nothing invented, nothing blocked.

A subclass says what its platform answers; the kit breaks those answers in every way that platforms do: each fault at
each call, each key of each answer left out once, each value of another kind.
"""

from __future__ import annotations

from contextlib import suppress

from influtui.api import Page, PluginError, Profile, Source
from influtui.host.calls import at_border
from influtui.testing.conduct import ConductContract
from influtui.testing.platforms import FAULTS
from influtui.testing.plugins import manifest_of, sources_of
from influtui.testing.values import ValueContract
from influtui.testing.walks import WalkContract

ODD_HANDLE = "anna/../b?x=1#y"


class SourceContract(WalkContract, ValueContract, ConductContract):
    """Subclass it, name `package` and `source`, and write `answer`."""

    def test_the_hook_supplies_what_the_manifest_announces(self) -> None:
        """Every id of `[[source]]`, and no other."""
        manifest = manifest_of(self.package)
        assert sources_of(manifest).keys() == {entry.id for entry in manifest.source}

    def test_what_it_can_do_is_announced(self) -> None:
        """A `profiles` that the manifest does not name is never called; one that is named is there."""
        supplies = sources_of(manifest_of(self.package))[self.source].profiles is not Source.profiles
        assert supplies == ("profiles" in self._entry().capabilities), "`capabilities` and `profiles` do not agree"

    def test_somebody_is_found_and_the_host_lets_everybody_in(self) -> None:
        """Types, aware times, counts that are not negative, the announced platform."""
        page = self._search(self._platform())
        assert page.profiles, "the answers hold nobody for the query"
        for profile in page.profiles:
            checked = at_border(self.package, profile, Profile)
            assert checked.platform == self._entry().platform

    def test_the_same_answers_give_the_same_records(self) -> None:
        """Also in a new object: nothing is kept between runs, so the same is asked."""
        first, second = self._platform(), self._platform()
        assert self._search(first) == self._search(second)
        asked, again = ([path for path, _ in each.asked] for each in (first, second))
        assert asked == again, (
            "a second object asks for less: what one got is kept for all, and old numbers are called new"
        )

    def test_people_who_are_known_are_found_again(self) -> None:
        """`profiles` of the handles in `known`: those and no others, none lost without a word, whatever goes wrong."""
        if not self.known or "profiles" not in self._entry().capabilities:
            return
        platform = self._platform()
        page = self._known(platform, self.known)
        again = [profile.handle for profile in page.profiles]
        assert again, "nobody was found again"
        assert len(again) == len(set(again)), "somebody comes twice"
        assert set(again) <= set(self.known), f"others were found: {sorted(set(again) - set(self.known))}"
        assert len(again) + len(page.skipped) >= len(self.known), "somebody is neither found nor skipped"
        for profile in page.profiles:
            at_border(self.package, profile, Profile)
            assert profile.platform == self._entry().platform
        assert self._known(self._platform(), self.known) == page, "asked again, others are found or skipped"
        for call in range(len(platform.asked)):
            for fault in ("401", "404", "a login page", "half a body", "null", "a status that nobody foresaw"):
                self._profiles_held_to(list(self.known), fault, call)

    def test_a_handle_cannot_leave_its_place_in_an_address(self) -> None:
        """Handles come from files and people: one with / ? # in it is quoted, or refused."""
        if "profiles" not in self._entry().capabilities or self.recording:
            return
        platform = self._platform()
        with suppress(Exception):  # the answers need not know anybody of that name
            self._known(platform, [ODD_HANDLE])
        for path, _ in platform.asked:
            assert "/../" not in path and "?x=1" not in path, f"{ODD_HANDLE} is put into {path} as it is"  # noqa: PT018

    def _profiles_held_to(self, handles: list[str], fault: str, call: int) -> None:
        try:
            page = self._known(self._platform(FAULTS[fault], call), handles)
        except PluginError:
            return
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"profiles, {fault} at call {call}: {type(error).__name__}: {error}") from error
        at_border(self.package, page, Page)
        missing = len(handles) - len(page.profiles)
        assert missing <= len(page.skipped), f"profiles, {fault} at call {call}: somebody is lost without a word"
