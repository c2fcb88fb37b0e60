"""Rows taken column by column become the records that they become one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model import columns as guessing
from influtui.model.profile_records import ProfileRecord
from influtui.services.importing import objects
from influtui.services.importing.converting import Converter
from influtui.services.importing.plain import PlainColumns, PlainRecords

FIELDS = ("platform", "handle", "name", "bio", "followers", "engagement_rate", "country", "topics", "email")

_WORDS = st.sampled_from(
    [
        "lea.kocht",
        "@mira",
        " tom ",
        "N/A",
        "",
        "kocht gern\n",
        "ＬＥＡ",
        "ý",
        "a/b",
        "https://www.tiktok.com/@tom",
        "\0x",
        "_",
    ]
)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "platform": st.sampled_from(["instagram", "YouTube", "tiktok", None, "nowhere"]),
            "handle": _WORDS,
            "name": st.none() | _WORDS,
            "bio": st.none() | _WORDS | st.just("  "),
            "followers": st.sampled_from([None, 0, 1, 12_300, -1, 10**19, "12.3K", 1.5, True]),
            "engagement_rate": st.sampled_from([None, 3, 2.5, "2,5 %"]),
            "country": st.sampled_from([None, "DE", "Germany", "n/a", "Atlantis"]),
            "topics": st.sampled_from([None, [], ["Baking", "vegan"], ["vegan", 3], "a; b", [["a"]]]),
            "email": st.sampled_from([None, "lea@example.org", "no address"]),
        },
    ),
    min_size=1,
    max_size=4,
)


def taken(rows: Sequence[dict[str, Any]]) -> tuple[list[ProfileRecord], list[tuple[int, str]], Converter, bool]:
    """What becomes of objects: the records, what was refused, what the converter noticed, and whether it went quickly."""
    columns = guessing.guess(FIELDS, [[""] * len(FIELDS)], fixed=dict(enumerate(FIELDS)))
    converter = Converter(columns, platform="instagram")
    refused: list[tuple[int, str]] = []
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    batches = list(
        objects.foreign_batches(
            iter([lines]), FIELDS, columns, converter, lambda line, why, _: refused.append((line, why)), lambda: 0
        )
    )
    quickly = all(isinstance(batch.records, PlainRecords) for batch in batches)
    return [record for batch in batches for record in batch.records], refused, converter, quickly


@given(_ROWS)
def test_columns_and_rows_give_the_same_records(rows: list[dict[str, Any]]) -> None:
    records, refused, noticed, _ = taken(rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PlainColumns, "read", lambda self, cells: None)
        one_by_one, refused_then, noticed_then, _ = taken(rows)
    assert records == one_by_one
    assert refused == refused_then
    assert (noticed.unlike, noticed.left_out, noticed.examples) == (
        noticed_then.unlike,
        noticed_then.left_out,
        noticed_then.examples,
    )


def test_what_programs_write_goes_quickly_and_what_people_write_goes_row_by_row() -> None:
    plain = {"handle": "lea.kocht", "name": "Lea", "followers": 12_300, "country": "DE", "topics": ["baking"]}
    assert taken([plain, plain | {"country": None}])[3]
    assert not taken([plain, plain | {"followers": "12.3K"}])[3]
