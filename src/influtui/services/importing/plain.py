"""Rows that need no reading, taken column by column: the same records as `converting` makes, at a fifth of the cost.

Whole numbers that are numbers, text that is text: most of what programs write. One look at a column costs less than a look
at each of its cells. Whatever has to be understood or refused (a `12.3K`, an address for a handle, a country that nobody
knows) makes `PlainColumns.read` answer None, and the rows go through `Converter.record` one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, overload

from influtui.model.columns import COUNTS, NUMERIC
from influtui.model.creators import METRICS, handle_key
from influtui.model.figures import LARGEST, UNKNOWN
from influtui.model.profile_records import ProfileRecord
from influtui.services.importing import converting
from influtui.services.importing.converting import Converter, RowProblem

_FIELDS: Final = frozenset(
    {"platform", "handle", "name", "url", "bio", "country", "language", "topics", "tags", "email", *METRICS}
)
_WHOLE: Final = frozenset({int, type(None)})
_NUMBER: Final = frozenset({int, float, type(None)})
_TEXT: Final = frozenset({str, type(None)})
_LIST: Final = frozenset({list, type(None)})
_MOST_LISTS: Final = 65_536

Column = Sequence[Any]


class PlainRecords(Sequence[ProfileRecord]):
    """Records as columns. Fields that are not there are unknown; each record is made when it is asked for."""

    def __init__(self, fields: dict[str, Column]) -> None:
        self.fields = fields

    @staticmethod
    def joined(parts: Sequence[PlainRecords]) -> PlainRecords:
        """Several runs, which have the same fields, as one."""
        return PlainRecords(
            {name: list(chain.from_iterable(part.fields[name] for part in parts)) for name in parts[0].fields}
        )

    def __len__(self) -> int:
        return len(self.fields["handle"])

    def __iter__(self) -> Iterator[ProfileRecord]:
        return (self[index] for index in range(len(self)))

    @overload
    def __getitem__(self, at: int) -> ProfileRecord: ...

    @overload
    def __getitem__(self, at: slice) -> PlainRecords: ...

    def __getitem__(self, at: int | slice) -> ProfileRecord | PlainRecords:
        if isinstance(at, slice):
            return PlainRecords({name: column[at] for name, column in self.fields.items()})
        return ProfileRecord(**{name: column[at] for name, column in self.fields.items()})

    def only(self, indexes: Sequence[int]) -> PlainRecords:
        """Those at `indexes`."""
        return PlainRecords({name: [column[index] for index in indexes] for name, column in self.fields.items()})


def platforms_of(records: Sequence[ProfileRecord]) -> Sequence[str]:
    """The platform of each record."""
    return records.fields["platform"] if isinstance(records, PlainRecords) else [each.platform for each in records]


def handles_of(records: Sequence[ProfileRecord]) -> Sequence[str]:
    """The handle of each record."""
    return records.fields["handle"] if isinstance(records, PlainRecords) else [each.handle for each in records]


def keys_of(records: Sequence[ProfileRecord]) -> Sequence[str]:
    """The handle of each record as accounts are known by."""
    handles = handles_of(records)
    # Plain ones have no blanks around them.
    fold = str.casefold if isinstance(records, PlainRecords) and "@" not in text_of(handles) else handle_key
    return list(map(fold, handles))


def text_of(column: Column) -> str:
    """All the text of a column in one piece, to be looked at at once."""
    return "\n".join(filter(None, column))


def at_indexes(records: Sequence[ProfileRecord], indexes: Sequence[int]) -> Sequence[ProfileRecord]:
    """The records at ascending `indexes`."""
    if len(indexes) == len(records):
        return records
    return records.only(indexes) if isinstance(records, PlainRecords) else [records[index] for index in indexes]


class PlainColumns:
    """The quick way through one file's columns, beside its `Converter`, which is told what was noticed."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        named = [column.field for column in converter.columns if column.field is not None]
        self.is_possible = (
            len(set(named)) == len(named)
            and "handle" in named
            and _FIELDS.issuperset(named)
            and converter.variant is None
            and all(column.twin is None for column in converter.columns)
            and ("platform" in named or converter.platform is not None)
        )
        """Whether these columns can be taken so at all."""
        self._lists: dict[tuple[Any, ...], tuple[str, ...]] = {}

    def read(self, cells: Sequence[Column]) -> PlainRecords | None:
        """The records of some rows, given as columns; None where one of them has to be looked at by itself."""
        fields: dict[str, Column] = {}
        for column in self._converter.columns:
            if column.field is None:
                continue
            read = (
                self._several if column.field in ("topics", "tags") else _number if column.field in NUMERIC else _text
            )
            try:
                values = read(column.field, cells[column.position])
            except (RowProblem, TypeError):
                return None
            if values is None:
                return None
            fields[column.field] = values
        return self._identified(fields)

    def _several(self, field: str, column: Column) -> Column | None:
        if not _LIST.issuperset(map(type, column)):
            return None
        known = self._lists
        keys = [tuple(cell) if cell else () for cell in column] if None in column else list(map(tuple, column))
        try:
            return list(map(known.__getitem__, keys))
        except KeyError:
            if len(known) > _MOST_LISTS:
                known.clear()
            known.update((key, converting.listed(key)) for key in set(keys) if key not in known)
            return list(map(known.__getitem__, keys))

    def _identified(self, fields: dict[str, Column]) -> PlainRecords | None:
        converter = self._converter
        handles = fields["handle"]
        if None in handles:
            return None
        together = text_of(handles)
        if "/" in together:
            return None
        if "@" in together:
            fields["handle"] = handles = [handle.removeprefix("@").strip() for handle in handles]
            if "" in handles:
                return None
        platforms = fields.get("platform") or [None] * len(handles)
        if None in platforms:
            if converter.platform is None:
                return None
            platforms = [platform or converter.platform for platform in platforms]
        fields["platform"] = platforms
        names = list(fields.get("name") or [None] * len(handles))
        fits: dict[str, Callable[[str], Any]] = {
            platform: pattern.fullmatch if (pattern := converting.handle_pattern(platform)) else bool
            for platform in set(platforms)
        }
        unlike: list[int] = []
        for index, (platform, handle) in enumerate(zip(platforms, handles, strict=True)):
            if fits[platform](handle):
                if names[index] is None and not handle.isascii():
                    names[index] = handle
            elif platform in converting.NAMES_FOR_HANDLES:
                if converting.is_destroyed(handle):
                    return None
                names[index] = names[index] or handle
            elif converting.NO_HANDLE.search(handle):
                return None
            else:
                unlike.append(index)
        fields["name"] = names
        for index in unlike:
            converter.note_unlike(platforms[index], handles[index])
        return PlainRecords(fields)


