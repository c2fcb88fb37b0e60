from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influtui.mail import parsing
from influtui.mail.classification import classify
from influtui.mail.headers import field_blocks
from influtui.mail.html_text import HtmlText, html_text
from influtui.mail.parsing import PARTS, TEXT_LIMIT, content, parse
from influtui.model.incoming import Fields, ParsedMessage
from influtui.model.replies import folded, spoken
from influtui.model.text import safe

MEAN = b"\x1b]52;c;ZXZpbA==\x07\x1b[2J\xc2\x9b2J\xe2\x80\xae"
"""Writes to the clipboard, clears the screen, and reads backwards."""


def mail(*headers: str, body: str = "Hello\n") -> bytes:
    return ("\r\n".join(headers) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode()


def test_every_real_message_becomes_a_record(samples: Path) -> None:
    files = [path for path in sorted((samples / "mail").rglob("*")) if path.is_file()]
    assert len(files) > 500
    for path in files:
        message = parse(path.read_bytes())
        assert msgspec.json.decode(msgspec.json.encode(message), type=ParsedMessage) == message, path


@settings(deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3_000))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    parse(raw)


PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=a\n", b"Content-Type: multipart/alternative; boundary=\"a\"\n", b"--a\n",
        b"--a--\n", b"\n", b"Content-Type: message/rfc822\n", b"Content-Type: message/delivery-status\n", b"From: \"a\n",
        b"Content-Type: text/html; charset=x-none\n", b"<div><p style='display:none'>x</p><a href='http://[x'>y</a>",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"=?utf-8?q?Hi=0D=0ABcc:?=",
        b"Subject: ", b"\xff\xfe", b"To: (((", b"Message-ID: <[x@y]>\n", b"Content-Type: text/plain; name*\n", b"\x00", b"\r",
        b"Content-Disposition: attachment; filename*0*=utf-9''%ff\n", b"begin 644 x\n", b"Date: 99 Foo\n", b"References: <",
    ]
)  # fmt: skip


@settings(deadline=2_000, max_examples=150)
@given(st.lists(PIECES, max_size=40))
def test_no_broken_structure_makes_it_raise(pieces: list[bytes]) -> None:
    parse(b"".join(pieces))


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\n\n" + b"a" * 3_000_000,
        b"Subject: " + b"=?utf-8?q?" * 300_000,
        b"To: " + b'"' * 1_500_000 + b"\\\"" * 700_000,
        b"To: " + b"(" * 3_000_000,
        b"References: " + b"<" * 3_000_000,
        b"From: " + b"a@" * 1_500_000,
        b"X: y\n" * 600_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 400_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(40_000)),
        b"Content-Type: message/rfc822\n\n" * 100_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 600_000,
        b"Content-Type: text/html\n\n" + b"<a href=x>" * 300_000,
        b"Content-Type: text/html\n\n" + b"<blockquote><p>x" * 180_000,
        b"Content-Type: message/delivery-status\n\n" + b"A: b\n\n" * 500_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"> x \n" * 600_000,
    ],
    ids=lambda raw: repr(raw[:24]),
)  # fmt: skip
def test_no_message_takes_long(raw: bytes) -> None:
    began = time.process_time()
    message = parse(raw)
    assert time.process_time() - began < 40
    assert len(message.body) <= TEXT_LIMIT + PARTS


def test_an_encoded_subject_cannot_bring_a_header_along() -> None:
    message = parse(mail("Subject: =?utf-8?q?Hi=0D=0ABcc:_evil@x.test?=", "From: a@b.test"))
    assert message.subject == "Hi  Bcc: evil@x.test" or message.subject == "Hi Bcc: evil@x.test"
    assert all(name != "bcc" for name, _ in message.headers)


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ('"a@good.test" <evil@bad.test>', "a@good.test", "evil@bad.test"),
        ("a@good.test <evil@bad.test>", "a@good.test", "evil@bad.test"),
        ("<a@good.test> <evil@bad.test>", None, "evil@bad.test"),
        ("=?utf-8?q?Anna_=3Ca=40good.test=3E?= <evil@bad.test>", "Anna <a@good.test>", "evil@bad.test"),
        ("anna@x.test (Anna (of X))", "Anna (of X", "anna@x.test"),
        ('"Last, First" <anna@X.Test>', "Last, First", "anna@x.test"),
        ("<@relay.test,@b.test:anna@x.test>", None, "anna@x.test"),
        ("undisclosed-recipients:;", None, None),
        ("Anna", None, None),
    ],
)
def test_the_last_angle_address_is_the_sender(value: str, name: str | None, address: str | None) -> None:
    message = parse(mail(f"From: {value}"))
    assert message.sender == address
    if name is not None:
        assert (message.sender_name or "").startswith(name)


