from __future__ import annotations

import email
import re
from email import policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.mail import composing
from influtui.mail.addresses import Mailbox
from influtui.mail.composing import Draft, Unwritable, compose, known_ids, one_line, plain_body
from influtui.mail.headers import addresses

SENDER = Mailbox("Jo Doe", "jo@brand.test")
ANNA = Mailbox(None, "anna@mail.test")
OUTLOOK_ID = f"<{'A' * 86}@EURP250MB0001.test>"


def draft(**fields: object) -> Draft:
    known = {
        "sender": SENDER,
        "recipient": ANNA,
        "subject": "Hello",
        "body": "Hi\n",
        "message_id": "<a@brand.test>",
        "at": 1_795_348_800_000,
    }
    return Draft(**{**known, **fields})  # type: ignore[arg-type]


def headers(raw: bytes) -> list[tuple[str, str]]:
    parsed = email.message_from_bytes(raw, policy=policy.compat32)
    return [(name, re.sub(r"\r?\n(?=[ \t])", "", value)) for name, value in parsed.items()]


def test_a_subject_with_line_ends_makes_no_header_of_its_own() -> None:
    written = compose(draft(subject="Hi\r\nBcc: evil@x.test\r\n\r\nbody"))
    assert [name for name, _ in headers(written.raw)].count("Bcc") == 0
    assert dict(headers(written.raw))["Subject"] == "Hi Bcc: evil@x.test body"


def test_an_encoded_word_in_a_subject_stays_text() -> None:
    crafted = "=?utf-8?q?Hi=0D=0ABcc:_evil@x.test?="
    written = compose(draft(subject=crafted))
    subject = dict(headers(written.raw))["Subject"]
    assert str(make_header(decode_header(subject))) == crafted
    assert "Bcc" not in dict(headers(written.raw))


def test_ids_longer_than_a_line_stay_whole() -> None:
    written = compose(draft(in_reply_to=OUTLOOK_ID, references=(OUTLOOK_ID, "<b@c.test>")))
    assert f"\r\nIn-Reply-To: {OUTLOOK_ID}\r\n".encode() in written.raw
    assert dict(headers(written.raw))["References"] == f"{OUTLOOK_ID} <b@c.test>"


def test_a_long_thread_keeps_its_first_and_its_newest_ids() -> None:
    ids = [f"<{number}@x.test>" for number in range(100)]
    kept = known_ids(ids)
    assert (kept[0], kept[-1], len(kept)) == ("<0@x.test>", "<99@x.test>", 40)


def test_what_is_no_message_id_is_not_written_as_one() -> None:
    written = compose(draft(in_reply_to="hello\r\nBcc: evil@x.test", references=("<a b@c>", "<ok@x.test>")))
    assert "In-Reply-To" not in dict(headers(written.raw))
    assert dict(headers(written.raw))["References"] == "<ok@x.test>"


@pytest.mark.parametrize(
    "name", ["Bäcker, Öl & Söhne", 'Anna "the" Baker', "O'Neil (x)", "=?utf-8?q?x?=", "a" * 200, "李雷 🌱"]
)
def test_names_with_specials_come_back_as_they_were(name: str) -> None:
    written = compose(draft(sender=Mailbox(name, "jo@brand.test")))
    shown, address = parseaddr(dict(headers(written.raw))["From"])
    assert str(make_header(decode_header(shown))) == name
    assert address == "jo@brand.test"


