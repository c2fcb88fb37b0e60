"""A pasted list of parcels is read in whatever shape it was copied from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influtui.model.parcel_lists import read_line

UPS = "1Z5R89390357567127"


@pytest.mark.parametrize(("line", "who", "number", "carrier"), [
    (f"anna {UPS}", "anna", UPS, None),
    ("@anna: 1Z 5R8 939 03 5756 7127", "@anna", UPS, None),
    (f"{UPS}, instagram:anna", "instagram:anna", UPS, None),
    (f"Anna Berg\tUPS\thttps://www.ups.com/track?tracknum={UPS}", "Anna Berg", UPS, "ups"),
    ("anna_99 9400 1112 0620 6406 2607 87", "anna_99", "9400111206206406260787", None),
    (f"{UPS}", None, UPS, None),
    ("#17 RB 123 456 785 GB", "#17", "RB123456785GB", None),
    (f"anna -> {UPS}", "anna", UPS, None),
    ("anna,Canada Post,0073938000549297", "anna", "0073938000549297", "canada_post"),
    (f'bo.lund;"{UPS}"', "bo.lund", UPS, None),
    ("https://www.instagram.com/anna/ 986578788855", "https://www.instagram.com/anna/", "986578788855", None),
])  # fmt: skip
def test_a_line_says_whose_number_it_is(line: str, who: str | None, number: str, carrier: str | None) -> None:
    read = read_line(line)
    assert read.detection.valid
    assert (read.who, read.detection.number, read.carrier) == (who, number, carrier)
    assert read.detection.input == line


def test_a_number_with_a_slip_keeps_its_name_and_says_what_is_wrong() -> None:
    read = read_line("anna 1Z5R89390357567128")
    assert (read.who, read.detection.number, read.detection.valid) == ("anna", "1Z5R89390357567128", False)
    assert "would have to be 7" in read.detection.near[0].problem


@given(st.text(max_size=120))
@settings(max_examples=100, deadline=None)
def test_any_line_can_be_read(line: str) -> None:
    read_line(line)
