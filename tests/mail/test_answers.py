from __future__ import annotations

import time
from datetime import date
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bench import answers as bench

from influtui.mail.classification import applies, classify, classify_text, learned
from influtui.mail.parsing import parse
from influtui.mail.returning import returns_on
from influtui.model.incoming import KINDS, LocalRule, ParsedMessage
from influtui.model.times import Millis

NOVEMBER_28_2026 = Millis(1_795_867_200_000)


def received(body: str, *headers: str, subject: str = "Re: Hello") -> ParsedMessage:
    top = [
        "From: Anna <anna@creator.test>", f"Subject: {subject}", "Date: Sat, 28 Nov 2026 12:00:00 +0000",
        "Content-Type: text/plain; charset=utf-8", *headers,
    ]  # fmt: skip
    return parse(("\r\n".join(top) + "\r\n\r\n" + body).encode())


OURS = (
    "\n\nOn Mon, 3 Jun 2024 at 10:11, Jo <jo@brand.test> wrote:\n> Are you interested?\n"
    "> If not, answer STOP and we will not write again. Unsubscribe any time.\n"
)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("STOP", "unsubscribe"),
        ("Please remove me from your list.", "unsubscribe"),
        ("unsubscribe", "unsubscribe"),
        ("Don't contact me again", "unsubscribe"),
        ("Bitte keine weiteren E-Mails.", "unsubscribe"),
        ("Merci de ne plus me contacter", "unsubscribe"),
        ("Hi Jo, thanks for reaching out but I'm not interested.", "declined"),
        ("No thank you!", "declined"),
        ("It's not a good fit for my audience, sorry", "declined"),
        ("I'm not taking on any new brand partnerships right now.", "declined"),
        ("Leider habe ich im Moment keine Zeit und muss absagen", "declined"),
        ("No, gracias", "declined"),
        ("What is your budget?", "question"),
        ("Yes, I'd love to! Where would you ship it from?", "question"),
        ("Could you send me more details about the campaign", "question"),
        ("¿Cuánto pagan?", "question"),
        ("Yes please!", "interested"),
        ("Hi! I'm definitely interested, my rate card is attached.", "interested"),
        ("How are you? I would love to work with you.", "interested"),
        ("Sounds great, let's do it", "interested"),
        ("Klingt super, ich bin dabei", "interested"),
        ("Avec plaisir", "interested"),
        ("Да, мне интересно", "interested"),
        ("Спасибо, не интересно", "declined"),
        ("興味があります", "interested"),
        ("merci de me retirer de votre liste", "unsubscribe"),
        ("Delete my data.", "unsubscribe"),
        ("I'm exclusive with another brand until March.", "declined"),
        ("Please talk to my manager", "other"),
        ("Got it.", "other"),
        ("My subscribers tend to unsubscribe when I post too many ads, but I love to try new things", "interested"),
    ],
)
def test_what_somebody_answered_is_known_by_its_words_and_never_by_ours(said: str, kind: str) -> None:
    found = classify(received(said + OURS))
    assert (found.kind, bool(found.why)) == (kind, True), found
    assert classify_text(said).kind == kind


def test_an_automatic_answer_in_an_app_is_one_too() -> None:
    found = classify_text("I am out of the office until 2026-12-20, automatic reply", NOVEMBER_28_2026)
    assert (found.kind, found.returns_on) == ("auto_reply", date(2026, 12, 20))


def test_a_mail_to_the_list_unsubscribe_address_needs_no_words() -> None:
    assert classify(received("", subject="unsubscribe")).kind == "unsubscribe"


@pytest.mark.parametrize(
    ("subject", "body", "header", "back"),
    [
        ("Automatic reply: Hello", "I am out of office until 12 December.", "", date(2026, 12, 12)),
        ("Re: Hello", "I'm on holiday, back on Jan 4th. For urgent matters call Bo.", "", date(2027, 1, 4)),
        ("Abwesenheitsnotiz", "Ich bin bis zum 13.12.2026 nicht im Büro.", "", date(2026, 12, 13)),
        ("Réponse automatique", "Je suis absent jusqu'au 15 décembre", "", date(2026, 12, 15)),
        ("Respuesta automática", "Estaré fuera hasta el 20 de diciembre de 2026", "", date(2026, 12, 20)),
        ("Risposta automatica", "Sono in ferie fino al 10 dicembre", "", date(2026, 12, 10)),
        ("Automatisch antwoord", "Ik ben afwezig t/m 3 december", "", date(2026, 12, 3)),
        ("自動応答", "12月5日まで不在にしております", "", date(2026, 12, 5)),
        ("OOO", "Travelling December 1-9. Back after that.", "", date(2026, 12, 9)),
        ("Re: Hello", "Back soon!", "Auto-Submitted: auto-replied", None),
        ("Re: Hello", "I am away, back on Wednesday", "X-Autoreply: yes", date(2026, 12, 2)),
        ("Out of office", "I return on 2026-12-07", "", date(2026, 12, 7)),
        ("Out of office", "Call +1 555 010 9999 or see https://x.test/2026/12/01", "", None),
    ],
)
def test_an_automatic_answer_says_when_its_sender_is_back(
    subject: str, body: str, header: str, back: date | None
) -> None:
    found = classify(received(body, *([header] if header else []), subject=subject))
    assert (found.kind, found.returns_on) == ("auto_reply", back), found


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("I'm on vacation until Monday but I'd love to do this!", ()),
        ("Yes please", ("X-Auto-Response-Suppress: All",)),
        ("Yes please", ("Auto-Submitted: no",)),
        ("Yes please", ("Precedence: bulk",)),
    ],
)
def test_a_person_is_not_taken_for_a_program(body: str, headers: tuple[str, ...]) -> None:
    assert classify(received(body, *headers)).kind == "interested"


