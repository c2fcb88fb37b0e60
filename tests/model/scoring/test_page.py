"""The page about the scores says what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from influtui.model.scoring.rules import default_rules

PAGE = (Path(__file__).parents[3] / "docs/explanation/scores.md").read_text("utf-8")
RULES = default_rules()


def said(signal: str) -> str:
    """The first figure behind a signal's name in one of the page's tables."""
    found = re.search(rf"\| `{signal}` \| ([.0-9]+) \|", PAGE)
    return found[1] if found else ""


@pytest.mark.parametrize("signal", RULES.authenticity.__struct_fields__)
def test_the_page_names_the_points_of_each_signal_of_authenticity(signal: str) -> None:
    assert float(said(signal) or "nan") == getattr(RULES.authenticity, signal).points


@pytest.mark.parametrize("kind", ["relevance", "reach"])
def test_the_page_names_the_weight_of_each_signal(kind: str) -> None:
    weights = {
        name: rule["weight"]
        for name, rule in msgspec.to_builtins(getattr(RULES, kind)).items()
        if isinstance(rule, dict) and "weight" in rule
    }
    assert {name: float(said(name) or "nan") for name in weights} == weights


def test_the_page_names_the_weights_of_each_goal() -> None:
    for goal, weights in RULES.fit.items():
        cells = (weights.relevance, weights.authenticity, weights.reach)
        assert f"| {goal} | " + " | ".join(f"{cell:.2f}".removeprefix("0") for cell in cells) + " |" in PAGE
