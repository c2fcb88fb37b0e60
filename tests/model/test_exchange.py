"""Our own form of a creator outside the store."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.exchange import COLUMNS, CreatorOut, NoteOut, SnapshotOut, from_cells, guarded, to_cells, unguarded

text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=40)
time = st.sampled_from(["2026-11-23T10:00:00Z", "2026-11-23T10:00:00.125Z"])
word = st.text(st.characters(exclude_characters="\0|", exclude_categories=("Cs",)), min_size=1, max_size=9)
creators = st.builds(
    CreatorOut,
    id=st.integers(1, 2**40),
    ref=text,
    person=st.integers(1, 2**40),
    platform=st.just("instagram"),
    handle=text,
    name=st.none() | text,
    bio=st.none() | text,
    followers=st.none() | st.integers(0, 10**12),
    engagement_rate=st.none() | st.floats(0, 100),
    avg_views=st.none() | st.floats(0, 1e12),
    topics=st.lists(word, max_size=3).map(tuple),
    email=st.none() | text,
    audience=st.none()
    | st.dictionaries(st.sampled_from(["US", "DE", "female", "18-24"]), st.floats(0, 100), min_size=1),
    audience_as_of=st.none() | time,
    notes=st.lists(st.builds(NoteOut, at=time, actor=text, text=text), max_size=2).map(tuple),
    snapshots=st.lists(
        st.builds(SnapshotOut, at=time, source=text, followers=st.none() | st.integers(0, 10**9)), max_size=2
    ).map(tuple),
    created_at=time,
)


@given(st.text())
def test_what_a_spreadsheet_would_execute_is_quoted_and_comes_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+49 30", "-2", "'quoted", "''=x", "\t=1", "'", "plain", "a=b"])
def test_only_what_would_be_executed_is_touched(cell: str) -> None:
    assert (guarded(cell) != cell) == (cell[0] in "=@+-'\t")


@given(creators)
def test_a_row_of_csv_comes_back_as_the_same_creator(creator: CreatorOut) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerow(to_cells(creator))
    [cells] = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert from_cells(COLUMNS, cells) == creator