def test_nothing_that_acts_on_a_terminal_comes_through() -> None:
    raw = (
        b'Subject: ' + MEAN + b'\nFrom: "' + MEAN + b'" <a@b.test>\nContent-Type: multipart/mixed; boundary=q\n\n'
        b"--q\nContent-Type: text/plain; charset=utf-8\n\nHi " + MEAN + b"\n"
        b'--q\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="' + MEAN + b'x.pdf"\n\nx\n--q--\n'
    )  # fmt: skip
    message = parse(raw)
    texts = [message.subject, message.sender_name, message.body, *(each.name for each in message.attachments)]
    assert any("\x1b" in (text or "") for text in texts), "kept as it came"
    for text in texts:
        shown = safe(text or "", lines=True)
        assert all(char == "\n" or char.isprintable() for char in shown), repr(shown)
    assert message.attachments[0].file_name.isprintable()


def test_a_page_reads_as_its_reader_would_see_it() -> None:
    page = (
        "<html><head><style>p{}</style></head><body><div style='display:none'>Secret preheader</div>"
        "<p>Hi <b>Anna</b>,<br>see <a href='https://evil.test/x'>www.bank.test</a> or "
        "<a href='https://www.shop.test/y'>shop.test</a>.</p><img src='https://t.test/p.gif' width=1 height=1>"
        "<img src='https://t.test/logo.png' alt='Logo'><script>alert(1)</script>"
        "<blockquote><div>Would you?</div></blockquote></body></html>"
    )
    message = parse(mail("Content-Type: text/html; charset=utf-8", body=page))
    assert message.is_html_only
    assert message.body == "Hi Anna,\nsee www.bank.test [evil.test] or shop.test.\n\n[Logo]\n\n> Would you?"
    assert (message.remote_images, message.tracking_pixels) == (2, 1)


@pytest.mark.parametrize(
    ("charset", "octets", "text"),
    [
        ("iso-8859-1", b"caf\xe9 \x93x\x94", "café “x”"),
        ("x-unknown", "café".encode(), "café"),
        ("us-ascii", "café".encode(), "café"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("unicode_escape", b"\\u0041", "\\u0041"),
        ("base64", b"aGk=", "aGk="),
    ],
)
def test_a_wrong_or_unknown_charset_costs_no_letters(charset: str, octets: bytes, text: str) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\n\n".encode() + octets
    assert parse(raw).body == text


def test_line_ends_of_every_kind_read_the_same() -> None:
    text = "Subject: Hi\nFrom: a@b.test\nContent-Type: text/plain\n\nOne\nTwo\n"
    first = parse(text.encode())
    assert parse(text.replace("\n", "\r\n").encode()) == first
    assert parse(text.replace("\n", "\r").encode()) == first
    assert first.body == "One\nTwo"


@pytest.mark.parametrize(
    "quoted",
    [
        '<hr id="stopSpelling">Date: Thu, 26 Nov 2026<br>From: us@x.test<br><div>Would you?</div>',
        '<div id="divRplyFwdMsg"><b>Lähettäjä:</b> Tom<br></div><div>Would you?</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><b>Od:</b> Tom</div><p>Would you?</p>',
        '<div class="gmail_quote"><div class="gmail_attr">כתב Tom:<br></div><blockquote>Would you?</blockquote></div>',
        '<div class="moz-cite-prefix">Dana 26. 11. 2026 Tom je napisao/la:</div><blockquote type="cite">Would you?</blockquote>',
        '<div class="ydp1 yahoo_quoted"><div>เมื่อ Tom:</div><div>Would you?</div></div>',
        '<hr id="zwchr" data-marker="__DIVIDER__"><b>From: </b>Tom<br>Would you?',
    ],
)
def test_what_a_program_marks_as_the_message_answered_folds_in_any_language(quoted: str) -> None:
    page = f"<html><body><div>I would love to.<br>Anna</div>{quoted}</body></html>"
    body = parse(mail("Content-Type: text/html; charset=utf-8", body=page)).body
    reply = folded(body)
    assert reply.written.split() == ["I", "would", "love", "to.", "Anna"]
    assert "Would you?" in reply.quoted


def test_an_answer_between_what_gmail_quotes_is_the_senders_own() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">On Thu Tom wrote:</div><blockquote>Price?</blockquote>'
        "<div>450 EUR</div><blockquote>When?</blockquote><div>In May</div></div>"
    )
    body = parse(mail("Content-Type: text/html; charset=utf-8", body=page)).body
    assert spoken(body).split() == ["450", "EUR", "In", "May"]


