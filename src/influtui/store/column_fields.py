"""What the columns say of one field: for all accounts, or for some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from influtui.model.query_ast import Field, Is, Known, Share, Span, Starts
from influtui.store import filters
from influtui.store.column_reading import KNOWN, Ids
from influtui.store.columns import Columns, Mask, Sets
from influtui.store.filters import AFTER_ALL
from influtui.store.seldom_columns import SeldomColumns


class Fields:
    """The fields of one set of columns, with those that few ask for."""

    def __init__(self, columns: Columns, seldom: SeldomColumns) -> None:
        self._columns = columns
        self._seldom = seldom

    def of(self, field: Field, ids: Ids | None) -> Mask | None:
        """What the columns say of a field, for all ids or for some; None where they do not hold it."""
        numbers = self._numbers(field)
        if numbers is not None:
            return _any([_number_passes(test, numbers if ids is None else numbers[ids]) for test in field.any_of])
        if field.any_of == (Known(),) and field.name in KNOWN:
            return self._columns.knows(field.name, ids)
        if field.name == "audience":
            whole = _any([self._share_mask(test) for test in field.any_of if isinstance(test, Share)])
            return whole if whole is None or ids is None else whole[ids]
        column = self._columns.coded.get(field.name) or self._columns.sets.get(field.name)
        if column is None:
            return None
        passing = np.zeros(len(column.values), np.bool_)
        for test in field.any_of:
            if isinstance(test, Known):
                passing[1:] = True
            elif isinstance(test, Is | Starts) and isinstance(column, Sets):
                passing[_sets_with(column, test)] = True
            elif isinstance(test, Is | Starts):
                passing[[code for code, value in enumerate(column.values) if _is(test, value)]] = True
            else:
                return None
        passes: Mask = passing[column.codes if ids is None else column.codes[ids]]
        return passes

    def _numbers(self, field: Field) -> NDArray[Any] | None:
        """The numbers of a field by id; None for a field that is none."""
        if field.name == "accounts":
            return self._columns.accounts()
        numbers = self._columns.numbers.get(field.name)
        return numbers if numbers is not None else self._seldom.of(field.name, field.campaign)

    def _share_mask(self, share: Share) -> Mask:
        owners, amounts = self._columns.audiences.together(share.of, self._columns.size)
        span = filters.hundredths(share.span)
        test = Known() if span.low is None and span.high is None else span
        mask = np.zeros(self._columns.size, np.bool_)
        mask[owners[_number_passes(test, amounts.astype(np.float64))]] = True
        return mask


def _any(masks: list[Mask]) -> Mask | None:
    if not masks:
        return None
    whole = masks[0]
    for mask in masks[1:]:
        whole = whole | mask
    return whole


def _number_passes(test: object, numbers: NDArray[Any]) -> Mask:
    """Unknown is NaN, of which every comparison is false."""
    if isinstance(test, Known):
        known: Mask = ~np.isnan(numbers)
        return known
    if not isinstance(test, Span):
        raise TypeError(f"{type(test).__name__} is no test of a number")
    passing: Mask | None = ~np.isnan(numbers) if test.low is None and test.high is None else None
    if test.low is not None:
        passing = numbers >= test.low if test.low_included else numbers > test.low
    if test.high is not None:
        below = numbers <= test.high if test.high_included else numbers < test.high
        passing = below if passing is None else passing & below
    if passing is None:
        raise AssertionError("a span without ends was handled above")
    return passing


def _is(test: Is | Starts, value: str | None) -> bool:
    if value is None:
        return False
    return value == test.value if isinstance(test, Is) else test.value <= value < test.value + AFTER_ALL


def _sets_with(column: Sets, test: Is | Starts) -> Sequence[int]:
    if isinstance(test, Is):
        return column.members.get(test.value, [])
    return [code for member, codes in column.members.items() if member.startswith(test.value) for code in codes]
