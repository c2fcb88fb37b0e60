"""Tracking numbers are recognised offline, and their check digits are believed only as far as they reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from influtui.model import tracking
from influtui.model.checkdigits import Check, expected
from influtui.model.tracking import detect, scan


@pytest.fixture(scope="module")
def couriers(samples: Path) -> list[dict[str, Any]]:
    folder = samples / "specs" / "tracking_number_data" / "couriers"
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]


def _carriers(number: str) -> set[str]:
    return {candidate.carrier for candidate in detect(number).candidates}


def test_every_published_number_is_recognised_as_its_carriers(couriers: list[dict[str, Any]]) -> None:
    asked = 0
    for courier in couriers:
        for shape in courier["tracking_numbers"]:
            for number in shape["test_numbers"]["valid"]:
                asked += 1
                found = detect(number)
                assert found.valid, number
                assert courier["courier_code"] in _carriers(number), number
    assert asked >= 192


def test_no_published_counter_example_is_taken_for_that_carriers_number(couriers: list[dict[str, Any]]) -> None:
    # One counter-example of Purolator's lettered numbers is one of its plain numbers, and published as such.
    plain = {"331426749957"}
    for courier in couriers:
        for shape in courier["tracking_numbers"]:
            for number in shape["test_numbers"]["invalid"]:
                if number not in plain:
                    assert not detect(number).valid, number


def test_a_fitting_check_digit_ranks_before_a_mere_shape() -> None:
    found = detect("1Z5R89390357567127")
    assert [(each.carrier, each.confidence) for each in found.candidates] == [("ups", 0.98)]
    bare = detect("60120172242323")
    assert [(each.carrier, each.confidence) for each in bare.candidates] == [("dhl", 0.1)]
    confidences = [each.confidence for each in detect("320595463938").candidates]
    assert confidences == sorted(confidences, reverse=True)


def test_a_wrong_check_digit_is_named_with_the_right_one() -> None:
    found = detect("1Z5R89390357567128")
    assert not found.valid
    assert found.candidates == ()
    assert found.near[0].problem == "the check digit is 8 and would have to be 7"


def test_a_number_that_two_carriers_could_have_given_out_names_both() -> None:
    assert set(detect("287809468872").carriers) == {"fedex", "purolator"}


SPELLINGS = [
    "1Z 5R8 939 03 5756 7127",
    "1z5r89390357567127",
    "#1Z5R-8939-0357-5671-27.",
    " 1Z5R89390357567127\t",
    "１Ｚ５Ｒ８９３９０３５７５６７１２７",
    "1Z5R8939‑0357567127",
]


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_number_is_the_same_however_people_write_it(written: str) -> None:
    assert detect(written).number == "1Z5R89390357567127"
    assert detect(written).valid


def test_the_zip_in_front_of_a_postal_barcode_is_not_part_of_the_number() -> None:
    assert detect("420 11213 92 6129098349792366623 8").number == "9261290983497923666238"
    assert detect("420787459400111206206406260787").number == "9400111206206406260787"


@pytest.mark.parametrize(("link", "number", "carrier"), [
    ("https://www.ups.com/track?loc=en_US&tracknum=1Z5R89390357567127&requester=WT", "1Z5R89390357567127", "ups"),
    ("https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=1Z5R89390357567127", "1Z5R89390357567127", "ups"),
    ("https://tools.usps.com/go/TrackConfirmAction?tLabels=9400111206206406260787", "9400111206206406260787", "usps"),
    ("https://www.fedex.com/fedextrack/?tracknumbers=986578788855,477179081230", "986578788855", "fedex"),
    ("http://www.dhl.com/en/express/tracking.html?brand=DHL&AWB=3318810025", "3318810025", "dhl"),
    ("https://www.canadapost.ca/track/en#/search?searchFor=0073938000549297", "0073938000549297", "canada_post"),
    ("https://www.royalmail.com/track-your-item#/tracking-results/RB123456785GB", "RB123456785GB", "s10"),
    ("https://www.yodel.co.uk/tracking/JJD0002257639032011", "JJD0002257639032011", "yodel"),
    ("https://www.dhl.de/en/privatkunden/dhl-sendungsverfolgung.html?piececode=60120172242323", "60120172242323", "dhl"),
])  # fmt: skip
def test_a_tracking_link_is_as_good_as_its_number(link: str, number: str, carrier: str) -> None:
    found = detect(link)
    assert found.valid
    assert found.number == number
    assert found.candidates[0].carrier == carrier
    assert found.input == link


def test_the_carriers_own_page_decides_between_two_carriers() -> None:
    assert detect("https://www.purolator.com/en/shipping/tracker?searchValue=287809468872").carriers == ("purolator",)
    assert detect("https://www.fedex.com/fedextrack/?trknbr=287809468872").carriers == ("fedex",)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello", "https://example.com/", "http://[", "0" * 12, "0" * 500, "1Z", "\x00\x1b[31m", "१२३४५६७८९०१२"],
)
def test_what_is_no_number_is_not_valid(text: str) -> None:
    assert not detect(text).valid


def test_numbers_are_found_in_prose_and_nothing_else_is() -> None:
    text = """Hi Anna, two parcels: 1Z 5R8 939 03 5756 7127 (UPS) and RB 123 456 785 GB.
    Order 20261123-0042, call +49 30 901820 or 555 0100 200. Cost 1299.00 EUR.
    https://www.fedex.com/fedextrack/?trknbr=986578788855 and again RB123456785GB"""
    assert [found.number for found in scan(text)] == ["1Z5R89390357567127", "RB123456785GB", "986578788855"]


