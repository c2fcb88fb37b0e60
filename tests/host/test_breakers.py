from __future__ import annotations

import pytest

from influtui.host.breakers import Breaker, Struggle


class Clock:
    now = 1_795_348_800_000

    def __call__(self) -> int:
        return self.now


def test_rests_grow_to_half_an_hour_and_one_success_ends_it() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    rests: list[float] = []
    for _ in range(2):
        breaker.failed("crashed", "no")
        assert breaker.rests_for is None
    for _ in range(8):
        breaker.failed("crashed", "no")
        rests.append(breaker.rests_for or 0)
        clock.now += int(rests[-1] * 1000)
        assert breaker.rests_for is None
    assert rests == [30, 60, 120, 240, 480, 960, 1800, 1800]
    breaker.succeeded()
    assert breaker.struggle == Struggle()


def test_a_clock_that_was_set_back_does_not_lengthen_a_rest() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(3):
        breaker.failed()
    clock.now -= 86_400_000
    assert breaker.rests_for is None


@pytest.mark.parametrize("own", [False, True])
def test_what_another_session_kept_is_taken_over_unless_there_is_something_of_ones_own(own: bool) -> None:
    breaker = Breaker(Clock())
    if own:
        breaker.failed("crashed", "here")
    breaker.restore(Struggle("hung", "there", 2, None, 30.0, 1))
    assert breaker.struggle.said == ("here" if own else "there")
