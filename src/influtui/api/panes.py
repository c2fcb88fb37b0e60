"""A pane: a list of a plugin's own in the app, with a detail for each row.

Subclass `Pane`, name its `id` as the manifest does, and implement `view`. A pane hands over what is to be shown and draws
nothing: the app draws it, as it draws its own, and `influtui plugin show ID` prints it. So nothing that a plugin does can
disturb the screen, and a pane works over a slow line, without colours and for a program.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar

import msgspec

from influtui.api.records import Long, Short
from influtui.api.source import SourceContext

Heading = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a cell for each column, what the detail says of it, and where more is to be read."""

    cells: tuple[Short, ...]
    detail: Long | None = None
    url: Long | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a pane shows: at most eight columns, at most a thousand rows."""

    columns: Annotated[tuple[Heading, ...], msgspec.Meta(min_length=1, max_length=8)]
    rows: tuple[Row, ...] = ()
    notice: Short | None = None
    """What a person must know of it, in a sentence."""


class Pane(ABC):
    """A list in the app."""

    id: ClassVar[str]
    """As the manifest's `[[pane]]` has it."""

    def __init__(self, ctx: SourceContext) -> None:
        self.ctx = ctx
        """That of the source which the manifest names: its client with its hosts and budgets, its settings and secrets."""

    @abstractmethod
    async def view(self, query: str) -> View:
        """What is shown for `query`, which is empty until a person types one with `/`."""
