"""Accounts that a platform gives one at a time: who was read before a refusal is kept, and who was not is named."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from influtui.api.errors import NotFound, PluginError
from influtui.api.records import Page, Profile, Skipped


class OneByOne(msgspec.Struct, frozen=True):
    """What came of asking for accounts, in the order of their names."""

    profiles: tuple[Profile, ...]
    skipped: tuple[Skipped, ...]
    left: tuple[str, ...] = ()
    """Who stands behind a refusal (too many calls, a refused key): they were paid for or not, and are not handed over."""
    refused: PluginError | None = None

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        answers: Sequence[Profile | PluginError],
        costs_one: type[PluginError] | tuple[type[PluginError], ...] = NotFound,
    ) -> OneByOne:
        """By name its account, or the error that asking for it ended in; one of `costs_one` costs only that account.

        Raises the refusal where nobody was read before it.
        """
        profiles: list[Profile] = []
        skipped: list[Skipped] = []
        for number, (name, answer) in enumerate(zip(names, answers, strict=True)):
            if isinstance(answer, Profile):
                profiles.append(answer)
            elif isinstance(answer, costs_one):
                skipped.append(Skipped(name, answer.message))
            elif not profiles:
                raise answer
            else:
                return cls(tuple(profiles), tuple(skipped), tuple(names[number:]), answer)
        return cls(tuple(profiles), tuple(skipped))

    def known(self) -> Page:
        """As `profiles` hands it over: who stands behind a refusal is skipped with what was said."""
        said = self.refused.message if self.refused else ""
        return Page(profiles=self.profiles, skipped=self.skipped + tuple(Skipped(each, said) for each in self.left))