def test_a_message_that_reads_back_differently_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "_folded", lambda name, words: f"{name}: {' '.join(words)}\r\nBcc: evil@x.test")
    with pytest.raises(Unwritable):
        compose(draft())


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the check of the written bytes: what stands before it must be right by itself."""
    monkeypatch.setattr(composing, "_verify", lambda *_: None)


@pytest.mark.usefixtures("unchecked")
def test_an_encoded_word_is_written_as_text_without_the_check_behind_it() -> None:
    """Defence: text that looks like an encoded word is encoded itself, in a subject and in a name."""
    crafted = "=?utf-8?q?Hi=0D=0ABcc:_evil@x.test?="
    found = dict(headers(compose(draft(subject=crafted, sender=Mailbox(crafted, "jo@brand.test"))).raw))
    assert str(make_header(decode_header(found["Subject"]))) == crafted
    assert str(make_header(decode_header(parseaddr(found["From"])[0]))) == crafted


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "name", ['Anna" <evil@x.test>, "', 'Anna\\" <evil@x.test>, \\"', "Anna <evil@x.test>,", "(Anna"]
)
def test_a_name_is_no_second_address_without_the_check_behind_it(name: str) -> None:
    """Defence: quotation marks and brackets in a name are quoted."""
    found = dict(headers(compose(draft(recipient=Mailbox(name, "anna@mail.test"))).raw))
    assert [each.address for each in addresses(found["To"])] == ["anna@mail.test"]
    assert parseaddr(found["To"]) == (one_line(name), "anna@mail.test")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1b", "\x85", "\x9b", "\u2028", "\u2029"]
)
def test_no_control_or_line_end_reaches_a_header_without_the_check_behind_it(end: str) -> None:
    """Defence: what any program may take for a line end, and what acts on a terminal, is a blank before it is written."""
    text = f"Hi{end}Bcc: evil@x.test"
    written = compose(draft(subject=text, sender=Mailbox(text, "jo@brand.test")))
    assert written.subject == ("HiBcc: evil@x.test" if end == "\x00" else "Hi Bcc: evil@x.test")
    found = headers(written.raw)
    assert "Bcc" not in dict(found)
    assert all(str(make_header(decode_header(value))).isprintable() for _, value in found)


def test_a_body_carries_no_control_character_to_its_reader() -> None:
    """Defence: a name or a note with escape sequences in a letter does nothing in its reader's terminal."""
    assert plain_body("a\x1b[2J\x00\x07\x9b1mb\tc\nd") == "a[2J1mb\tc\nd\n"


def test_a_body_that_reads_back_differently_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Defence: the body is read back too."""
    monkeypatch.setattr(composing, "quoted_printable", lambda body: b"=46oo\r\n")
    with pytest.raises(Unwritable):
        compose(draft(body="Bar\n"))


def test_a_line_that_no_server_takes_is_refused() -> None:
    """Defence: a line of more than 998 octets (RFC 5322, 2.1.1) is cut or refused on its way."""
    with pytest.raises(Unwritable):
        compose(draft(message_id=f"<{'a' * 1_000}@brand.test>"))


def test_the_signature_rule_keeps_its_blank_and_other_blanks_at_line_ends_go() -> None:
    assert plain_body("Hi  \r\n-- \nJo\n\n") == "Hi\n-- \nJo\n"


TEXT = st.text(max_size=300)
ADDRESS = st.from_regex(r"[a-z0-9.]{1,20}@[a-z]{1,10}\.test", fullmatch=True).filter(
    lambda text: ".." not in text and not text.startswith(".") and ".@" not in text
)


@given(subject=TEXT, sender=TEXT, recipient=TEXT, to=ADDRESS, body=TEXT, answered=TEXT)
def test_whatever_goes_in_the_reader_sees_what_was_meant(
    subject: str, sender: str, recipient: str, to: str, body: str, answered: str
) -> None:
    written = compose(
        draft(
            subject=subject,
            sender=Mailbox(sender, "jo@brand.test"),
            recipient=Mailbox(recipient, to),
            body=body,
            in_reply_to=answered,
        )
    )
    message = email.message_from_bytes(written.raw)
    names = [name for name in message if name not in ("In-Reply-To", "References")]
    assert names == [
        "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert str(make_header(decode_header(dict(headers(written.raw))["Subject"]))) == one_line(subject)
    assert dict(headers(written.raw))["To"].endswith(f"<{to}>" if one_line(recipient) else to)
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == plain_body(body)
    assert written.raw.isascii()
    head, _, rest = written.raw.partition(b"\r\n\r\n")
    assert max(map(len, rest.split(b"\r\n"))) <= 76
    assert b"\n" not in written.raw.replace(b"\r\n", b"")
    words = re.findall(rb"=\?utf-8\?b\?[^?]*\?=", head)
    assert all(len(word) <= 75 for word in words)


def test_a_way_out_is_offered_to_mail_programs_and_one_click_only_where_somebody_takes_it() -> None:
    mailto = "mailto:jo@brand.test?subject=unsubscribe%20abc"
    plain = dict(headers(compose(draft(unsubscribe=(mailto,))).raw))
    assert plain["List-Unsubscribe"] == f"<{mailto}>"
    assert "List-Unsubscribe-Post" not in plain
    click = dict(headers(compose(draft(unsubscribe=(mailto, "https://brand.test/u?id=abc"))).raw))
    assert click["List-Unsubscribe"].endswith("<https://brand.test/u?id=abc>")
    assert click["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "address", ["https://brand.test/\r\nBcc: evil@x.test", "javascript:alert(1)", "http://brand.test/", "mailto:a b"]
)
def test_what_is_no_address_of_a_way_out_makes_no_header(address: str) -> None:
    found = dict(headers(compose(draft(unsubscribe=(address,))).raw))
    assert not {"List-Unsubscribe", "Bcc"} & found.keys()
