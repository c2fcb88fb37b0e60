"""Edits: what may change, how the words are read, and the editor's sheet."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.creators import Creator, joined, split
from influtui.model.editing import Edit, editable, read_edit, read_sheet, sheet, value_of
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId, PersonId
from influtui.model.text import OutsideText, from_outside


def creator(number: int = 1, **fields: object) -> Creator:
    defaults: dict[str, object] = {
        "id": CreatorId(number),
        "ref": f"instagram:ada{number}",
        "person": PersonId(number),
        "platform": "instagram",
        "handle": OutsideText(f"ada{number}"),
    }
    return Creator(**(defaults | fields))  # type: ignore[arg-type]


def test_an_edit_changes_only_what_is_different() -> None:
    edit = read_edit(["country=Germany", "language="], add_tags=["VIP"], remove_tags=["old"])
    assert edit.changes(creator(country="DE", tags=("old", "warm"))) == {"tags": "|vip|warm|"}
    assert edit.changes(creator(language="de", tags=("vip",))) == {"country": "DE", "language": None}
    assert edit.changes(creator(country="DE", tags=("vip",))) == {}


def test_tags_that_are_set_anew_and_added_to_are_both() -> None:
    edit = read_edit(["tags=a,b"], add_tags=["c"], remove_tags=["a"])
    assert edit.changes(creator(tags=("old",))) == {"tags": "|b|c|"}


def test_what_goes_into_the_journal_names_fields_and_not_values() -> None:
    words = read_edit(["email=ada@example.org", "country="], add_tags=["vip"], note="met at the fair").words()
    assert words == "set email, cleared country, tagged vip, added a note"


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("followers", "measured"),
        ("handle", "whose row"),
        ("fit", "worked out"),
        ("person", "read-only"),
        ("contry", "no field"),
    ],
)
def test_a_field_that_cannot_be_set_is_named_with_the_reason(field: str, says: str) -> None:
    with pytest.raises(WrongUsage, match=says):
        editable(field)


def test_a_mistyped_field_gets_the_nearest() -> None:
    with pytest.raises(WrongUsage) as refused:
        editable("contry")
    assert refused.value.hint == "Did you mean country?"


@pytest.mark.parametrize(
    "assignment", ["country=Atlantis", "email=ada", "found_by=magic", "language=klingonese", "name"]
)
def test_a_value_that_the_field_cannot_hold_is_refused(assignment: str) -> None:
    with pytest.raises(WrongUsage):
        read_edit([assignment])


def test_a_tag_cannot_be_added_and_removed_at_once() -> None:
    with pytest.raises(WrongUsage, match="vip"):
        read_edit([], add_tags=["VIP"], remove_tags=["vip"])


def test_nothing_asked_for_is_no_edit() -> None:
    assert not read_edit([])
    assert not Edit(note=None)


def test_the_sheet_as_it_went_out_changes_nothing() -> None:
    rows = [creator(1, country="DE", tags=("a", "b")), creator(2, email=OutsideText("not quite an address"))]
    assert read_sheet(sheet(rows), rows) == []


def test_a_change_in_the_sheet_is_read_and_told_field_by_field() -> None:
    rows = [creator(1, country="DE"), creator(2)]
    text = sheet(rows).replace('country = "DE"', 'country = "Austria"').replace('note = ""', 'note = "call her"', 1)
    (edit,) = read_sheet(text, rows)
    assert edit.columns == {"country": "AT"}
    assert edit.lines() == ["country: DE → AT", "note: call her"]


def test_a_row_taken_out_and_an_emptied_sheet_leave_everything_as_it_is() -> None:
    rows = [creator(1), creator(2)]
    assert read_sheet(sheet(rows[:1]), rows) == []
    assert read_sheet("", rows) == []


@pytest.mark.parametrize(
    ("sheet_text", "says"),
    [
        ("[[creator]]\nid = 9\n", "id was changed"),
        ("[[creator]]\nname = 'x'\n", "id was changed"),
        ("[[creator]]\nid = 1\n[[creator]]\nid = 1\n", "twice"),
        ("[[creator]]\nid = 1\nname = 5\n", "instagram:ada1: name is a text"),
        ("[[creator]]\nid = 1\ntags = 'a'\n", "list of texts"),
        ("[[creator]]\nid = 1\nfollowers = 5\n", "read-only"),
        ("[[creator]]\nid = [1]\n", "id was changed"),
        ('[[creator]]\nid = 1\nname = "x\ntags = []\n', "line 3"),
        ("[creator]\nid = 1\n", "two brackets"),
        ("creators = 1\n", "no row"),
    ],
)
def test_a_wrong_sheet_is_refused_saying_where(sheet_text: str, says: str) -> None:
    with pytest.raises(WrongUsage, match=says):
        read_sheet(sheet_text, [creator(1)])


@given(st.text(), st.lists(st.text(max_size=8), max_size=4))
def test_any_text_survives_the_way_through_the_sheet(bio: str, tags: list[str]) -> None:
    row = creator(1, bio=from_outside(bio), tags=split(joined([from_outside(tag) for tag in tags])))
    text = sheet([row])
    assert tomllib.loads(text)["creator"][0]["bio"] == row.bio
    assert read_sheet(text, [row]) == []


@given(st.text())
def test_a_set_name_is_stored_as_written_but_for_its_edges(name: str) -> None:
    assert value_of("name", name) == (from_outside(name).strip() or None)
