"""The frame's lines: what gives way where there is no room, and what never does."""

from __future__ import annotations

import re

import pytest

from influtui.tui.render.bars import HeaderFacts, TitleFacts, header, title
from influtui.tui.render.spans import Look, Span, width_of

LOOK = Look(0)
PANES = ("Today", "Discover", "Pipeline", "Inbox", "Shipments", "Results", "Plugins")
FACTS = HeaderFacts(
    workspace="spring", campaign="SPRING-SERUM", tabs=[(str(at), name) for at, name in enumerate(PANES, 1)],
    current="Discover", waiting=12, state="instagram: 9 left", read_only=True,
)  # fmt: skip


def _text(width: int, facts: HeaderFacts = FACTS) -> str:
    return "".join(span.text for span in header(facts, width, LOOK))


def test_with_room_the_header_says_all_of_it() -> None:
    text = _text(160)
    assert "spring · @SPRING-SERUM" in text
    assert " 4 Inbox 12 " in text
    assert text.rstrip().endswith("instagram: 9 left read-only")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120])
def test_what_gives_way_is_never_the_way_to_a_pane_nor_what_waits(width: int) -> None:
    text = _text(width)
    assert width_of(header(FACTS, width, LOOK)) <= width
    if width >= 40:
        assert all(f" {digit}" in text for digit in range(1, 8))
        assert "Discover" in text
        assert "12" in text
    if width >= 60:
        assert "read-only" in text
    if width >= 80:
        assert "@SPRING-SERUM" in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_names_of_panes_stand_whole_or_not_at_all_and_the_same_in_every_pane(width: int) -> None:
    texts = {pane: _text(width, FACTS._replace(current=pane)) for pane in PANES}
    for pane, text in texts.items():
        assert pane in text
        assert set(re.findall(r"[A-Z][a-z]+", text)) <= set(PANES)
    assert len({"spring" in text for text in texts.values()}) == 1
    assert {tuple(pane in text for pane in PANES if pane != here).count(True) for here, text in texts.items()} <= {0, 6}


def test_outside_text_in_the_header_is_harmless() -> None:
    hostile = FACTS._replace(campaign="X\x1b]0;own\x07", workspace="a\x9b31m", state="b\u202etfel")
    assert not set("\x1b\x07\x9b\u202e") & set(_text(160, hostile))


def test_what_is_marked_and_counted_stays_where_the_note_has_no_room() -> None:
    facts = TitleFacts("", "1,998 accounts", marked=1_998, note=(Span("19/15 picked"), Span("  2 rejected hidden")))
    wide, narrow = ("".join(span.text for span in title(facts, width, LOOK)) for width in (120, 66))
    assert "19/15 picked" in wide
    assert "19/15 picked" not in narrow
    for text in (wide, narrow):
        assert "1,998 marked" in text
        assert text.endswith("1,998 accounts")