def parts(kind: str, body: str, count: int) -> bytes:
    """A message of `count` parts that are alike."""
    return mail(
        'Content-Type: multipart/mixed; boundary="b"', body=f"--b\nContent-Type: {kind}\n\n{body}\n" * count + "--b--\n"
    )


def test_pages_that_show_nothing_are_not_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(html: str) -> HtmlText:
        read.append(len(html))
        return html_text(html)

    monkeypatch.setattr(parsing, "html_text", counted)
    monkeypatch.setattr(parsing, "READ_LIMIT", 50_000)
    message = parse(parts("text/html", "<div>" * 2_000, 40))
    assert sum(read) <= 50_000
    assert any("text" in each for each in message.problems)


def test_blocks_of_reports_are_not_read_beyond_the_same_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(text: str) -> Iterator[Fields]:
        read.append(len(text))
        return field_blocks(text)

    monkeypatch.setattr(parsing, "field_blocks", counted)
    monkeypatch.setattr(parsing, "READ_LIMIT", 50_000)
    message = parse(parts("message/feedback-report", "A: b\n\n" + "A: b\n" * 2_000, 40))
    assert 0 < sum(read) <= 50_000
    assert message.problems


def test_lines_without_end_are_not_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LINES", 1_000)
    message = parse(b"Subject: x\n\n" + b"a\n" * 5_000)
    assert message.body.count("\n") <= 1_000
    assert "it has more than 1,000 lines; the others were not read" in message.problems


TOKENS = (
    b"\0", b"\r", b"\r\n\r\n", b"=?utf-8?b?", b"--", b'Content-Type: multipart/mixed; boundary=""\n', b"\xff\xfe", b"<", b"(",
    b"Content-Type: message/rfc822\n\n", b"charset=utf-16\n", b"name*0*=x''%", b'"', b"boundary=", b"\xe2\x80\xae", b"Date: ",
    b"Content-Transfer-Encoding: x-uuencode\n", b"Action: failed\nFinal-Recipient: ", b'{"notificationType":"Bounce"}',
)  # fmt: skip


def mutated(raw: bytes, others: list[bytes], chance: Random) -> bytes:
    """`raw` with bytes changed, cut out, doubled, and pieces of other messages and of mail's grammar put in."""
    made = bytearray(raw or b"x")
    for _ in range(chance.choice((1, 3, 20, 80))):
        at = chance.randrange(len(made) or 1)
        end = at + chance.choice((1, 20, 300))
        other = chance.choice(others)
        start = chance.randrange(len(other) or 1)
        made[at:end] = chance.choice(
            (
                b"",
                bytes([chance.randrange(256)]),
                bytes(made[at:end]) * 2,
                chance.choice(TOKENS),
                other[start : start + 300],
            )
        )
    return bytes(made)


def test_no_mutation_of_a_real_message_makes_anything_raise_or_lose_text(samples: Path) -> None:
    chance = Random(20_261_130)
    real = [path.read_bytes()[:50_000] for path in sorted((samples / "mail").rglob("*")) if path.is_file()]
    for _ in range(300):
        raw = mutated(chance.choice(real), real, chance)
        message = parse(raw)
        classify(message)
        content(raw, 0)
        reply = folded(message.body)
        assert message.body in (reply.written, reply.quoted, f"{reply.written}\n{reply.quoted}")
