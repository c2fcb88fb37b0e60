"""Completion of a query knows what the parser knows."""

from __future__ import annotations

import pytest

from influtui.model.qualifiers import CREATORS
from influtui.model.query import parse
from influtui.model.query_completion import complete


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("fol", ["followers:", "following:"]),
        ("vegan -tie", ["tier:"]),
        ("(tie", ["tier:"]),
        ("tier:m", ["micro", "macro", "mega"]),
        ("tier:nano,me", ["mega"]),
        ("country:aq", ["AQ"]),
        ("region:da", ["dach"]),
        ("ships:", ["yes", "no"]),
        ("in:c", ["campaign"]),
        ("nothing:x", []),
        ('"vegan fol', []),
    ],
)
def test_offers(text: str, offered: list[str]) -> None:
    assert [each.text for each in complete(text, len(text), CREATORS)] == offered


def test_what_is_offered_takes_the_place_of_what_was_typed() -> None:
    text = "-tier:nano,me er:>3"
    (offer,) = complete(text, 13, CREATORS)
    assert text[: offer.start] + offer.text + text[13:] == "-tier:nano,mega er:>3"


def test_whatever_is_offered_can_be_read() -> None:
    for qualifier in CREATORS.qualifiers:
        for offer in complete(f"{qualifier.name}:", len(qualifier.name) + 1, CREATORS):
            parse(f"{qualifier.name}:{offer.text}", CREATORS)
