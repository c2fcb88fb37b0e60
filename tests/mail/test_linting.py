from __future__ import annotations

import pytest

from influtui.mail.linting import lint
from influtui.mail.templates import built_in
from influtui.model.templates import Template

GOOD = "Hi {{ first_name or 'there' }}, how are you?"


@pytest.mark.parametrize(
    ("subject", "body", "rule"),
    [
        ("Hello", GOOD, None),
        ("A subject that goes on and on until no telephone shows the end of it", GOOD, "subject_length"),
        ("Hello", GOOD + " word" * 150, "length"),
        ("Hello", GOOD + " https://a.test and https://b.test", "links"),
        ("Hello", GOOD + "\n-- \nhttps://a.test https://b.test", None),
        ("READ this", GOOD, "shouting"),
        ("Hello", GOOD + " Wow! Now! Yes!", "shouting"),
        ("Hello", GOOD + " Act now, it is for free.", "spam_words"),
        ("Hello", GOOD + " We have a casher.", None),
        ("Hello", GOOD + " We would like to send you a hat.", "disclosure"),
        ("Hello", GOOD + " We would like to send you {{ product }}. Please mark the post as #ad.", None),
        ("Hello", GOOD + " May we show you {{ product }}?", "disclosure"),
        ("Re: Hello", GOOD + " It is about the gift.", None),
        ("Hello", "Hi there, how are you?", "personal"),
    ],
)
def test_a_template_is_told_what_speaks_against_it(subject: str, body: str, rule: str | None) -> None:
    found = lint(Template(name="mine", subject=subject, body=body))
    assert [each.rule for each in found] == ([rule] if rule else [])


@pytest.mark.parametrize("name", sorted(built_in()))
def test_nothing_is_said_against_the_built_in_templates(name: str) -> None:
    assert lint(built_in()[name]) == []
