from __future__ import annotations

import ssl
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mail_receiver import DROP, HANG, MailReceiver
from scripted_server import ScriptedServer

from influtui.mail import submission as submitting
from influtui.mail.submission import Envelope, Unreachable, Withheld, connected
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets.secret import Secret

RAW = b"Subject: hello\r\n\r\nHi\r\n"
ENVELOPE = Envelope("jo@brand.test", "anna@mail.test")
MakeTls = Callable[[str], ssl.SSLContext]


def account(receiver: MailReceiver, **fields: Any) -> MailAccount:
    known = {
        "address": "jo@brand.test", "smtp_host": "127.0.0.1", "smtp_port": receiver.port, "smtp_security": "none",
        "username": "jo@brand.test",
    }  # fmt: skip
    return MailAccount(**(known | fields))


@contextmanager
def running(**options: Any) -> Iterator[MailReceiver]:
    server = MailReceiver(**options).start()
    try:
        yield server
    finally:
        server.stop()


async def nothing_against() -> None: ...


async def refused(box: MailAccount, secret: Secret | None = None) -> Failure:
    with pytest.raises(Failure) as failed:
        async with connected(box, secret):
            pass
    return failed.value


async def test_a_message_goes_over_tls_after_signing_in(server_tls: MakeTls) -> None:
    with running(password="right", tls=server_tls("127.0.0.1")) as server:
        async with connected(account(server, smtp_security="tls"), Secret("right")) as submission:
            assert submission.greeting.signed_in
            assert (submission.greeting.encryption or "").startswith("TLSv1.")
            outcome = await submission.submit(ENVELOPE, RAW, nothing_against)
        assert outcome.state == "sent"
        assert len(server.received) == 1


async def test_a_message_goes_over_starttls(server_tls: MakeTls) -> None:
    with running(password="right", starttls=server_tls("127.0.0.1")) as server:
        async with connected(account(server, smtp_security="starttls"), Secret("right")) as submission:
            assert submission.greeting.encryption
            assert (await submission.submit(ENVELOPE, RAW, nothing_against)).state == "sent"


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_of_another_name_is_refused_with_a_sentence(server_tls: MakeTls, security: str) -> None:
    tls = server_tls("other.test")
    with running(**({"tls": tls} if security == "tls" else {"starttls": tls})) as server:
        failed = await refused(account(server, smtp_security=security), Secret("right"))
    assert isinstance(failed, NeedsConfiguration)
    assert "certificate" in failed.message
    assert "account test" in (failed.hint or "")


async def test_an_unknown_authority_is_refused(server_tls: MakeTls, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tls=server_tls("127.0.0.1")) as server:
        monkeypatch.delenv("SSL_CERT_FILE")
        failed = await refused(account(server, smtp_security="tls"))
    assert "certificate" in failed.message


async def test_a_server_without_starttls_gets_no_password(receiver: MailReceiver) -> None:
    failed = await refused(account(receiver, smtp_security="starttls"), Secret("right"))
    assert "offers no encryption" in failed.message


async def test_plain_text_leaves_this_machine_never(receiver: MailReceiver) -> None:
    failed = await refused(account(receiver, smtp_host="smtp.brand.test"))
    assert isinstance(failed, NeedsConfiguration)
    assert receiver.connections == 0


async def test_tls_to_a_port_without_it_is_explained(receiver: MailReceiver) -> None:
    failed = await refused(account(receiver, smtp_security="tls"))
    assert "TLS" in failed.message
    assert "starttls" in (failed.hint or "")


async def test_a_wrong_password_names_the_command_and_is_repeated_nowhere() -> None:
    with running(password="right") as server:
        failed = await refused(account(server), Secret("hunter2-wrong"))
    assert failed.exit_code == 4
    assert "secret set jo@brand.test" in (failed.hint or "")
    told = "".join(traceback.format_exception(failed)) + repr(failed.__dict__)
    assert "hunter2-wrong" not in told


async def test_a_server_that_repeats_the_password_does_not_make_us_repeat_it(receiver: MailReceiver) -> None:
    receiver.script["RCPT"] = "550 denied for hunter2-wrong"
    box = account(receiver)
    async with connected(box, None) as submission:
        submission._secret = Secret("hunter2-wrong")
        outcome = await submission.submit(ENVELOPE, RAW, nothing_against)
    assert outcome.said == "denied for [redacted]"


async def test_a_password_for_a_server_that_takes_none_is_said(receiver: MailReceiver) -> None:
    failed = await refused(account(receiver), Secret("right"))
    assert "takes no password" in failed.message


@pytest.mark.parametrize("reply", ["421 4.3.2 closing", DROP])
async def test_a_server_that_hangs_up_at_once_is_unreachable(receiver: MailReceiver, reply: str) -> None:
    receiver.script["EHLO"] = reply
    assert isinstance(await refused(account(receiver)), Unreachable)


