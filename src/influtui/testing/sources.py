"""What every source is held to: pages that end, errors with a type, nothing invented, nothing blocked.

A subclass says what its platform answers; the kit breaks those answers in every way that platforms do: each fault at
each call, each key of each answer left out once, each value of another kind.
"""

from __future__ import annotations

import pytest

from influtui.api import ConfigError, Page, PluginError, Profile, Source
from influtui.host.calls import at_border
from influtui.testing.bench import differ
from influtui.testing.conduct import ConductContract
from influtui.testing.platforms import FAULTS
from influtui.testing.plugins import manifest_of, sources_of
from influtui.testing.telling import TellingContract
from influtui.testing.values import ValueContract
from influtui.testing.walks import WalkContract
from influtui.testing.watch import whatever_comes_of_it

ODD_HANDLE = "anna/../b?x=1#y"


class SourceContract(WalkContract, ValueContract, TellingContract, ConductContract):
    """Subclass it, name `package` and `source`, and write `answer`."""

    def test_the_hook_supplies_what_the_manifest_announces(self) -> None:
        """Every id of `[[source]]`, and no other."""
        manifest = manifest_of(self.package)
        assert sources_of(manifest).keys() == {entry.id for entry in manifest.source}

    def test_what_it_can_do_is_announced(self) -> None:
        """A `profiles` that the manifest does not name is never called; one that is named is there."""
        supplies = sources_of(manifest_of(self.package))[self.source].profiles is not Source.profiles
        assert supplies == ("profiles" in self._entry().capabilities), (
            "the manifest's `capabilities` names `profiles`, and the source has no such method"
            if not supplies
            else "the source has `profiles`, and the manifest's `capabilities` does not name it"
        )

    def test_somebody_is_found_and_the_host_lets_everybody_in(self) -> None:
        """Types, aware times, counts that are not negative, the announced platform."""
        page = self._search(self._platform())
        assert page.profiles, (
            f"nobody is found: the answers hold nobody for “{self.query}”, the source does not read them, or it keeps who "
            "was found before"
        )
        for profile in page.profiles:
            checked = at_border(self.package, profile, Profile)
            assert checked.platform == self._entry().platform

    def test_the_same_answers_give_the_same_records(self) -> None:
        """Also in a new object: nothing is kept between runs, so the same is asked."""
        first, second = self._platform(), self._platform()
        found = differ(self._search(first), self._search(second))
        assert not found, f"two objects, the same answers: {found}: keep nothing in the class or the module"
        asked, again = ([path for path, _ in each.asked] for each in (first, second))
        assert asked == again, (
            "a second object asks for less: what one got is kept for all, and old numbers are called new"
        )

    def test_people_who_are_known_are_found_again(self) -> None:
        """`profiles` of the handles in `known`: those and no others, none lost without a word, whatever goes wrong."""
        if "profiles" not in self._entry().capabilities:
            return
        if self.recording and not self.known:
            pytest.skip("a recording holds a search only: say in `known`, and in `answer`, whom `profiles` knows")
        known = list(self.known) or [each.handle for each in self._search(self._platform()).profiles]
        platform = self._platform()
        try:
            page = self._known(platform, known)
        except ConfigError as error:
            if error.field in self.settings:
                raise
            return  # it cannot be asked before that is set, and says so
        again = [profile.handle for profile in page.profiles]
        assert again, f"`profiles` finds nobody of {known}: `answer` must know what is asked, or `known` who is there"
        assert len(again) == len(set(again)), f"somebody comes twice: {again}"
        assert set(again) <= set(known), f"others were found: {sorted(set(again) - set(known))}; `known` has {known}"
        lost = set(known) - set(again) - {each.ref for each in page.skipped}
        assert not lost, (
            f"{sorted(lost)} is neither found nor skipped: Skipped(handle, reason) for each that is not found"
        )
        for profile in page.profiles:
            at_border(self.package, profile, Profile)
            assert profile.platform == self._entry().platform
        found = differ(self._known(self._platform(), known), page)
        assert not found, f"`profiles`, asked again: {found}: keep nothing between calls"
        for call in range(len(platform.asked)):
            for fault in ("401", "404", "a login page", "half a body", "null", "a status that nobody foresaw"):
                self._profiles_held_to(known, fault, call)

    def test_a_handle_cannot_leave_its_place_in_an_address(self) -> None:
        """Handles come from files and people: one with / ? # in it is quoted, or refused."""
        if "profiles" not in self._entry().capabilities or self.recording:
            return
        platform = self._platform()
        with whatever_comes_of_it():  # the answers need not know anybody of that name
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
