"""NDJSON: a stranger's objects through guessed columns, and our own export without any guessing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model import exchange, records
from influtui.model.columns import Column
from influtui.model.failures import Failure
from influtui.model.profile_records import ProfileRecord
from influtui.services.importing.batches import MOST_ROWS, Batch
from influtui.services.importing.converting import Converter, RowProblem
from influtui.services.importing.plain import PlainColumns, PlainRecords

_SAMPLE: Final = 300

_AT_A_LOOK: Final = 250
"""Rows whose columns are looked at together: as many as stay in the processor's cache while each column is gone through."""

_COUNT_OF_A_SEARCH: Final = "influtui.search/1"
"""The last line of a search is its count, not a creator."""

MOST_BYTES: Final = 16 << 20
"""Bytes of lines kept for one batch."""

Reject = Callable[[int, str, Any], None]


class Keys(NamedTuple):
    """What the objects of a file look like."""

    headers: list[str]
    sample: list[list[str]]
    ours: bool
    """Whether this is our own export, with ids, persons, notes and series."""
    nested: list[str]
    """Keys whose values are objects, which no field takes."""


def keys_of(objects: Sequence[Any]) -> Keys:
    """The keys of some objects, in the order in which they are met, with their values as text to guess by."""
    dicts = [each for each in objects if isinstance(each, dict)]
    first = dicts[0] if dicts else {}
    ours = first.get("schema") == exchange.SCHEMA and {"snapshots", "person", "id"} <= first.keys()
    headers = list(dict.fromkeys(key for each in dicts for key in each))
    nested = [
        key for key in headers
        if any(isinstance(each.get(key), dict) or _holds_objects(each.get(key)) for each in dicts)
    ]  # fmt: skip
    sample = [[_cell(each.get(key)) for key in headers] for each in dicts]
    return Keys(headers, sample, ours, nested)


def first_objects(head: bytes, name: str, *, complete: bool) -> list[Any]:
    """The objects on the first lines. Raises `Failure` where not one line is JSON."""
    lines = [line for line in head.split(b"\n") if line.strip()]
    if not complete and len(lines) > 1:
        lines.pop()
    found = []
    problem = ""
    for line in lines[:_SAMPLE]:
        try:
            found.append(msgspec.json.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problem = problem or str(error)
    if not any(isinstance(each, dict) for each in found):
        raise Failure(f"{name} is not NDJSON: {problem or 'its lines are no objects'}", hint="Nothing was imported.")
    return found


def own_batches(blocks: Iterator[bytes], reject: Reject, position: Callable[[], int]) -> Iterator[Batch]:
    """Our own export, typed and checked while it is decoded."""
    records.learn(exchange.CreatorOut)
    decode = msgspec.json.Decoder(exchange.CreatorOut).decode
    return _batches(blocks, lambda line: exchange.to_record(decode(line)), reject, position)


def foreign_batches(
    blocks: Iterator[bytes],
    headers: Sequence[str],
    columns: Sequence[Column],
    converter: Converter,
    reject: Reject,
    position: Callable[[], int],
) -> Iterator[Batch]:
    """A stranger's objects. Only the mapped keys are decoded into values."""
    used = {column.position for column in columns if column.field is not None}
    used |= {column.twin for column in columns if column.twin is not None}
    order = sorted(used)
    row_type = msgspec.defstruct(
        "Row",
        [(f"c{position}", Any, None) for position in order] + [("schema_", Any, None)],
        rename={**{f"c{position}": headers[position] for position in order}, "schema_": "schema"},
        gc=False,
    )
    decode = msgspec.json.Decoder(row_type).decode
    width = len(headers)
    plain = PlainColumns(converter)

    def record(line: bytes) -> ProfileRecord | None:
        cells = msgspec.structs.astuple(decode(line))
        if cells[-1] == _COUNT_OF_A_SEARCH:
            return None
        placed: list[Any] = [None] * width
        for place, cell in zip(order, cells, strict=False):
            placed[place] = cell
        return converter.record(placed)

    def some(lines: Sequence[bytes]) -> PlainRecords | None:
        try:
            found = list(zip(*map(msgspec.structs.astuple, map(decode, lines)), strict=True))
        except (ValueError, RecursionError):
            return None
        if _COUNT_OF_A_SEARCH in found[-1]:
            return None
        columns: list[Sequence[Any]] = [()] * width
        for place, column in zip(order, found, strict=False):
            columns[place] = column
        return plain.read(columns)

    def together(lines: Sequence[bytes]) -> PlainRecords | None:
        parts = []
        for start in range(0, len(lines), _AT_A_LOOK):
            found = some(lines[start : start + _AT_A_LOOK])
            if found is None:
                return None
            parts.append(found)
        return PlainRecords.joined(parts)

    return _batches(blocks, record, reject, position, together if plain.is_possible else None)


def _batches(
    blocks: Iterator[bytes],
    record: Callable[[bytes], ProfileRecord | None],
    reject: Reject,
    position: Callable[[], int],
    together: Callable[[Sequence[bytes]], PlainRecords | None] | None = None,
) -> Iterator[Batch]:
    """Batches of records: `together` where their lines need no reading one by one, else each by `record`."""
    for numbers, lines in _lines(blocks):
        at = position()
        found = together(lines) if together is not None else None
        if found is not None:
            yield Batch(found, numbers.__getitem__, lines.__getitem__, at)
            continue
        records: list[ProfileRecord] = []
        kept: list[int] = []
        for index, line in enumerate(lines):
            try:
                one = record(line)
            except (RowProblem, ValueError, RecursionError) as error:
                reject(numbers[index], _reason(error), line)
                continue
            if one is not None:
                records.append(one)
                kept.append(index)
        if records:
            yield Batch(
                records,
                lambda at, numbers=numbers, kept=kept: numbers[kept[at]],  # type: ignore[misc]
                lambda at, lines=lines, kept=kept: lines[kept[at]],  # type: ignore[misc]
                at,
            )


def _lines(blocks: Iterator[bytes]) -> Iterator[tuple[list[int], list[bytes]]]:
    """The lines that hold something, as many as a batch takes, with their numbers."""
    number = size = 0
    numbers: list[int] = []
    lines: list[bytes] = []
    for block in blocks:
        found = block.split(b"\n")
        if not found[-1]:
            found.pop()
        numbered = range(number + 1, number + 1 + len(found))
        number += len(found)
        if all(found) and not any(map(bytes.isspace, found)):
            numbers += numbered
            lines += found
        else:
            for at, line in zip(numbered, found, strict=True):
                if line and not line.isspace():
                    numbers.append(at)
                    lines.append(line)
        size += len(block)
        while len(lines) >= MOST_ROWS or size > MOST_BYTES:
            yield numbers[:MOST_ROWS], lines[:MOST_ROWS]
            numbers, lines = numbers[MOST_ROWS:], lines[MOST_ROWS:]
            size = sum(map(len, lines))
    if lines:
        yield numbers, lines


def _reason(error: Exception) -> str:
    if isinstance(error, RowProblem):
        return str(error)
    if isinstance(error, msgspec.ValidationError):
        return f"not a creator: {error}"
    if isinstance(error, (msgspec.DecodeError, UnicodeDecodeError, RecursionError)):
        return f"not JSON: {error}"
    return str(error)


def _cell(value: Any) -> str:
    if value is None or isinstance(value, (dict, bool)):
        return ""
    if isinstance(value, list):
        return ", ".join(str(each) for each in value if isinstance(each, (str, int, float)))
    return value if isinstance(value, str) else repr(value)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value)