OFFERS = "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN"


@pytest.mark.parametrize(
    ("greeting", "replies", "security", "said", "kind"),
    [
        ("554 5.3.2 no service", {}, "none", "would not talk to us: 554 5.3.2", Unreachable),
        ("220 x", {b"EHLO": "421 4.3.2 busy", b"HELO": "421 4.3.2 busy"}, "none", "busy", Unreachable),
        (
            "220 x",
            {b"EHLO": "550 5.7.1 not you", b"HELO": "550 5.7.1 not you"},
            "none",
            "550 5.7.1 not you",
            Unreachable,
        ),
        ("220 x", {b"STARTTLS": "454 4.7.0 no TLS now"}, "starttls", "454 4.7.0 no TLS now", Unreachable),
        ("220 x", {b"STARTTLS": "501 5.5.4 never"}, "starttls", "501 5.5.4 never", Unreachable),
        ("220 x", {b"AUTH": "454 4.7.0 later"}, "none", "cannot check the password now: 454 4.7.0", Unreachable),
        ("220 x", {b"AUTH": "421 4.7.0 too many"}, "none", "cannot check the password now: 421 4.7.0", Unreachable),
        ("220 x", {b"AUTH": "535 5.7.8 wrong"}, "none", "refused the password", NeedsConfiguration),
        (
            "220 x",
            {b"AUTH": "550 5.7.30 basic authentication is off"},
            "none",
            "refused the password",
            NeedsConfiguration,
        ),
    ],
)
async def test_what_a_server_says_before_any_letter_is_told_apart(
    greeting: str, replies: dict[bytes, str], security: str, said: str, kind: type[Failure]
) -> None:
    """At each stage before MAIL: what may pass by itself, and what a setting or a password mends. No letter was offered."""
    lines = {b"EHLO": OFFERS, b"QUIT": "221 bye", **replies}
    with ScriptedServer(
        f"{greeting}\r\n".encode(), {name: f"{line}\r\n".encode() for name, line in lines.items()}
    ) as server:
        box = MailAccount(
            address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=server.port, smtp_security=security,  # type: ignore[arg-type]
            username="jo@brand.test",
        )  # fmt: skip
        failed = await refused(box, Secret("right"))
    assert type(failed) is kind
    assert said in failed.message
    assert "right" not in failed.message


async def test_a_name_that_does_not_exist_is_said(receiver: MailReceiver) -> None:
    failed = await refused(account(receiver, smtp_host="no-such-host.invalid", smtp_security="tls"))
    assert "no-such-host.invalid" in failed.message


async def test_a_claim_that_says_no_leaves_nothing_transmitted(receiver: MailReceiver) -> None:
    async def against() -> None:
        raise Withheld("opted out")

    async with connected(account(receiver), None) as submission:
        with pytest.raises(Withheld):
            await submission.submit(ENVELOPE, RAW, against)
        assert (await submission.submit(ENVELOPE, RAW, nothing_against)).state == "sent"
    assert len(receiver.received) == 1


async def test_lines_that_begin_with_a_dot_arrive_whole(receiver: MailReceiver) -> None:
    async with connected(account(receiver), None) as submission:
        await submission.submit(ENVELOPE, RAW + b".\r\n..two\r\n", nothing_against)
    assert receiver.received[0].raw == RAW + b".\r\n..two\r\n"


@pytest.mark.parametrize(("stage", "state"), [("RCPT", "deferred"), ("DATA", "unknown"), ("KEPT", "unknown")])
async def test_a_server_that_falls_silent_is_not_waited_for_for_ever(
    receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch, stage: str, state: str
) -> None:
    monkeypatch.setattr(submitting, "PATIENCE", 0.2)
    monkeypatch.setattr(submitting, "PATIENCE_AFTER_THE_DOT", 0.2)
    receiver.script[stage] = HANG
    async with connected(account(receiver), None) as submission:
        outcome = await submission.submit(ENVELOPE, RAW, nothing_against)
    assert (outcome.state, outcome.said) == (state, "no reply in time")


def test_the_reply_to_a_message_is_waited_for_as_long_as_the_standard_asks() -> None:
    assert submitting.PATIENCE_AFTER_THE_DOT >= 600


async def test_what_a_server_says_is_bounded_and_on_one_line(receiver: MailReceiver) -> None:
    receiver.script["RCPT"] = "550-" + "x" * 400 + "\r\n550 y"
    async with connected(account(receiver), None) as submission:
        outcome = await submission.submit(ENVELOPE, RAW, nothing_against)
    assert outcome.code == 550
    assert len(outcome.said) <= 300
    assert "\n" not in outcome.said
