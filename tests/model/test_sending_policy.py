from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from influtui.model.failures import NeedsConfiguration
from influtui.model.send_plan import Planned, plan
from influtui.model.sending_policy import defaults, opening, window, zones_of
from influtui.model.waiting import Box, Obstacle, Waiting, allowance, obstacle

HOUR = 3_600_000
DAY = 24 * HOUR


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


MONDAY = at("2026-11-23T12:00")
FREE = msgspec.structs.replace(defaults(), gap_s=0, jitter_s=0, window="00:00-24:00", days="mon-sun")


def waiting(number: int = 1, **more: object) -> Waiting:
    plain = {
        "id": number, "account": "jo@brand.test", "person": number, "kind": "letter", "at": MONDAY, "approved": True,
        "not_before": None, "deferred": None, "doubtful": None, "campaign": "SPRING", "campaign_state": "active",
        "sequence_state": None, "sequence_why": None, "sequence_until": None, "sequence_ends": None, "barred": None,
        "stage": "contacted", "country": "DE", "written_at": (),
    }  # fmt: skip
    return Waiting(**{**plain, **more})  # type: ignore[arg-type]


def box(**more: object) -> Box:
    plain = {
        "address": "jo@brand.test", "policy": FREE, "first_at": None, "times": (), "last_to": None, "paused": None,
    }  # fmt: skip
    return Box(**{**plain, **more})  # type: ignore[arg-type]


