"""The pipeline: seventeen states in order, eight beside it, and a state that follows from what happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.failures import Failure, WrongUsage
from influtui.model.pipeline import MOVED, PAUSED, Event, Standing, allowed, check_move, derive, facts, holds, pipeline

ORDER = (
    "discovered", "vetted", "shortlisted", "contacted", "in_conversation", "negotiating", "agreed", "contract_sent",
    "contracted", "shipping", "creating", "in_review", "scheduled", "posted", "measuring", "settled", "completed",
)  # fmt: skip
SIDES = {
    "declined", "unresponsive", "disqualified", "opted_out", "ghosted", "cancelled_by_brand", "breached", "paused",
}  # fmt: skip
FACTS = [cause.name for cause in pipeline().event]


def events(*names: str) -> list[Event]:
    """These facts, one a millisecond; `moved:state` is a hand move that knows what came before it."""
    made: list[Event] = []
    for at, name in enumerate(names, 1):
        verb, _, to = name.partition(":")
        made.append(Event(at, verb, to, at, facts(made)) if to else Event(at, verb))
    return made


def test_the_table_has_the_seventeen_states_in_their_order_and_eight_beside_it() -> None:
    assert tuple(state.name for state in pipeline().state) == ORDER
    assert {side.name for side in pipeline().side} == SIDES


def test_the_table_has_the_shortcuts_and_the_ways_back_of_the_workflow() -> None:
    moves = {(move.start, move.to, move.kind) for move in pipeline().move}
    assert moves == {
        ("shortlisted", "agreed", "shortcut"),
        ("agreed", "shipping", "shortcut"),
        ("contracted", "creating", "shortcut"),
        ("creating", "posted", "shortcut"),
        ("posted", "settled", "shortcut"),
        ("contract_sent", "negotiating", "back"),
        ("in_review", "creating", "back"),
        ("shipping", "shipping", "back"),
        ("settled", "measuring", "back"),
    }


def test_outreach_may_take_a_month_and_a_reply_a_day() -> None:
    days = {state.name: state.days for state in pipeline().state if state.days}
    assert (days["contacted"], days["in_conversation"], days["shipping"]) == (30, 1, 3)


def test_every_name_in_the_table_is_a_state_and_every_fact_an_event() -> None:
    table, names = pipeline(), set(pipeline().names)
    for side in table.side:
        assert {side.first, side.last, *side.back} <= names
    for move in table.move:
        assert {move.start, move.to} <= names
    for cause in table.event:
        assert {cause.to, *cause.of, *cause.wakes} <= names
        assert cause.ends is None or cause.ends in FACTS
    assert {state.fact for state in table.state if state.fact} <= set(FACTS)


@pytest.mark.parametrize(
    ("happened", "state"),
    [
        ((), "discovered"),
        (("reserved",), "vetted"),
        (("picked",), "shortlisted"),
        (("rejected",), "disqualified"),
        (("picked", "sent"), "contacted"),
        (("picked", "sent", "answered"), "in_conversation"),
        (("answered",), "in_conversation"),
        (("picked", "sent", "answered", "offered"), "negotiating"),
        (("offered", "agreed"), "agreed"),
        (("agreed", "parcel"), "shipping"),
        (("agreed", "parcel", "delivered"), "creating"),
        (("agreed", "parcel", "delivered", "posted"), "posted"),
        (("posted", "measured"), "measuring"),
        (("posted",), "posted"),
    ],
)
def test_facts_alone_move_a_collaboration(happened: tuple[str, ...], state: str) -> None:
    assert derive(events(*happened)).state == state


def test_a_fact_never_moves_it_back() -> None:
    assert derive(events("posted", "answered", "sent", "parcel")).state == "posted"


def test_somebody_rejected_after_having_been_written_to_stays_where_they_are() -> None:
    assert derive(events("sent", "rejected")).state == "contacted"


def test_changing_a_term_after_the_agreement_reopens_the_negotiation() -> None:
    assert derive(events("agreed", "moved:contract_sent", "reopened")).state == "negotiating"


def test_changing_a_term_while_the_parcel_is_under_way_does_not_call_it_back() -> None:
    assert derive(events("agreed", "parcel", "reopened")).state == "shipping"


def test_an_answer_ends_a_silence_but_not_a_refusal() -> None:
    assert derive(events("sent", "moved:unresponsive", "answered")).state == "in_conversation"
    assert derive(events("sent", "moved:declined", "answered")).state == "declined"


def test_what_happens_during_a_pause_is_where_the_pause_ends() -> None:
    paused = derive(events("sent", "moved:paused", "answered"))
    assert paused == Standing(PAUSED, 2, "in_conversation")
    assert allowed(paused)[0] == "in_conversation"


def test_an_answer_that_is_fetched_late_still_ends_a_silence_declared_before() -> None:
    silent = events("sent", "moved:unresponsive")
    early = Event(at=1, name="answered")
    assert derive([*silent, early]).state == "in_conversation"


def test_in_one_instant_what_a_move_did_not_know_comes_after_it() -> None:
    agreed = [Event(5, "agreed", order=2)]
    back = [*agreed, Event(5, "reopened", order=3)]
    moved = [*back, Event(5, MOVED, "negotiating", 1, facts(back))]
    assert derive(moved).state == "negotiating"
    assert derive([*moved, Event(5, "agreed", order=4)]).state == "agreed"


def test_it_says_since_when() -> None:
    assert derive(events("picked", "sent", "answered", "answered")).since == 3


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(FACTS)), max_size=12), st.randoms())
def test_the_order_in_which_facts_are_read_does_not_matter(happened: list[tuple[int, str]], chance: object) -> None:
    made = [Event(at=at, name=name) for at, name in happened]
    shuffled = list(made)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert derive(made) == derive(shuffled)


@given(st.lists(st.sampled_from([name for name in FACTS if name not in ("reopened", "rejected")]), max_size=12))
def test_without_hand_moves_facts_only_lead_onwards(happened: list[str]) -> None:
    reached = [pipeline().order(derive(events(*happened[:many])).state) for many in range(len(happened) + 1)]
    assert reached == sorted(reached, key=lambda order: -1 if order is None else order)


def test_an_agreement_holds_until_it_is_ended_and_again_once_it_is_made_anew() -> None:
    assert holds(events("agreed"), "agreed")
    assert not holds(events("agreed", "reopened"), "agreed")
    assert holds(events("agreed", "reopened", "agreed"), "agreed")


def test_one_step_on_needs_no_reason() -> None:
    check_move(Standing("contacted"), "in_conversation", [], None)


def test_a_wrong_move_names_the_right_ones() -> None:
    with pytest.raises(Failure, match="contacted does not lead to settled") as refused:
        check_move(Standing("contacted"), "settled", [], "because")
    assert "in_conversation, declined, unresponsive" in (refused.value.hint or "")


def test_an_unknown_state_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(WrongUsage, match="no state “contracte”") as refused:
        check_move(Standing("contacted"), "contracte", [], None)
    assert "Did you mean contracted?" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("start", "to", "command"),
    [
        ("scheduled", "posted", "post add"),
        ("contracted", "shipping", "ship add"),
        ("negotiating", "agreed", "--agreed"),
    ],
)
def test_nobody_can_claim_what_has_not_happened(start: str, to: str, command: str) -> None:
    with pytest.raises(Failure, match="not set by hand") as refused:
        check_move(Standing(start), to, [], "because")
    assert command in (refused.value.hint or "")


def test_going_back_to_what_did_happen_is_allowed() -> None:
    happened = events("posted", "measured", "moved:settled")
    check_move(derive(happened), "measuring", happened, "conversions came in late")


def test_going_back_and_stepping_aside_need_a_reason() -> None:
    for standing, to in ((Standing("contract_sent"), "negotiating"), (Standing("contacted"), "paused")):
        with pytest.raises(WrongUsage, match="needs a reason"):
            check_move(standing, to, [], None)


def test_declined_needs_one_of_its_reasons_and_takes_more_after_it() -> None:
    check_move(Standing("negotiating"), "declined", [], "price: asked 400")
    with pytest.raises(WrongUsage) as refused:
        check_move(Standing("negotiating"), "declined", [], "they were rude")
    assert "price, timing, category conflict, not interested, product fit, other" in (refused.value.hint or "")


def test_anything_in_the_order_can_be_paused_and_comes_back_to_where_it_was() -> None:
    for name in ORDER:
        assert PAUSED in allowed(Standing(name))
        paused = derive([Event(1, MOVED, name, 1), Event(2, MOVED, PAUSED, 2)])
        assert allowed(paused)[0] == name


def test_an_opt_out_and_a_cancellation_lead_nowhere() -> None:
    assert allowed(Standing("opted_out")) == ()
    assert allowed(Standing("cancelled_by_brand")) == ()


@given(st.lists(st.integers(0, 30), max_size=25))
def test_no_sequence_of_allowed_moves_leaves_the_table(choices: list[int]) -> None:
    happened: list[Event] = []
    for at, choice in enumerate(choices, 1):
        standing = derive(happened)
        ways = allowed(standing)
        if not ways:
            break
        happened.append(Event(at, MOVED, ways[choice % len(ways)], at))
        assert derive(happened).state == happened[-1].to
        assert derive(happened).state in pipeline().names
