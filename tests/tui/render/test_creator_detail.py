"""The detail panel: posts with what was counted of them, growth between dates, and who decided what."""

from __future__ import annotations

from msgspec import structs

from influtui.model.creators import Creator
from influtui.model.ids import CampaignId, CreatorId, PersonId, PickId
from influtui.model.measurements import Reading, opinions
from influtui.model.memory import Memory
from influtui.model.shortlist import Pick
from influtui.model.text import OutsideText
from influtui.model.times import Millis
from influtui.services.people.creators import CreatorDetail
from influtui.store.creator_posts import SeenPost
from influtui.store.people import Person
from influtui.tui.render.creator_detail import detail, posts
from influtui.tui.render.spans import Line, Look, width_of

DAY = 86_400_000
LOOK = Look(1_795_348_800_000)
ANNA = Creator(
    id=CreatorId(7), ref="instagram:anna", person=PersonId(1), platform="instagram", handle=OutsideText("anna")
)


def _text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)


def _known(*followers: int) -> CreatorDetail:
    series = tuple(
        Reading(Millis(LOOK.now - (len(followers) - place) * 30 * DAY), "counter", {"followers": value}, {})
        for place, value in enumerate(followers)
    )
    return CreatorDetail(
        creator=ANNA, person=Person(PersonId(1), None, None, None, 1), accounts=(ANNA,), measured=opinions(series),
        series=series, notes=(), history=(), memory=Memory(person=PersonId(1)),
    )  # fmt: skip


def test_growth_names_the_dates_between_which_it_was_seen() -> None:
    text = _text(detail(_known(40_000, 43_000, 46_000), 44, LOOK))
    assert "▁" in text
    assert "  +15.0%" in text
    assert "2026-08-24 40.0K → 2026-10-23 46.0K" in text


def test_growth_is_one_sources_and_says_whose_and_how_old() -> None:
    counted = _known(40_000, 43_000, 46_000).series
    list_ = Reading(Millis(LOOK.now - 45 * DAY), "first list", {"followers": 9_000}, {"*": "rounded"})
    known = structs.replace(_known(40_000, 43_000, 46_000), series=(*counted, list_))
    text = _text(detail(known, 60, LOOK))
    assert "  +15.0%" in text
    assert "9,000" not in text.split("growth")[1]
    assert "counter: 3 points, newest 30d; 1 other source left out" in text
    few = structs.replace(_known(40_000), series=(counted[0], list_))
    assert "growth" not in _text(detail(few, 60, LOOK)), "two sources with a point each are no growth"


def test_one_reading_is_no_growth() -> None:
    assert "growth" not in _text(detail(_known(40_000), 44, LOOK))


def test_who_decided_when_and_why_stands_in_the_detail() -> None:
    pick = Pick(
        id=PickId(1), campaign=CampaignId(1), person=PersonId(1), verdict="rejected", reason="too dear for us",
        judged_by="kim", judged_at=LOOK.now - 3 * DAY,
    )  # fmt: skip
    text = _text(detail(_known(), 60, LOOK, pick=pick))
    assert "✗ rejected" in text
    assert "by kim, 3d ago: too dear for us" in text


def test_posts_show_what_was_counted_and_nothing_of_them_acts() -> None:
    seen = SeenPost(
        url="https://www.instagram.com/p/Cabc/", caption="Cake \x1b[2J[@click=app.exit]now[/]",
        posted_at=Millis(LOOK.now - 2 * DAY),
        likes=1_200, comments=None, shares=None, views=34_000, sponsored=True, as_of=Millis(LOOK.now), source="counter",
    )  # fmt: skip
    lines = posts([seen], 44, LOOK)
    text = _text(lines)
    assert "2d    ad  34.0K views  1,200 likes" in text
    assert "comments" not in text
    assert "\x1b" not in text
    assert all(width_of(line) <= 44 for line in lines)
    assert posts([], 44, LOOK) == []
