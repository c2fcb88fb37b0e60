"""The line that reminds of earlier work with a person."""

from __future__ import annotations

from influtui.model.ids import PersonId
from influtui.model.memory import DAY_MS, Memory, ago, line
from influtui.model.money import Money
from influtui.model.times import Millis

NOW = Millis(400 * DAY_MS)
PERSON = PersonId(1)


def test_nothing_known_is_nothing_said() -> None:
    assert line(Memory(person=PERSON), NOW) is None


def test_the_line_tells_what_was_done_together_and_who_wrote_last() -> None:
    memory = Memory(
        person=PERSON,
        campaigns=2,
        agreed=Money(18000, "USD"),
        asked=Money(25000, "USD"),
        posts=1,
        wrote_at=Millis(NOW - 12 * DAY_MS),
        heard_at=Millis(NOW - 20 * DAY_MS),
    )
    assert line(memory, NOW) == "2 campaigns · agreed 180.00 USD, asked 250.00 USD · 1 post · you wrote 12 d ago"


def test_an_answer_after_our_letter_shows_as_theirs() -> None:
    memory = Memory(person=PERSON, wrote_at=Millis(1), heard_at=NOW)
    assert line(memory, NOW) == "wrote to you today"


def test_who_must_not_be_written_to_is_said_first() -> None:
    assert (
        line(Memory(person=PERSON, campaigns=1, suppressed="opted_out"), NOW) == "do not write: opted out · 1 campaign"
    )


def test_ages_use_the_unit_that_says_enough() -> None:
    assert [ago(Millis(NOW - days * DAY_MS), NOW) for days in (0, 59, 60, 399)] == [
        "today",
        "59 d ago",
        "2 mo ago",
        "13 mo ago",
    ]
    assert ago(Millis(NOW + DAY_MS), NOW) == "today"
