"""What an import did: the command line's contract, and how far it is while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from influtui.model.ids import ImportId


class ColumnUse(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one column of a file."""

    column: str
    position: int
    """Counted from 1."""
    field: str | None
    """Where its values went; None for a column that was left out."""
    why: str
    """`name`, `values`, `asked`, `remembered`; or why it was left out."""
    twin: int | None = None
    """The position of the column that says the same number in the other writing (`12.3M` beside `12300000`)."""
    example: str | None = None


class ImportReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.import/1"):
    """The numbers of one input. `read` (its data rows) is the sum of the next five."""

    read: int
    added: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    rejects_file: str | None = None
    columns: tuple[ColumnUse, ...] = ()
    warnings: tuple[str, ...] = ()
    source: str = ""
    format: str = ""
    platform: str | None = None
    as_of: str | None = None
    import_id: ImportId | None = None
    """None where nothing was written."""
    dry_run: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether rows were left out that the input's owner should look at."""
        return self.rejected > 0


@dataclass
class Progress:
    """How far an import is. `total` and `done` are bytes of the input where it has a size, else rows."""

    rows: int = 0
    line: int = 0
    """The last line that is committed."""
    done: int = 0
    total: int | None = None
    source: str = ""
    finished: bool = False
    listener: Callable[[Progress], None] | None = field(default=None, repr=False)

    def tell(self) -> None:
        """Let whoever watches know."""
        if self.listener is not None:
            self.listener(self)
