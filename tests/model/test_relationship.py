"""How a brand and a person stand to each other follows from what they did together."""

from __future__ import annotations

import pytest

from influtui.model.pipeline import pipeline
from influtui.model.relationship import relationship


@pytest.mark.parametrize(
    ("states", "stands"),
    [
        ([], "prospect"),
        (["discovered", "shortlisted"], "prospect"),
        (["disqualified"], "prospect"),
        (["contacted"], "contacted"),
        (["negotiating"], "contacted"),
        (["declined"], "contacted"),
        (["unresponsive", "shortlisted"], "contacted"),
        (["agreed"], "active"),
        (["measuring"], "active"),
        (["declined", "shipping"], "active"),
        (["completed"], "alumni"),
        (["completed", "contacted"], "alumni"),
        (["completed", "agreed"], "returning"),
        (["measuring", "agreed"], "returning"),
        (["completed", "completed"], "alumni"),
    ],
)
def test_it_follows_from_the_states_of_their_collaborations(states: list[str], stands: str) -> None:
    assert relationship(states) == stands
    assert relationship(reversed(states)) == stands


def test_every_state_says_something() -> None:
    assert {relationship([state]) for state in pipeline().names} == {"prospect", "contacted", "active", "alumni"}
