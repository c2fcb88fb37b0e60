"""A plugin's pane that can be asked what it shows. Its calls are guarded, each row is checked by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from influtui.api import Pane, Row, View
from influtui.host.calls import Fault, at_border
from influtui.host.manifests import PaneEntry
from influtui.host.sources import OpenSource

MOST_ROWS: Final = 1_000
LARGEST: Final = 5_000_000
"""Letters in one view. No list that a person reads is near that."""


class CheckedView(msgspec.Struct, frozen=True):
    """A view after the border: `left_out` is how many rows were none."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notice: str | None
    left_out: int


@dataclass(frozen=True)
class OpenPane:
    """A pane, made and ready. Close its source when done."""

    entry: PaneEntry
    pane: Pane
    source: OpenSource

    async def view(self, query: str) -> CheckedView:
        """What it shows. Raises `Fault`."""
        plugin = self.source.plugin
        given = await self.source.calls.guarded(
            plugin, f"the pane {self.entry.id}", lambda: self.pane.view(query), limit_s=self.source.entry.timeout_s
        )
        if not isinstance(given, View):
            raise Fault(plugin, "junk", f"{plugin} gave a {type(given).__name__} instead of a view")
        frame = at_border(plugin, msgspec.structs.replace(given, rows=()), View)
        rows: Any = given.rows
        if not isinstance(rows, tuple | list) or len(rows) > MOST_ROWS:
            raise Fault(plugin, "junk", f"{plugin} gave more rows than the {MOST_ROWS:,} that a pane can show")
        kept: list[Row] = []
        letters = 0
        for each in rows:
            try:
                row = at_border(plugin, each, Row)
            except Fault:
                continue
            letters += len(row.detail or "") + sum(map(len, row.cells))
            if len(row.cells) == len(frame.columns):
                kept.append(row)
        if letters > LARGEST:
            raise Fault(plugin, "junk", f"{plugin} gave more text than a pane can show")
        return CheckedView(frame.columns, tuple(kept), frame.notice, len(rows) - len(kept))
