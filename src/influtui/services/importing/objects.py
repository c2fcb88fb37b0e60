"""NDJSON: a stranger's objects through guessed columns, and our own export without any guessing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model import exchange
from influtui.model.columns import Column
from influtui.model.failures import Failure
from influtui.model.profile_records import ProfileRecord
from influtui.services.importing.batches import MOST_ROWS, Batch
from influtui.services.importing.converting import Converter, RowProblem

_SAMPLE: Final = 300

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
    straight = order == list(range(len(order)))

    def record(line: bytes) -> ProfileRecord | None:
        cells = msgspec.structs.astuple(decode(line))
        if cells[-1] == "influtui.search/1":
            return None  # the last line of a search is its count, not a creator
        if not straight:
            placed: list[Any] = [None] * width
            for place, cell in zip(order, cells, strict=False):
                placed[place] = cell
            return converter.record(placed)
        return converter.record(cells)

    return _batches(blocks, record, reject, position)


def _batches(
    blocks: Iterator[bytes],
    record: Callable[[bytes], ProfileRecord | None],
    reject: Reject,
    position: Callable[[], int],
) -> Iterator[Batch]:
    number = size = 0
    records: list[ProfileRecord] = []
    lines: list[int] = []
    originals: list[bytes] = []
    for block in blocks:
        for line in block.split(b"\n") if not block.endswith(b"\n") else block[:-1].split(b"\n"):
            number += 1
            if not line or line.isspace():
                continue
            try:
                found = record(line)
            except (RowProblem, ValueError, RecursionError) as error:
                reject(number, _reason(error), line)
                continue
            if found is None:
                continue
            records.append(found)
            lines.append(number)
            originals.append(line)
            size += len(line)
            if len(records) == MOST_ROWS or size > MOST_BYTES:
                yield Batch(records, lines.__getitem__, originals.__getitem__, position())
                records, lines, originals, size = [], [], [], 0
    if records:
        yield Batch(records, lines.__getitem__, originals.__getitem__, position())


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