def times(planned: list[Planned]) -> list[tuple[int, int | None]]:
    return [(each.message.id, None if each.at is None else (each.at - MONDAY) // 60_000) for each in planned]


@pytest.mark.parametrize(
    ("country", "now", "opens"),
    [
        ("DE", "2026-11-23T10:00", "2026-11-23T10:00"),
        ("DE", "2026-11-23T07:00", "2026-11-23T08:00"),
        ("DE", "2026-11-23T17:00", "2026-11-24T08:00"),
        ("DE", "2026-11-27T17:00", "2026-11-30T08:00"),
        ("JP", "2026-11-23T00:30", "2026-11-23T00:30"),
        # Nine o'clock in California while it is before six in New York.
        ("US", "2026-11-23T14:30", "2026-11-23T17:00"),
        ("US", "2026-11-23T23:30", "2026-11-24T17:00"),
        (None, "2026-11-23T08:00", "2026-11-23T09:00"),
        # The night in which the clocks go back has an hour more.
        ("DE", "2026-10-23T17:00", "2026-10-26T08:00"),
    ],
)
def test_letters_go_in_the_hours_of_where_somebody_is(country: str | None, now: str, opens: str) -> None:
    hours = window("09:00-18:00", "mon-fri")
    assert opening(hours, zones_of(country), at(now))[0] == at(opens)


@pytest.mark.parametrize("text", ["18:00-09:00", "9", "25:00-26:00", "09:00-09:00"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NeedsConfiguration):
        window(text, "mon-fri")


def test_a_window_can_name_single_days_and_wrap_the_week() -> None:
    assert window("0:00-24:00", "sat-mon,wed").days == {5, 6, 0, 2}


def test_a_mailbox_begins_slowly_and_sends_more_each_day() -> None:
    policy = defaults()
    begun = [allowance(box(policy=policy, first_at=MONDAY), MONDAY + day * DAY) for day in (0, 1, 2, 5, 90)]
    assert begun == [15, 20, 25, 40, 40]


def test_the_gap_is_never_shorter_than_said_and_the_same_each_time_it_is_asked() -> None:
    policy = defaults()
    gaps = {policy.gap_ms(f"jo@brand.test:{number}") for number in range(200)}
    assert 90_000 <= min(gaps) < max(gaps) <= 180_000
    assert policy.gap_ms("jo@brand.test:7") == policy.gap_ms("jo@brand.test:7")


def test_the_limit_counts_any_twenty_four_hours_and_not_the_calendar_day() -> None:
    policy = msgspec.structs.replace(FREE, daily_limit=2)
    full = box(policy=policy, first_at=MONDAY - 9 * DAY, times=(MONDAY - 23 * HOUR, MONDAY - HOUR), last_to=5)
    held = obstacle(waiting(), full, MONDAY)
    assert held is not None
    assert held.until == MONDAY + HOUR


def test_a_young_mailbox_may_go_on_as_soon_as_its_limit_grows() -> None:
    young = box(policy=defaults(), first_at=MONDAY - 23 * HOUR, times=(MONDAY - 22 * HOUR,) * 15)
    held = obstacle(waiting(), young, MONDAY)
    assert held is not None
    assert held.until == MONDAY + HOUR


@pytest.mark.parametrize(
    ("more", "why", "next_"),
    [
        ({"approved": False}, "to be approved", "influtui outbox approve 1"),
        ({"doubtful": 9}, "message 9", "influtui outbox why 9"),
        ({"campaign_state": "paused"}, "SPRING is paused", None),
        ({"sequence_state": "paused", "sequence_why": "holidays"}, "holidays", "influtui sequence resume REF"),
    ],
)
def test_what_needs_a_person_says_so_and_how(more: dict[str, object], why: str, next_: str | None) -> None:
    held = obstacle(waiting(**more), box(), MONDAY)
    assert held is not None
    assert (why in held.why, held.until, held.next) == (True, None, next_)


@pytest.mark.parametrize(
    ("stage", "over"), [("contacted", None), ("in_conversation", True), ("declined", True), ("paused", False)]
)
def test_a_follow_up_goes_only_while_nobody_has_answered_or_moved_them_on(stage: str, over: bool | None) -> None:
    held = obstacle(waiting(kind="follow_up", sequence_state="running", stage=stage), box(), MONDAY)
    assert (held.over if held else None) == over


def test_a_paused_mailbox_holds_letters_and_lets_a_persons_answer_go() -> None:
    paused = box(paused="too many bounced")
    assert isinstance(obstacle(waiting(), paused, MONDAY), Obstacle)
    assert obstacle(waiting(kind="reply"), paused, MONDAY) is None


@pytest.mark.parametrize(
    ("more", "until"),
    [
        ({"not_before": MONDAY + HOUR}, MONDAY + HOUR),
        ({"not_before": MONDAY + HOUR, "deferred": "451 later"}, MONDAY + HOUR),
        ({"written_at": (MONDAY - HOUR,)}, MONDAY + 23 * HOUR),
        ({"written_at": tuple(MONDAY - day * DAY for day in (20, 15, 10, 5, 3))}, MONDAY + 10 * DAY),
        ({"sequence_state": "paused", "sequence_until": MONDAY + 2 * DAY}, MONDAY + 2 * DAY),
    ],
)
def test_what_passes_by_itself_says_until_when(more: dict[str, object], until: int) -> None:
    held = obstacle(waiting(**more), box(), MONDAY)
    assert held is not None
    assert held.until == until


def test_a_follow_up_waits_until_the_mailbox_was_read() -> None:
    unread = box(reads=True, read_at=MONDAY - HOUR)
    assert obstacle(waiting(kind="follow_up"), unread, MONDAY) is not None
    assert obstacle(waiting(), unread, MONDAY) is None
    assert obstacle(waiting(kind="follow_up"), box(reads=True, read_at=MONDAY - 60_000), MONDAY) is None


def test_follow_ups_go_before_first_letters_and_answers_before_both() -> None:
    policy = msgspec.structs.replace(FREE, gap_s=600)
    found = plan(
        [waiting(1), waiting(2, kind="follow_up"), waiting(3, kind="reply")],
        {"jo@brand.test": box(policy=policy)}, MONDAY, MONDAY + DAY,
    )  # fmt: skip
    assert times(found) == [(3, 0), (2, 0), (1, 10)]


def test_the_plan_spreads_letters_over_days_and_hours_and_says_what_is_beyond_it() -> None:
    policy = msgspec.structs.replace(defaults(), daily_limit=2, ramp_start=2, jitter_s=0, gap_s=600)
    found = plan(
        [waiting(number) for number in (1, 2, 3, 4, 5)],
        {"jo@brand.test": box(policy=policy)},
        MONDAY,
        MONDAY + DAY + HOUR,
    )
    day = 24 * 60
    assert times(found) == [(1, 0), (2, 10), (3, day), (4, day + 10), (5, None)]
    assert found[2].obstacle is not None


def test_one_person_is_not_planned_twice_within_a_day() -> None:
    found = plan([waiting(1, person=7), waiting(2, person=7)], {"jo@brand.test": box()}, MONDAY, MONDAY + 3 * DAY)
    assert times(found) == [(1, 0), (2, 24 * 60)]


def test_what_may_go_now_by_the_plan_is_what_the_last_check_lets_go() -> None:
    policy = msgspec.structs.replace(defaults(), gap_s=60, jitter_s=0)
    given = [
        waiting(1), waiting(2, country="JP"), waiting(3, approved=False), waiting(4, not_before=MONDAY + HOUR),
        waiting(5, written_at=(MONDAY - HOUR,)), waiting(6, kind="reply"),
    ]  # fmt: skip
    mine = box(policy=policy)
    now = [each.message.id for each in plan(given, {"jo@brand.test": mine}, MONDAY, MONDAY + DAY) if each.at == MONDAY]
    assert now == [6, 1]
    assert [each.id for each in given if obstacle(each, mine, MONDAY) is None] == [1, 6]


def test_a_thousand_letters_take_the_days_that_the_limit_says() -> None:
    letters = [waiting(number) for number in range(1, 1001)]
    found = plan(letters, {"jo@brand.test": box(policy=defaults())}, MONDAY, MONDAY + 7 * DAY)
    sent = [each.at for each in found if each.at is not None]
    for start in sent:
        lately = sum(start <= each < start + DAY for each in sent)
        assert lately <= 40
    assert len(sent) > 100
