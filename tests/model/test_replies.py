from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.replies import folded


@pytest.mark.parametrize(
    "opening",
    [
        "On Mon, 3 Jun 2024 at 10:11, Jo Doe <jo@brand.test> wrote:",
        "On Mon, 3 Jun 2024 at 10:11, Jo Doe\n<jo@brand.test> wrote:",
        "Am 03.06.2024 um 10:11 schrieb Jo Doe:",
        "Le lun. 3 juin 2024 à 10:11, Jo Doe <jo@brand.test> a écrit :",
        "El lun, 3 jun 2024 a las 10:11, Jo Doe (<jo@brand.test>) escribió:",
        "-----Original Message-----",
        "From: Jo Doe\nSent: Monday\nTo: Anna",
        "> Hi Anna,",
    ],
)
def test_what_is_quoted_below_an_answer_is_folded(opening: str) -> None:
    reply = folded(f"Yes please!\n\nAnna\n\n{opening}\n> Would you like a cake?\n")
    assert reply.written == "Yes please!\n\nAnna\n"
    assert reply.quoted.startswith(opening)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I am free: shall we talk?",
        "From my side it is fine.",
        "I am in: send it!\n\nAm Montag geht es.",
        "> Would you like a cake?\nYes please!\n> And a pie?\nNo.",
    ],
)
def test_what_was_written_is_never_folded(text: str) -> None:
    assert folded(text).written == text


@given(st.text(max_size=2_000))
def test_nothing_is_lost(text: str) -> None:
    reply = folded(text)
    assert text in (reply.written, reply.quoted, f"{reply.written}\n{reply.quoted}")


def test_no_word_of_a_real_mail_is_lost(samples: Path) -> None:
    files = sorted((samples / "mail").glob("*-reply-parser/**/*.txt"))
    assert files
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        reply = folded(text)
        assert text in (reply.written, reply.quoted, f"{reply.written}\n{reply.quoted}"), path
