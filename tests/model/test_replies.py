from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.replies import asks_to_stop, folded, spoken


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


@pytest.mark.parametrize(
    "opening",
    [
        "pe 20. lokakuuta 2017 klo 17.50 Jo Doe\n<jo@brand.test> kirjoitti:",
        "tir. 18. apr. 2017 kl. 13:09 skrev Jo Doe <jo@brand.test\n>:",
        "ср, 30 апр. 2025 г. в 15:19, Jo Doe <jo@brand.test>:",
        "2025年4月30日(水) 15:19 Jo Doe <jo@brand.test>:",
        "Dnia 27 grudnia 2016 12:08 Jo Doe <jo@brand.test> napisał(a):",
        "In data 11 ottobre 2017 21:11:31 Jo Doe <jo@brand.test> ha scritto:",
        "On Wed, 14 Nov 2018 08:14:43 -0200 Jo Doe <jo@brand.test> wrote",
        "________________________________\nFrån: Jo\nSkickat: den 3 juni\nTill: Anna",
        "发件人: Jo\n发送时间: 2025年4月30日\n收件人: Anna",
        "-------- Oprindelig besked --------\nFra: Jo",
        "Date: Fri, 23 Mar 2012 12:35:31 -0600\nSubject: Cake\nFrom: jo@brand.test\nTo: anna@x.test",
        "2012/10/19 Jo <jo@brand.test>",
        "Op 5 juli 2012 11:04 heeft Jo <jo@brand.test> het volgende geschreven:",
        "W dniu 5 lipca 2012 11:04 użytkownik Jo <jo@brand.test> napisał:",
        "Jo <jo@brand.test> 于2015年8月24日周一 下午10:13写道：",
        "Em qua., 24 de ago. de 2022 às 10:13, Jo <jo@brand.test> escreveu:",
        "------------------------------\n*From:* Jo [mailto:jo@brand.test]\n*Sent:* Friday\n*To:* Anna",
        "Sent from my iPhone\n\nOn Apr 3, 2012, at 4:19 PM, Jo <jo@brand.test> wrote:",
    ],
)
def test_a_quotation_is_known_in_the_languages_of_mail_programs(opening: str) -> None:
    reply = folded(f"Yes please!\n\nAnna\n\n{opening}\nWould you like a cake?\n")
    assert reply.written == "Yes please!\n\nAnna\n"
    assert reply.quoted.startswith(opening)


def test_the_senders_own_lines_are_found_below_what_they_quote() -> None:
    text = "On Mon, 3 Jun 2024 at 10:11, Jo <jo@brand.test> wrote:\n> Would you like a cake?\n> Or answer STOP.\n\nYes please!\n"
    assert folded(text).written == text
    assert spoken(text).split() == ["Yes", "please!"]


@pytest.mark.parametrize(
    "text",
    [
        "My address:\nAnna Doe\n1 Main St, 10:30 to 12:00, anna@x.test",
        "From: now on I am free\n\nTo be honest, it is fine.",
        "Ship it by 12.12.2026 please: DHL is fine.",
        "My rates for 2026:\n- a reel: 300\n- a story: 100",
        "---\nAnna",
        "Hi Tom,\nOn Monday I wrote:\nthat I am away. Fine?",
        "From: my side it is fine.\nTo: be clear, 450 EUR.",
    ],
)
def test_an_answer_with_dates_colons_and_rules_is_not_folded(text: str) -> None:
    assert folded(text).written == text


def test_a_wish_to_be_left_alone_is_heard_above_a_quotation_without_a_date() -> None:
    assert asks_to_stop("STOP\n\nOn Sun, Una wrote:\n> Answer STOP and we will not write again.\n")
    assert folded("Hi,\nOn Sunday Una wrote:\nthat she is away.\n").quoted == ""


def openings() -> list[tuple[str, str]]:
    rows = (Path(__file__).parent / "openings.tsv").read_text("utf-8").splitlines()
    return [
        (f"{program} {language}", opening.replace("\\n", "\n"))
        for program, language, opening in (row.split("\t") for row in rows if not row.startswith("#"))
    ]


@pytest.mark.parametrize("below", ["> Would you like tea?\n> Jo\n", "\nWould you like tea?\nJo\n"])
def test_quotations_are_folded_as_the_programs_of_thirty_languages_begin_them(below: str) -> None:
    left = {
        name: reply.written
        for name, opening in openings()
        if (reply := folded(f"Yes please!\n\nKim\n\n{opening}\n{below}")).written.strip() != "Yes please!\n\nKim"
    }
    assert not left
    assert len(openings()) > 150


MARKED = st.lists(st.sampled_from(["> Would you like tea?", "> ", ">> And cake?", "", "> Jo"]), min_size=1, max_size=6)
OWN = st.lists(
    st.sampled_from(
        ["Yes please!", "From: my side it is fine", "", "Kim", "-- ", "On Monday I am free:", "Date: any", "A: two", "____",
         "Sent from my phone", "12:30 suits me:", "> quoted?", "De: Paris", "*From:* here", "\u2028", "\x0c", "-----"]
    ),
    max_size=6,
)  # fmt: skip


@given(st.lists(st.one_of(OWN, MARKED, st.sampled_from(openings()).map(lambda each: each[1].split("\n"))), max_size=5))
def test_what_is_kept_and_what_is_folded_are_together_the_whole_letter(blocks: list[list[str]]) -> None:
    text = "\n".join(line for block in blocks for line in block)
    reply = folded(text)
    assert text in (reply.written, reply.quoted, f"{reply.written}\n{reply.quoted}")
    said = [line for line in spoken(text).split("\n") if line.strip()]
    assert all(line in text.split("\n") for line in said)


@pytest.mark.parametrize(
    "text",
    [
        "Von: Hamburg\nNach: Berlin\nAbfahrt: 10:11\n\nDas wäre mein Zug.",
        "Here you go:\n\nName: Kim\nAddress: Tea Lane 1\nDate: 3 June 2024\nTime: 10:11\n\nThanks!",
        "The plan of 2024-06-03 at 10:11:\n\nfirst the reel, then the story.",
        "-----\nAn idea\n-----\n\nWhat do you think?",
        "Sent from my heart, with love\nto all of you!",
    ],
)
def test_lists_plans_and_rules_of_ones_own_are_not_folded(text: str) -> None:
    assert folded(text).written == text


def test_what_stands_below_a_programs_name_is_folded_and_a_signature_is_no_answer() -> None:
    assert folded("Yes please!\n\nSent from my phone\n\nWould you like tea?").written.strip() == "Yes please!"
    text = "Yes please!\n\nOn 3 Jun 2024, Jo <jo@brand.test> wrote:\n> Tea?\n\n-- \nKim, maker of films\n"
    assert folded(text).written.strip() == "Yes please!"