def _number(field: str, column: Column) -> Column | None:
    if not (_WHOLE if field in COUNTS else _NUMBER).issuperset(map(type, column)):
        return None
    known = [number for number in column if number is not None] if None in column else column
    return column if not known or (min(known) >= 0 and max(known) <= LARGEST) else None


def _text(field: str, column: Column) -> Column | None:
    if not _TEXT.issuperset(map(type, column)):
        return None
    if field == "bio":
        # A bio keeps its blanks: it is the creator's own text, and comes out as it came in.
        if "" in column or any(map(str.isspace, filter(None, column))):
            return [None if not cell or cell.isspace() else cell for cell in column]
        return column
    reader = converting.READERS.get(field)
    if reader is not None:
        read = {cell: _read(reader, cell) for cell in set(column)}
        if _UNREADABLE in read.values():
            return None  # to be counted
        return list(map(read.__getitem__, column))
    if None not in column:
        cells = list(map(str.strip, column))
        if "" not in cells and UNKNOWN.isdisjoint(map(str.casefold, cells)):
            return cells
    return [_known(cell) for cell in column]


_UNREADABLE: Final = object()


def _read(reader: Callable[[str], Any], cell: str | None) -> Any:
    if (known := _known(cell)) is None:
        return None
    value = reader(known)
    return _UNREADABLE if value is None else value


def _known(cell: str | None) -> str | None:
    """A cell without blanks around it; None where it says that nothing is known."""
    cell = cell.strip() if cell else None
    if not cell or (len(cell) <= converting.LONGEST_UNKNOWN and cell.casefold() in UNKNOWN):
        return None
    return cell
