"""The panel of facets."""

from __future__ import annotations

from influtui.tui.render.facets import MOST, panel, values
from influtui.tui.render.spans import Look, width_of

COUNTED = {
    "tier": {"micro": 440, "nano": 104},
    "country": {"DE": 20, "AT": 3},
    "topic": {f"topic {number}": 100 - number for number in range(40)},
}


def test_values_stand_by_frequency_and_those_asked_for_first() -> None:
    chosen = values(COUNTED, "country:AT,CH vegan")
    assert [(each.value, each.found, each.asked) for each in chosen if each.facet == "country"] == [
        ("AT", 3, True),
        ("ch", 0, True),
        ("DE", 20, False),
    ]
    assert sum(each.facet == "topic" for each in chosen) == MOST


def test_the_cursor_is_where_the_panel_says_and_all_lines_fit() -> None:
    chosen = values(COUNTED, "tier:nano")
    for cursor in range(len(chosen)):
        lines, here = panel(chosen, cursor, 544, 38, Look(0))
        text = "".join(span.text for span in lines[here])
        assert text.startswith("›")
        assert chosen[cursor].value in text
        assert all(width_of(line) <= 38 for line in lines)


def test_a_value_that_would_be_found_more_often_is_not_drawn_beyond_the_edge() -> None:
    lines, _ = panel(values({"tier": {"macro": 173, "micro": 1_508, "nano": 308}}, "tier:macro"), 0, 173, 46, Look(0))
    bars = {line[1].text.strip(): line[-1].text for line in lines if len(line) == 4}
    assert {name: set(bar) for name, bar in bars.items()} == {"macro": {"█"}, "micro": {"█"}, "nano": {"█"}}
    assert len(bars["micro"]) > len(bars["nano"]) > len(bars["macro"])


def test_a_topic_from_outside_acts_on_nothing() -> None:
    lines, _ = panel(values({"topic": {"\x1b[2J[b]x": 3}}, ""), 0, 3, 40, Look(0))
    assert all("\x1b" not in span.text for line in lines for span in line)


def test_nobody_is_no_empty_panel() -> None:
    lines, _ = panel(values({}, ""), 0, 0, 40, Look(0))
    assert any("nothing to choose" in span.text for line in lines for span in line)
