from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influtui.mail.answer_words import lists, wording, words
from influtui.mail.answers import written_text
from influtui.mail.parsing import parse
from influtui.mail.phrases import WORDS, Phrases, Pieces, Wording, found_at_a_word, needed_letters

WRITTEN = sorted(
    {
        run
        for each in lists()
        for pattern in each.patterns
        for run in re.findall(r"[^\W\d_]+(?:[ '][^\W\d_]+)*", pattern)
    }
)
"""What stands in the phrases themselves, so that texts made of it are near what they find."""

texts = st.lists(
    st.tuples(
        st.sampled_from(WRITTEN) | st.text(max_size=4),
        st.sampled_from((" ", " ", " ", "  ", "", ", ", ". ", "?", "_", "\u3000")),
    ),
    max_size=30,
).map(lambda pairs: "".join(part for pair in pairs for part in pair).casefold())


def asked_one_by_one(phrases: Phrases, text: str) -> tuple[str | None, int, str]:
    """What a list of phrases answers where every one of them is looked for."""
    found = [found_at_a_word(re.compile(each), text) for each in phrases.patterns]
    cut = text
    for each in phrases.patterns:
        cut = re.sub(each, " ", cut)
    first = next((each[0].strip() or None for each in found if each), None)
    return first, sum(each is not None for each in found), cut


def answered(phrases: Phrases, said: Wording) -> tuple[str | None, int, str]:
    return phrases.first_in(said), phrases.count_in(said), phrases.cut_from(said).text


@settings(deadline=None, max_examples=40)
@given(texts, st.integers(0, 60))
def test_looking_for_pieces_first_never_changes_what_is_found(text: str, limit: int) -> None:
    said = wording(text)
    for phrases in lists():
        assert answered(phrases, said) == asked_one_by_one(phrases, text)
        assert answered(phrases, said.head(limit)) == asked_one_by_one(phrases, text[:limit])


def test_nothing_is_found_otherwise_in_real_mail(samples: Path) -> None:
    for folder in ("crisp-reply-parser", "talon", "sisimai-bounces"):
        for path in sorted((samples / "mail" / folder).rglob("*"))[:40]:
            text = written_text(parse(path.read_bytes()).body) if path.is_file() else ""
            for phrases in lists():
                assert answered(phrases, wording(text)) == asked_one_by_one(phrases, text), path


def test_words_are_remembered_up_to_a_limit_and_read_the_same_afterwards() -> None:
    pieces = Pieces(["ab", "abc", "不"])
    for number in range(WORDS + 10):
        assert pieces.within(f"x{number}ab") == {"ab"}
    assert pieces.remembered <= WORDS
    assert pieces.within("xabcx ab 是不是") == {"ab", "abc", "不"}
    assert pieces.within("a b c") == frozenset()


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"\bnot (?:really )?interested\b", ("interested",)),
        (r"no thank(?:s| you)", ("no thank",)),
        ("colou?r", ("colo",)),
        ("stop|remove", ("stop", "remove")),
        (r"(?:stop|remove) me", ("stop", "remove")),
        ("[a-z]at all{2}x", ("at al",)),
        (r"pass on (?!to)this\.", ("pass on ",)),
        (r"(?:a|\d+) weeks?|x?", (" week", "")),
        (r"\bi.m (?:in|down)\b", ("in", "down")),
    ],
)
def test_the_letters_that_a_pattern_needs_stand_in_all_that_it_finds(pattern: str, letters: tuple[str, ...]) -> None:
    assert needed_letters(pattern) == letters


def test_no_pattern_of_ours_is_missed_for_the_letters_that_it_needs(samples: Path) -> None:
    bodies = [
        parse(path.read_bytes()).body.casefold()
        for folder in ("crisp-reply-parser", "talon", "sisimai-bounces")
        for path in sorted((samples / "mail" / folder).rglob("*"))[:150]
        if path.is_file()
    ]
    told = "\n".join(bodies)
    for pattern in (*(each for phrases in lists() for each in phrases.patterns), *words().returning.until):
        for found in re.finditer(pattern, told):
            assert any(letters in found[0] for letters in needed_letters(pattern)), pattern