def test_bare_digits_in_prose_count_only_where_parcels_are_spoken_of() -> None:
    assert [found.number for found in scan("Your FedEx number is 986578788855.")] == ["986578788855"]
    assert [found.number for found in scan("Deine Sendungsnummer:\n986578788855")] == ["986578788855"]
    assert [found.number for found in scan("986578788855")] == ["986578788855"]
    assert list(scan("Message-ID: 200902101050 at 1419818724, see you 2011-10-08 14:00")) == []
    assert list(scan("invoice 986578788855, due tomorrow")) == []


def test_two_numbers_side_by_side_stay_two() -> None:
    found = [each.number for each in scan("sent GM2951173225174494 1Z5R89390357567127 9400 1112 0108 0805 4830 16")]
    assert found == ["GM2951173225174494", "1Z5R89390357567127", "9400111201080805483016"]


@given(st.text(max_size=200))
@example("https://[::1")
@example("1Z" * 40)
@settings(max_examples=200, deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(detect(text).valid, bool)
    assert all(found.valid for found in scan(text))


_EVERY_CHANGE_SEEN = {"luhn", "mod_37_36"}


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_one_changed_digit_is_caught_wherever_the_carriers_method_can_see_it(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([each for each in tracking._data().format if each.check is not None]))
    check = shape.check
    assert check is not None
    size = 8 if check.method == "s10" else len(check.weights) if check.method == "weighted" else 13
    serial = data.draw(st.text("0123456789", min_size=size, max_size=size))
    place = data.draw(st.integers(0, size - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != serial[place]]))
    changed = serial[:place] + other + serial[place + 1 :]
    if _blind(check, serial, changed):
        return
    assert expected(serial, check) != expected(changed, check)


def _blind(check: Check, serial: str, changed: str) -> bool:
    """The changes that the published methods themselves cannot tell apart."""
    if check.method in _EVERY_CHANGE_SEEN or (
        check.method == "mod10" and set(check.weights) == {1, 3} and not check.lead
    ):
        return False
    if check.lead:  # a serial that begins with the lead is summed without it, another one with it
        return serial.startswith(check.lead) != changed.startswith(check.lead) or 2 in check.weights
    if check.method == "mod10":
        return any(abs(int(a) - int(b)) == 5 for a, b in zip(serial, changed, strict=True))
    if check.method == "mod7":
        return any(abs(int(a) - int(b)) == 7 for a, b in zip(serial, changed, strict=True))
    # Modulo 11 with eleven remainders on ten digits: two remainders share one.
    sums = [sum(int(c) * w for c, w in zip(each, check.weights, strict=True)) % 11 for each in (serial, changed)]
    return set(sums) in ({0, 6}, {1, 11}) if check.method == "s10" else set(sums) == {0, 10}


@pytest.mark.parametrize(
    "number",
    ["1Z5R89390357567127", "0073938000549297", "RB123456785GB", "986578788855", "320595463938", "09980000020033F"],
)
def test_no_other_check_digit_fits_a_number(number: str) -> None:
    carrier = detect(number).candidates[0].carrier
    place = 10 if carrier == "s10" else len(number) - 1
    for digit in "0123456789":
        if digit != number[place]:
            assert carrier not in _carriers(number[:place] + digit + number[place + 1 :])


def test_data_names_only_known_methods_groups_and_carriers() -> None:
    for shape in tracking._data().format:
        pattern = tracking._compiled(shape.pattern)
        assert "serial" in pattern.groupindex
        assert (shape.check is not None) == ("check" in pattern.groupindex)
        assert shape.carrier in tracking.carriers()
        if shape.check is not None:
            size = 8 if shape.check.method == "s10" else len(shape.check.weights) if shape.check.moduli else 13
            assert expected("1" * size, shape.check)
    shapes = {shape.id for shape in tracking._data().format}
    assert tracking._services().keys() <= shapes


def test_what_recognition_works_with_is_made_once_for_a_pasted_list() -> None:
    numbers = ["1Z5R89390357567127", "9400111206206406260787", "986578788855", "RB123456785GB", "TBA010000000000"] * 40
    kept = [each for each in vars(tracking).values() if hasattr(each, "cache_info")]
    for number in numbers[:5]:
        detect(number)
    made = [each.cache_info().misses for each in kept]
    for number in numbers:
        detect(number)
    assert sum(made) > 0
    assert [each.cache_info().misses for each in kept] == made