def test_a_correction_holds_for_messages_like_that_one_and_no_others() -> None:
    first = received("Cheers for the note, my agent handles those.\n\nAnna")
    assert classify(first).kind == "other"
    rule = learned(first, "question")
    assert rule is not None
    again = received("Cheers for the note, my agent handles those.\n\nAnna\n" + OURS)
    found = classify(again, corrections=[rule])
    assert (found.kind, found.rule) == ("question", rule.id)
    assert "creator.test" in found.why
    assert classify(received("Yes please"), corrections=[rule]).kind == "interested"
    stranger = parse(b"From: x@other.test\n\nCheers for the note, my agent handles those.\n\nAnna")
    assert not applies(rule, stranger)


def test_a_correction_of_a_shared_domain_holds_for_one_address() -> None:
    message = parse(b"From: anna@gmail.com\nSubject: Hi there\n\nMy agent handles those things\n")
    rule = learned(message, "declined")
    assert rule is not None
    assert (rule.sender, rule.domain) == ("anna@gmail.com", None)


def test_a_rule_for_everybody_is_no_rule() -> None:
    assert not applies(LocalRule(id="x", kind="declined", phrase="yes please"), received("Yes please"))


@settings(deadline=2_000)
@given(st.text(max_size=800), st.text(max_size=80))
def test_any_text_has_a_class_and_a_reason(body: str, subject: str) -> None:
    found = classify(received(body.replace("\r", " "), subject=" ".join(subject.split())))
    assert found.kind in KINDS
    assert found.why


@pytest.mark.parametrize(
    "body",
    [
        "unknown user " * 80_000, "a@b.test\n" * 110_000, "Final-Recipient: x\n\n" * 50_000, "> " * 500_000,
        "On " * 330_000, "not " * 80_000, "?" * 1_000_000, "From: a\nTo: b\n" * 60_000, "until 1 may " * 80_000,
        "user name address " * 50_000, "\n" * 1_000_000, "On 1 wrote:\n> x\nAm 2 schrieb:\n" * 30_000, "-" * 1_000_000,
        "Message-ID: <" * 80_000, ("x" * 300 + " ") * 3_000, "the the the " * 80_000, "<" * 1_000_000,
    ],
    ids=lambda body: repr(body[:16]),
)  # fmt: skip
@pytest.mark.parametrize("sender", ["anna@creator.test", "MAILER-DAEMON@x.test"])
def test_no_text_takes_long_to_understand(body: str, sender: str) -> None:
    message = parse(f"From: {sender}\nSubject: Undelivered mail\n\n{body}".encode())
    began = time.process_time()
    classify(message)
    assert time.process_time() - began < 20, "1 MB is all that is kept of a message's text"


def test_a_day_that_could_be_two_is_the_later_one() -> None:
    assert returns_on("back on 3/12", NOVEMBER_28_2026) == date(2027, 3, 12)
    assert returns_on("zurück am 3.12.", NOVEMBER_28_2026) == date(2026, 12, 3)
    assert returns_on("until 31/12/2026", NOVEMBER_28_2026) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("file", "share"), [("answers_of_creators.tsv", 0.95), ("answers_of_creators_unseen.tsv", 0.85)]
)
def test_what_invented_creators_write_is_understood_and_nothing_follows_wrongly(file: str, share: float) -> None:
    told = bench.told(file)
    assert told.right / told.count >= share
    assert not told.acted_wrongly
    assert told.days / told.absent >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "Please don't send me the sample before July, I am away. Otherwise count me in!",
        "Delete my previous email, the address in it is wrong.",
        "Please remove the second photo from the draft.",
        "I stopped posting for a week, sorry for the delay.",
        "Bitte schickt mir das Paket nicht mehr ins Büro.",
        "Ich schreibe diese Woche nicht mehr, melde mich Montag.",
        "No puedo mandar más fotos hoy.",
        "Je ne peux plus envoyer la vidéo aujourd'hui.",
        "Não enviei mais fotos ainda.",
        "Non posso più inviare le foto.",
        "Ik kan de video vandaag niet meer sturen.",
        "Ik heb geen mails van jullie ontvangen.",
        "写真を削除して送り直します。",
        "메일을 아직 보내지 않았습니다.",
        "请不要寄到旧地址。",
        "Посылку не отправляйте на старый адрес.",
    ],
)
def test_what_is_about_parcels_and_pictures_unsubscribes_nobody(text: str) -> None:
    assert classify_text(text).kind != "unsubscribe"


