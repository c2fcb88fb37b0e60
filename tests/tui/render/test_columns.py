"""Columns: what is left out first, and rows that fill their width exactly."""

from __future__ import annotations

import pytest
from msgspec import structs

from influtui.model.creators import Creator
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId, PersonId
from influtui.model.qualifiers import CREATORS
from influtui.model.text import OutsideText
from influtui.tui.render.columns import headings, place, placeholder, row
from influtui.tui.render.creators import (
    COLUMNS,
    SORTS,
    Judged,
    chosen,
    freshness,
    read_columns,
    sorted_column,
    turned,
)  # fmt: skip
from influtui.tui.render.spans import ASCII, Look, width_of

NOW = 1_795_348_800_000
ANNA = Creator(
    id=CreatorId(1), ref="instagram:anna", person=PersonId(1), platform="instagram", handle=OutsideText("anna"),
    name=OutsideText("Anna 李 Berg"), tier="micro", followers=48_200, engagement_rate=3.1, country="DE",
    topics=("baking", "vegan"), tags=("seen",), as_of="2026-11-02T12:00:00Z",
)  # fmt: skip


def _text(width: int, judged: Judged, look: Look | None = None) -> str:
    look = look or Look(NOW)
    return "".join(span.text for span in row(judged, place(COLUMNS, width), look))


@pytest.mark.parametrize("width", [45, 60, 63, 77, 100, 117, 157])
def test_rows_headings_and_placeholders_are_equally_wide(width: int) -> None:
    layout = place(COLUMNS, width)
    look = Look(NOW)
    size = width_of(row(Judged(ANNA), layout, look))
    assert size <= width
    assert width_of(headings(layout, look)) == width_of(placeholder(layout, look)) == size


def test_handle_and_followers_are_never_left_out() -> None:
    for width in range(28, 200):
        names = [placed.column.name for placed in place(COLUMNS, width)]
        assert "handle" in names
        assert "followers" in names


def test_at_80_columns_the_fit_for_the_campaign_and_the_name_show() -> None:
    names = [placed.column.name for placed in place(COLUMNS, 77)]
    assert names == [
        "verdict",
        "handle",
        "platform",
        "followers",
        "engagement_rate",
        "fit",
        "authenticity",
        "country",
        "name",
    ]


def test_what_a_wide_column_leaves_goes_to_a_narrow_one_before_handles_grow() -> None:
    """A terminal of 120 has 68 cells for the list beside the detail."""
    layout = place(COLUMNS, 68)
    names = [placed.column.name for placed in layout]
    assert "name" not in names
    assert "authenticity" in names
    assert next(placed.width for placed in layout if placed.column.name == "handle") >= 19


def test_wide_screens_show_all_four_scores() -> None:
    names = {placed.column.name for placed in place(COLUMNS, 140)}
    assert {"relevance", "authenticity", "reach", "fit", "tier", "as_of", "topics"} <= names


def test_a_score_of_which_little_is_known_is_dim_and_says_so_without_colour() -> None:
    layout = place(COLUMNS, 77)

    def shown(**known: float) -> tuple[str, str]:
        scored = structs.replace(ANNA, **known)
        return next(
            (span.text.strip(), span.role) for span in row(Judged(scored), layout, Look(NOW)) if "72" in span.text
        )

    assert shown(fit=71.6, confidence=0.9) == ("72", "text")
    assert shown(fit=71.6, confidence=0.2) == ("~72", "dim")
    assert shown(authenticity=71.6, confidence=0.9, authenticity_confidence=0.09) == ("~72", "dim")
    assert shown(authenticity=71.6, confidence=0.2, authenticity_confidence=0.8) == ("72", "text")


def test_columns_are_chosen_by_name_or_heading_in_any_order() -> None:
    names = read_columns("fit, ER handle fit")
    assert names == ("fit", "engagement_rate", "handle")
    assert [column.name for column in chosen(names)] == ["verdict", *names]
    assert chosen(read_columns("")) == COLUMNS
    with pytest.raises(WrongUsage, match="“fitt”") as wrong:
        read_columns("handle fitt")
    assert wrong.value.hint == "Did you mean fit?"


def test_the_arrow_stands_over_the_column_that_orders_and_turns_with_it() -> None:
    assert sorted_column(None) == ("followers", True)
    assert sorted_column("er") == ("engagement_rate", True)
    assert sorted_column("handle") == ("handle", False)
    assert sorted_column(turned("handle")) == ("handle", True)
    assert turned(turned("fit")) == "-fit"
    assert all(CREATORS.sort(name) for name in SORTS.values() if name)


def test_wide_screens_show_topics_last() -> None:
    text = _text(130, Judged(ANNA))
    assert "baking, vegan, #seen" in text
    assert text.index("DE") < text.index("Anna") < text.index("baking"), (
        "what terminals measure differently stands last"
    )


def test_a_verdict_is_a_character_and_not_only_a_colour() -> None:
    assert _text(77, Judged(ANNA, "pick")).startswith("✓")
    assert _text(77, Judged(ANNA, "rejected")).startswith("✗")
    assert _text(77, Judged(ANNA, "later")).startswith("z")
    assert _text(77, Judged(ANNA, "pick"), Look(NOW, ASCII)).startswith("+")


def test_unknown_values_are_dashes() -> None:
    bare = Creator(id=CreatorId(2), ref="x:b", person=PersonId(2), platform="x", handle=OutsideText("b"))
    assert _text(77, Judged(bare)).split() == ["b", "x", "-", "-", "-", "-", "-", "-"]


def test_the_sorting_column_carries_an_arrow() -> None:
    shown = "".join(span.text for span in headings(place(COLUMNS, 77), Look(NOW), sorted_by="followers"))
    assert "followers↓" in shown


def test_old_numbers_fade() -> None:
    assert freshness("2026-11-02T12:00:00Z", NOW) == "text"
    assert freshness("2026-03-02T12:00:00Z", NOW) == "dim"
    assert freshness(None, NOW) == "dim"
