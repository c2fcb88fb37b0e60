"""What every pane is held to: rows that fit its columns, refusals that are told, nothing that a guest may not do."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar, Final

import pytest
from typing_extensions import override

from influtui.api import Pane, PluginError, Row, View
from influtui.host.calls import at_border
from influtui.host.manifests import PaneEntry, SourceEntry
from influtui.host.panes import MOST_ROWS
from influtui.testing.conduct import GuestContract
from influtui.testing.platforms import BROKEN, FAULTS, REFUSALS, Fault, Platform, oddly, replaced, without_each_key
from influtui.testing.plugins import manifest_of, panes_of

ANOTHER: Final = "zzqx vjkw"
"""Nothing that anybody has is called so."""


class PaneContract(GuestContract):
    """Subclass it, name `package` and `pane`, and write `answer`. `query` is what a person types; empty at first."""

    pane: ClassVar[str]
    query: ClassVar[str] = ""

    def test_the_hook_supplies_what_the_manifest_announces(self) -> None:
        """Every id of `[[pane]]`, and no other."""
        manifest = manifest_of(self.package)
        assert panes_of(manifest).keys() == {entry.id for entry in manifest.pane}

    def test_it_shows_something_and_the_host_lets_every_row_in(self) -> None:
        """A cell for each column, at most a thousand rows."""
        view = self._seen(self._platform())
        assert view.rows, (
            f"nothing is shown for “{self.query}”: the answers hold nothing, or the pane does not read them"
        )

    def test_the_same_answers_give_the_same_view(self) -> None:
        """Also in a new object: nothing is kept between questions."""
        assert self._seen(self._platform()) == self._seen(self._platform()), (
            "two objects, the same answers, and two views: keep nothing in the class or the module"
        )

    def test_what_a_person_types_is_looked_for(self) -> None:
        """Words that nothing has show less, or ask the platform for something else; and are no crash."""
        asked, other = self._platform(), self._platform()
        usual = self._seen(asked)
        try:
            found = self._checked(self._ran(self._made(other).view(ANOTHER)))
        except PluginError:
            return
        except KeyError:
            return  # the answers are those for the usual query
        assert len(found.rows) < len(usual.rows) or asked.told != other.told, (
            f"“{ANOTHER}” shows the same as “{self.query}”: narrow the rows down, or ask the platform for it"
        )

    @pytest.mark.parametrize("fault", sorted(REFUSALS | BROKEN.keys()))
    def test_a_refusal_is_an_error_and_not_an_empty_list(self, fault: str) -> None:
        """Nothing there, and nothing to be had, are two things."""
        try:
            view = self._seen(self._platform({**FAULTS, **BROKEN}[fault], 0))
        except PluginError:
            return
        assert view.notice, f"{fault}: an empty list without a word: raise an error of influtui.api"

    def test_an_answer_that_is_odd_is_shown_as_far_as_it_can_be_read(self) -> None:
        """Each fault at each call, each key left out once, each value once of another kind: a view or a typed error."""
        whole = self._platform()
        self._seen(whole)
        for call, body in self._calls(whole).items():
            for name, fault in FAULTS.items():
                self._held_to(fault, call, f"{name} at call {call}")
            for path, changed in without_each_key(body):
                self._held_to(replaced(changed), call, f"call {call} without {'.'.join(map(str, path))}")
            for what, changed in oddly(body):
                self._held_to(replaced(changed), call, f"call {call} with {what}")

    def _held_to(self, change: Fault, call: int, what: str) -> None:
        try:
            self._seen(self._platform(change, call))
        except (PluginError, AssertionError) as error:
            if isinstance(error, AssertionError):
                raise AssertionError(f"{what}: {error}") from error
        except Exception as error:
            raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error

    def _seen(self, platform: Platform) -> View:
        return self._checked(self._given(platform))

    def _checked(self, view: Any) -> View:
        assert isinstance(view, View), f"view gave a {type(view).__name__}: a View"
        at_border(self.package, view, View)
        assert len(view.rows) <= MOST_ROWS, f"{len(view.rows)} rows, and a pane shows {MOST_ROWS:,} at most"
        for row in view.rows:
            at_border(self.package, row, Row)
            cells, columns = len(row.cells), len(view.columns)
            assert cells == columns, f"{row.cells} has {cells} cells, and there are {columns} columns: it is left out"
        return view

    @override
    def _asking(self, platform: Platform, secrets: Mapping[str, str] | None = None) -> Coroutine[Any, Any, View]:
        return self._made(platform, secrets).view(self.query)

    def _made(self, platform: Platform, secrets: Mapping[str, str] | None = None) -> Pane:
        kind: type[Pane] = panes_of(manifest_of(self.package))[self.pane]
        return kind(self._context(platform, secrets=secrets))

    @override
    def _entry(self) -> SourceEntry:
        return next(entry for entry in manifest_of(self.package).source if entry.id == self._announced().source)

    def _announced(self) -> PaneEntry:
        return next(entry for entry in manifest_of(self.package).pane if entry.id == self.pane)
