"""Accounts that are asked for one by one: nobody is lost where a refusal comes between them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from influtui.api import NotFound, OneByOne, PluginError, Profile, RateLimited, Skipped

NAMES = ("anna", "ben", "cleo", "dora")


def _profile(name: str) -> Profile:
    return Profile(platform="acme", handle=name, as_of=datetime(2026, 11, 1, tzinfo=UTC))


def test_who_is_gone_costs_only_itself_and_who_stands_behind_a_refusal_is_named_with_it() -> None:
    refusal = RateLimited("Acme wants us to slow down")
    read = OneByOne.of(NAMES, [_profile("anna"), NotFound("gone"), refusal, _profile("dora")])
    assert read.left == ("cleo", "dora")
    assert read.refused is refusal
    page = read.known()
    assert [each.handle for each in page.profiles] == ["anna"]
    said = "Acme wants us to slow down"
    assert page.skipped == (Skipped("ben", "gone"), Skipped("cleo", said), Skipped("dora", said))


def test_a_refusal_before_anybody_was_read_is_raised() -> None:
    answers: list[Profile | PluginError] = [
        NotFound("gone"),
        RateLimited("slow down"),
        _profile("cleo"),
        _profile("dora"),
    ]
    with pytest.raises(RateLimited):
        OneByOne.of(NAMES, answers)


def test_who_is_skipped_is_for_the_source_to_say() -> None:
    answers: list[Profile | PluginError] = [_profile(name) for name in NAMES[:3]]
    read = OneByOne.of(NAMES, [*answers, RateLimited("slow down")], costs_one=PluginError)
    assert (read.left, read.refused, read.skipped) == ((), None, (Skipped("dora", "slow down"),))