JUNE_1_2026: Final = Millis(1_780_308_000_000)
"""A Monday."""


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("I'm out until 6/15.", '2026-06-15'),
        ('out of office from June 3 to June 12, 2026', '2026-06-12'),
        ('I return on the 15th of June', '2026-06-15'),
        ('back in the office Tuesday, June 9th', '2026-06-09'),
        ("I'll be back on Monday.", '2026-06-08'),
        ('returning 2026-06-15', '2026-06-15'),
        ('Out 06/02 - 06/08, back 06/09', '2026-06-09'),
        ('I will be away 3-10 June.', '2026-06-10'),
        ('away between 3 June and 17 June', '2026-06-17'),
        ('on leave through 30th June 2026', '2026-06-30'),
        ('available again from July 1st', '2026-07-01'),
        ('return to work on 4 January 2027', '2027-01-04'),
        ('Ich bin vom 3.6. bis 12.6. nicht da.', '2026-06-12'),
        ('Ab Montag, den 8. Juni, bin ich wieder da.', '2026-06-08'),
        ('am 30. Juni bin ich zurück', '2026-06-30'),
        ('bis einschließlich Freitag, 12. Juni 2026', '2026-06-12'),
        ('Ich bin ab 15.06.2026 wieder erreichbar.', '2026-06-15'),
        ('vom 01.06. – 14.06.26', '2026-06-14'),
        ('Je suis absent du 1er au 12 juin 2026.', '2026-06-12'),
        ('De retour le lundi 15 juin.', '2026-06-15'),
        ("absente jusqu'au 20/06/2026 inclus", '2026-06-20'),
        ('je reprends le 1er juillet', '2026-07-01'),
        ('Estaré fuera hasta el viernes 12 de junio.', '2026-06-12'),
        ('Regreso el 15/06', '2026-06-15'),
        ('de vacaciones del 1 al 14 de junio', '2026-06-14'),
        ('vuelvo a la oficina el 22 de junio', '2026-06-22'),
        ('Sono in ferie dal 1 al 14 giugno.', '2026-06-14'),
        ('Rientro lunedì 15 giugno', '2026-06-15'),
        ('fino al 12/06/2026 compreso', '2026-06-12'),
        ('Estou de férias até 15 de junho de 2026.', '2026-06-15'),
        ('Regresso no dia 22/06', '2026-06-22'),
        ('retorno em 16/06/2026', '2026-06-16'),
        ('Ik ben afwezig tot en met 12 juni.', '2026-06-12'),
        ('Vanaf maandag 15 juni ben ik weer bereikbaar.', '2026-06-15'),
        ('Ik ben terug op 15-06-2026', '2026-06-15'),
        ('Jestem nieobecna do 12 czerwca 2026 r.', '2026-06-12'),
        ('Wracam 15.06.2026', '2026-06-15'),
        ('Jag är tillbaka den 15 juni.', '2026-06-15'),
        ('Jeg er tilbage d. 15. juni', '2026-06-15'),
        ('Jeg er på ferie til og med 12. juni', '2026-06-12'),
        ('Olen lomalla 12.6. asti.', '2026-06-12'),
        ('Palaan töihin 15.6.2026', '2026-06-15'),
        ('Я в отпуске до 15 июня.', '2026-06-15'),
        ('Вернусь 15.06.2026', '2026-06-15'),
        ('Jsem mimo kancelář do 12. června.', '2026-06-12'),
        ('Szabadságon vagyok június 12-ig.', '2026-06-12'),
        ("12 Haziran'a kadar izindeyim.", '2026-06-12'),
        ('6月15日まで休暇をいただいております', '2026-06-15'),
        ('2026年6月15日(月)より出社いたします', '2026-06-15'),
        ('6月1日から6月10日まで不在', '2026-06-10'),
        ('6/15(月)まで不在にしております', '2026-06-15'),
        ('6월 15일까지 휴가입니다', '2026-06-15'),
        ('6월 1일부터 6월 10일까지 부재중', '2026-06-10'),
        ('我将于6月15日返回', '2026-06-15'),
        ('休假至2026年6月15日', '2026-06-15'),
        ('休假时间为6月1日-6月10日', '2026-06-10'),
        ('Thanks, we founded the firm on 3 May 2019.', None),
        ('Call me at 12-15 anytime', None),
        ('version 1.2.3 of the brief', None),
        ('I posted 5 reels and 10 stories', None),
    ],
)  # fmt: skip
def test_the_day_of_return_is_read_in_many_languages_and_ways_of_writing_days(said: str, back: str | None) -> None:
    assert returns_on(said, JUNE_1_2026) == (None if back is None else date.fromisoformat(back))
