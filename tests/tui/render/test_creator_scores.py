"""Scores as bars, and why they are what they are."""

from __future__ import annotations

from msgspec import structs

from influtui.model.creators import Creator
from influtui.model.ids import CreatorId, PersonId
from influtui.model.scoring.engagement import Rate
from influtui.model.scoring.records import Component, Score
from influtui.model.text import OutsideText
from influtui.services.people.scoring import Why
from influtui.tui.render.creator_scores import bar, scores, why
from influtui.tui.render.spans import ASCII, Line, Look, width_of

LOOK = Look(1_795_348_800_000)
ANNA = Creator(
    id=CreatorId(7), ref="instagram:anna", person=PersonId(1), platform="instagram", handle=OutsideText("anna"),
    relevance=80.0, authenticity=97.4, fit=91.0, confidence=0.63,
)  # fmt: skip


RATES = (Rate(variant="er_views", median=3.2, mean=4.1, posts=12),)


def _text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)


def _why(*parts: Component, value: float | None = 62.0, campaign: str | None = "OATS") -> Why:
    score = Score(kind="relevance", value=value, confidence=0.5, components=parts, model="1")
    return Why(ref="instagram:anna", campaign=campaign, model="1", scores=(score,), rates=RATES, stored=None)


TOPICS = Component(
    signal="topics", value=0.5, peer=0.25, weight=2, points=40.0, evidence="1 of 2 topics: vegan",
    as_of=LOOK.now - 3 * 86_400_000,
)  # fmt: skip
ACTIVITY = Component(signal="activity", value=None, weight=1, points=0.0, evidence="Unknown: no posts are known.")


def test_each_score_is_one_line_and_an_unknown_one_is_no_zero() -> None:
    lines = scores(ANNA, 60, LOOK)[1:]
    assert [line[0].text.strip() for line in lines] == ["relevance", "authenticity", "reach", "fit"]
    text = _text(lines).splitlines()
    assert text[0].endswith("80  63% sure")
    assert text[2].split()[-1] == "-"
    assert text[3].endswith("91  63% sure")
    assert all(width_of(line) <= 44 for line in scores(ANNA, 44, LOOK))


def test_a_score_of_which_little_is_known_looks_unsure_with_and_without_colour() -> None:
    unsure = structs.replace(ANNA, authenticity_confidence=0.09, relevance_confidence=0.8)
    relevance, authenticity, *_ = scores(unsure, 60, LOOK)[1:]
    assert "~97  9% sure" in _text([authenticity])
    assert {span.role for span in authenticity} == {"dim"}
    assert [span.role for span in relevance] == ["dim", "accent", "text", "dim"]
    text = _text(why(_why(TOPICS), ANNA, 60, LOOK))
    assert "~ before a score" not in text, "half is enough"
    assert "~" not in text
    low = structs.replace(_why(TOPICS).scores[0], confidence=0.2)
    told = _text(why(structs.replace(_why(TOPICS), scores=(low,)), ANNA, 60, LOOK))
    assert "~62  20% sure" in told
    assert "~ before a score: less than half" in told


def test_who_has_no_score_is_told_how_to_get_one() -> None:
    bare = structs.replace(ANNA, relevance=None, authenticity=None, fit=None)
    text = _text(scores(bare, 60, LOOK))
    assert ":creators score #7" in text
    assert "w explains" in text


def test_a_bar_is_empty_or_full_only_where_that_is_so() -> None:
    assert bar(0.0, LOOK, 10).count("█") == 0
    assert bar(0.001, LOOK, 10).count("█") == 1
    assert bar(0.999, LOOK, 10).count("█") == 9
    assert bar(1.0, LOOK, 10).count("█") == 10
    assert bar(0.5, Look(0, ASCII), 4) == "##.."


def test_a_component_shows_its_points_its_value_its_peers_and_its_evidence() -> None:
    text = _text(why(_why(TOPICS), ANNA, 60, LOOK))
    assert "Why instagram:anna for OATS" in text
    assert "+40.0  0.5" in text
    assert "peers have 0.25, as of 3d ago" in text
    assert "1 of 2 topics: vegan" in text
    assert "What is missing" not in text
    assert "er_views" in text
    assert "3.20%  median of 12 posts, mean 4.10%" in text


def test_what_is_unknown_is_named_with_what_would_make_it_known() -> None:
    text = _text(why(_why(TOPICS, ACTIVITY), ANNA, 60, LOOK))
    assert "Unknown: activity." in text
    assert ":creators add" in text
    assert ":creators score #7" in text


def test_without_a_campaign_it_says_how_fit_becomes_known() -> None:
    text = _text(why(_why(TOPICS, campaign=None), ANNA, 60, LOOK))
    assert "@ chooses one" in text


def test_evidence_from_outside_acts_on_nothing_and_fits() -> None:
    hostile = structs.replace(TOPICS, evidence="\x1b]0;title\x07[b]x[/b] " + "long " * 60)
    lines = why(_why(hostile), ANNA, 44, LOOK)
    assert "\x1b" not in _text(lines)
    assert "[b]x[/b]" in _text(lines)
    assert all(width_of(line) <= 44 for line in lines)
