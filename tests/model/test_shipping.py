"""A shipment is where its newest event says, in words that people use."""

from __future__ import annotations

from itertools import permutations

import pytest

from influtui.model.failures import WrongUsage
from influtui.model.money import Money
from influtui.model.shipping import STATES, ShipmentEvent, insurance_hint, read_state, standing, states
from influtui.model.tracking import carriers


def _event(number: int, at: int, state: str) -> ShipmentEvent:
    return ShipmentEvent(number, at, read_state(state), None, "hand", "kim@desk")


def test_all_fifteen_states_are_described_once() -> None:
    assert tuple(states()) == STATES
    words = [word for row in states().values() for word in row.words]
    assert len(words) == len(set(words))
    assert {row.stage for row in states().values()} == {"before", "moving", "stuck", "ended"}


def test_that_a_number_was_recorded_is_older_than_whatever_happened_to_the_parcel() -> None:
    recorded, arrived = _event(1, 50, "label_created"), _event(2, 30, "delivered")
    assert standing([recorded]).state == "label_created"
    assert standing([recorded, arrived]) == standing([arrived])
    assert standing([recorded, arrived, _event(3, 60, "label_created")]).state == "label_created"


def test_the_newest_event_decides_whatever_order_they_arrive_in() -> None:
    events = [
        _event(1, 10, "accepted"),
        _event(2, 30, "delivered"),
        _event(3, 40, "returning"),
        _event(4, 20, "in_transit"),
    ]
    for order in permutations(events):
        assert standing(order).state == "returning"
    assert standing(events).delivered_at is None


def test_of_two_events_at_one_time_the_later_word_counts() -> None:
    found = standing([_event(2, 30, "delivered"), _event(1, 30, "out_for_delivery")])
    assert (found.state, found.delivered_at) == ("delivered", 30)


def test_nothing_heard_is_unknown_and_not_on_its_way() -> None:
    assert standing([]).state == "unknown"
    assert standing([]).at is None


@pytest.mark.parametrize(("words", "state"), [
    ("delivered", "delivered"), ("Out for delivery", "out_for_delivery"), ("out_for_delivery", "out_for_delivery"),
    ("arrived", "delivered"), ("Return to Sender", "returning"), ("came back", "returned"), ("IN TRANSIT", "in_transit"),
])  # fmt: skip
def test_people_say_it_in_their_own_words(words: str, state: str) -> None:
    assert read_state(words) == state


def test_a_word_that_is_no_state_names_the_nearest() -> None:
    with pytest.raises(WrongUsage) as refused:
        read_state("deliverd")
    assert "Did you mean delivered?" in (refused.value.hint or "")


def test_insurance_is_suggested_only_above_what_the_carrier_owes_anyway() -> None:
    assert insurance_hint("ups", Money.parse("100", "USD")) is None
    assert "120.00 USD" in (insurance_hint("ups", Money.parse("120", "USD")) or "")
    assert insurance_hint("ups", Money.parse("120", "EUR")) is None, "another currency is not compared"
    assert insurance_hint("dpd", Money.parse("900", "USD")) is None, "nothing is known of this carrier's cover"
    assert insurance_hint("ups", None) is None


def test_cover_is_given_for_carriers_that_exist() -> None:
    from influtui.model.shipping import _covers

    assert _covers().keys() <= carriers().keys()
