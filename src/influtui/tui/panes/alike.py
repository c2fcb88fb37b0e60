"""Few accounts as a listing; and lookalikes: the accounts most like one, in the order of likeness, with the grounds of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from influtui.model.creators import Creator, Ref
from influtui.model.ids import CreatorId
from influtui.services.workspace import Workspace
from influtui.tui.render.spans import Line, Span, wrapped

if TYPE_CHECKING:
    from influtui.services.people.lookalikes import Lookalike

MOST: Final = 200


class FewListing:
    """Some accounts, all at hand, in an order of their own."""

    counting = False
    """Whether it is still counted how many there are."""

    def __init__(self, found: Sequence[Creator]) -> None:
        self._rows = list(found)
        self._places = {each.id: at for at, each in enumerate(self._rows)}
        self.total = len(self._rows)

    async def exact(self) -> FewListing:
        """It is."""
        return self

    async def rows(self, start: int, stop: int) -> list[Creator]:
        """The rows from place `start` up to `stop`."""
        return self._rows[max(0, start) : max(0, stop)]

    async def place(self, creator: CreatorId, near: int) -> int | None:
        """Where an account is."""
        return self._places.get(creator)

    async def held(self, creators: set[int]) -> set[int]:
        """Those of the accounts that are here."""
        return creators & set(self._places)

    async def ids(self) -> list[CreatorId]:
        """All of them."""
        return list(self._places)

    async def facets(self) -> dict[str, dict[str, int]]:
        """How many of them have each tier, platform, country, language and topic."""
        return {
            "tier": _counted(each.tier for each in self._rows),
            "platform": _counted(each.platform for each in self._rows),
            "country": _counted(each.country for each in self._rows),
            "language": _counted(each.language for each in self._rows),
            "topic": _counted(topic for each in self._rows for topic in each.topics),
        }


class AlikeListing(FewListing):
    """Who is like `model`, the likest first."""

    def __init__(self, model: Creator, found: Sequence[Lookalike]) -> None:
        super().__init__([each.creator for each in found])
        self.model = model
        self._found = {each.creator.id: each for each in found}

    def grounds(self, creator: CreatorId, width: int) -> list[Line]:
        """How like an account is to the model, and why."""
        found = self._found.get(creator)
        if found is None:
            return []
        because = "; ".join(found.because) or "in small things"
        told = f"{found.likeness:.0f} of 100 like @{self.model.handle}: {because}"
        return [(Span("Lookalike", "heading"),), *wrapped(told, width)]


async def listing(workspace: Workspace, model: Creator, query: str) -> AlikeListing:
    """Who is like `model` among those that `query` asks for."""
    from influtui.services.people.lookalikes import alike

    return AlikeListing(model, await alike(workspace, Ref(id=model.id), query, limit=MOST))


def _counted(values: Iterable[str | None]) -> dict[str, int]:
    counted = Counter(value for value in values if value)
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
