"""A search through several lists ends, hands nobody over twice, and its cursor stays short."""

from __future__ import annotations

import pytest

from influtui.api import InvalidInput, Walk


def test_lists_are_gone_through_and_nobody_comes_twice() -> None:
    likes = {"first": [["a", "b"], ["b", "c"]], "second": [["c", "a", "d"]], "third": [[]]}
    walk: Walk | None = Walk(tuple(likes))
    handed: list[str] = []
    pages = 0
    while walk is not None:
        pages += 1
        at = int(walk.cursor or 0)
        names = walk.new(likes[walk.lists[0]][at])
        handed += names
        following = walk.after(names, str(at + 1) if at + 1 < len(likes[walk.lists[0]]) else None)
        walk = Walk.read(following)
    assert (handed, pages) == (["a", "b", "c", "d"], 4)


def test_a_cursor_stays_short_and_forgets_the_oldest_first() -> None:
    walk = Walk(tuple(f"at://did:plc:abcdefghijklmnop/app.bsky.feed.post/{number}" for number in range(20)))
    for page in range(20):
        following = walk.after([f"person{page}.{number}" for number in range(50)], "9" * 40)
        assert following is not None
        assert len(following) <= 2_000
        walk = Walk.read(following) or walk
    assert walk.new(["person19.49", "person0.0"]) == ["person0.0"]


@pytest.mark.parametrize("cursor", ["x", "[]", '{"l": 3}', "{"])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        Walk.read(cursor)
    assert Walk.read(None) is None
