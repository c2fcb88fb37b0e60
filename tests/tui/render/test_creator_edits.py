"""What an edit would change, before it is applied."""

from __future__ import annotations

from influtui.model.creators import Creator
from influtui.model.editing import RowEdit
from influtui.model.ids import CreatorId, PersonId
from influtui.model.text import OutsideText
from influtui.tui.render.creator_edits import changes
from influtui.tui.render.spans import Look, width_of

ANNA = Creator(
    id=CreatorId(7), ref="instagram:anna", person=PersonId(1), platform="instagram", handle=OutsideText("anna"),
    country="DE", name=OutsideText("Anna \x1b[31mMistel"),
)  # fmt: skip


def test_each_field_shows_what_it_is_and_what_it_would_be() -> None:
    edit = RowEdit(ANNA, {"country": "AT", "tags": "|oats|vip|"}, note="Likes oats, → not cakes")
    lines = changes([edit], Look(0))(50)
    text = ["".join(span.text for span in line) for line in lines]
    assert text[0] == "instagram:anna"
    assert text[1].split() == ["country", "-", "DE"]
    assert text[2].split() == ["+", "AT"]
    assert text[4].split() == ["+", "oats,", "vip"]
    assert "Likes oats, → not cakes" in text[5]


def test_text_from_outside_acts_on_nothing_and_fits() -> None:
    edit = RowEdit(ANNA, {"name": "x" * 200})
    lines = changes([edit], Look(0))(40)
    assert all("\x1b" not in span.text for line in lines for span in line)
    assert all(width_of(line) <= 40 for line in lines)
