"""What stands in the way of mail, from the command line: a sentence, the command that mends it, the exit code; nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from mail_receiver import MailReceiver
from mail_server import PASSWORD, MailServer
from ran import Ran
from scripted_server import ScriptedServer

from influtui.mail import imap, submission
from influtui.secrets.passwords import variable

ME = "ida@rig.test"
IMAP = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n"


@pytest.fixture
def add(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Adds a mailbox at two ports, and a letter that waits in its outbox."""
    monkeypatch.setenv(variable(ME), PASSWORD)

    def added(smtp: int, imap_port: int, *, username: str = "") -> None:
        run(
            "account", "add", ME, "--smtp-host", "127.0.0.1", "--smtp-port", str(smtp), "--smtp-security", "none",
            "--imap-host", "127.0.0.1", "--imap-port", str(imap_port), "--imap-security", "none", "--username", username,
        )  # fmt: skip
        run("brand", "new", "Acme", "--postal-address", "1 Road, 12345 Town")
        run("campaign", "new", "Spring", "--brand", "Acme")
        run("creators", "add", "instagram:anna")
        run("creators", "edit", "instagram:anna", "--set", "email=anna@mail.test")
        run("config", "set", "sending.window", "00:00-24:00")
        run("config", "set", "sending.days", "mon-sun")
        assert (
            run("campaign", "contact", "SPRING", "instagram:anna", "--template", "gift", "--later", "--yes").code == 0
        )

    return added


def still_waits(run: Callable[..., Ran]) -> bool:
    return [row["state"] for row in run("outbox", "list", "--json").rows] == ["queued"]


def test_a_wrong_password_ends_every_command_with_four_and_the_letter_waits(
    run: Callable[..., Ran], add: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MailReceiver(password=PASSWORD).start()
    # Dovecot takes seconds to refuse, and longer each time: tests/e2e/test_mail_cli.py asks it once.
    refuses = ScriptedServer(IMAP, {b"AUTHENTICATE": b"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"})
    try:
        add(server.port, refuses.port, username=ME)
        monkeypatch.setenv(variable(ME), "wrong")
        tested, read, worked = run("account", "test"), run("inbox", "sync"), run("worker", "--once")
    finally:
        server.stop()
    assert (tested.code, read.code, worked.code) == (4, 4, 4)
    assert tested.err.count("refused the password of ida@rig.test") == 2, "both servers were tried"
    for ran in (tested, read, worked):
        assert f"influtui secret set {ME}" in ran.err
    assert "ida@rig.test was not read" in worked.err
    assert "ida@rig.test cannot send" in worked.err
    assert still_waits(run)


def test_without_a_password_the_command_that_keeps_one_is_named(
    run: Callable[..., Ran], add: Callable[..., None], receiver: MailReceiver, mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    add(receiver.port, mail_server.port, username=ME)
    monkeypatch.delenv(variable(ME))
    for words in (("account", "test"), ("inbox", "sync"), ("worker", "--once"), ("outbox", "send", "1", "--yes")):
        ran = run(*words)
        assert (ran.code, f"influtui secret set {ME}" in ran.err) == (4, True), words
    assert still_waits(run)


def test_a_server_that_is_down_does_not_hide_what_the_other_says(
    run: Callable[..., Ran], add: Callable[..., None], receiver: MailReceiver, mail_server: MailServer
) -> None:
    add(receiver.port, mail_server.port)
    receiver.stop()
    tested = run("account", "test", "--json")
    assert tested.code == 1
    [row] = tested.rows
    assert (row["failed"], row["tells_of_new_mail"]) == (["smtp"], True)
    assert f"nothing answers at 127.0.0.1:{receiver.port}" in tested.err
    assert "signed in; tells of new mail" in run("account", "test").out
    worked = run("worker", "--once", "--json")
    assert (worked.code, worked.rows[0]["read"], worked.rows[0]["needs_configuration"]) == (3, 1, False)
    assert still_waits(run)


SMTP = {b"EHLO": b"250-x\r\n250 AUTH PLAIN LOGIN\r\n"}
LATER = "421 4.7.0 Too many login attempts, please try again later"


@pytest.mark.parametrize(
    ("smtp", "imap_", "says"),
    [
        (
            ScriptedServer(b"HTTP/1.1 400 Bad Request\r\n"),
            ScriptedServer(b"220 mx.test ESMTP\r\n"),
            ("is no SMTP server: HTTP/1.1 400 Bad Request", "Check smtp_host", "no IMAP server", "Check imap_host"),
        ),
        (
            ScriptedServer(b"421 4.3.2 Overloaded\r\n", hangs_up=True),
            ScriptedServer(b"* BYE [LIMIT] Too many connections\r\n", hangs_up=True),
            ("would not talk to us: 421 4.3.2 Overloaded", "would not talk to us: Too many connections", "Try again later"),
        ),
        (
            ScriptedServer(b"220 x ESMTP\r\n", {**SMTP, b"AUTH": LATER.encode() + b"\r\n"}),
            ScriptedServer(IMAP, {b"AUTHENTICATE": b"{tag} NO [LIMIT] Too many sessions\r\n"}),
            (f"cannot check the password now: {LATER}", "does not let anybody in now: Too many sessions"),
        ),
        (
            ScriptedServer(b"220 x ESMTP\r\n", SMTP),
            ScriptedServer(IMAP, {b"AUTHENTICATE": b"* BYE Shutting down\r\n"}),
            ("did not answer in time", "would not talk to us: Shutting down"),
        ),
        (ScriptedServer(hangs_up=True), ScriptedServer(hangs_up=True), ("hung up",)),
        (ScriptedServer(), ScriptedServer(), ("did not answer in time", "Is the port right")),
        (ScriptedServer(b"\xff\x1b[2J\x00\r\n"), ScriptedServer(b"\xff\x1b[2J\x00\r\n"), ("is no SMTP server",)),
    ],
    ids=["not a mail server", "throttled", "throttled at sign-in", "gone at sign-in", "hangs up", "silent", "garbage"],
)  # fmt: skip
def test_what_a_server_does_instead_is_said_and_the_letter_waits(
    run: Callable[..., Ran], add: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
    smtp: ScriptedServer, imap_: ScriptedServer, says: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.setattr(submission, "PATIENCE", 0.3)
    monkeypatch.setattr(imap, "PATIENCE", 0.3)
    add(smtp.port, imap_.port, username=ME)
    tested, worked = run("account", "test"), run("worker", "--once")
    assert (tested.code, worked.code) == (1, 3)
    for sentence in says:
        assert sentence in tested.err
    assert "\x1b" not in tested.err + worked.err
    assert PASSWORD not in tested.err + worked.err
    assert still_waits(run)


def test_a_name_that_leads_nowhere_is_said(
    run: Callable[..., Ran], add: Callable[..., None], tmp_path: Any, receiver: MailReceiver
) -> None:
    add(receiver.port, receiver.port)
    config = tmp_path / "workspace" / "config.toml"
    config.write_text(config.read_text().replace('"127.0.0.1"', '"no-such.invalid"').replace('"none"', '"tls"'))
    tested = run("account", "test")
    assert tested.code == 1
    assert "no server is called no-such.invalid" in tested.err
    assert "Check smtp_host" in tested.err
    assert "Check imap_host" in tested.err


def test_a_full_mailbox_lets_answers_in_and_says_that_copies_wait(
    run: Callable[..., Ran], add: Callable[..., None], receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not MailServer.is_here():
        pytest.skip("no Dovecot here: apt-get install dovecot-imapd")
    quota = (
        "mail_plugins = quota\nprotocol imap {\n  mail_plugins = quota imap_quota\n}\nplugin {\n  quota = maildir:x\n"
    )
    with MailServer(extra=f"{quota}  quota_rule = *:bytes=1000\n}}\n") as server:
        add(receiver.port, server.port)
        assert run("worker", "--once", "--json").rows[0]["sent"] == 1
        monkeypatch.setattr("influtui.services.outgoing.reconciling.PATIENCE_MS", 0)
        letter = receiver.received[0].message
        server.deliver(
            ME, f"From: anna@mail.test\nIn-Reply-To: {letter['Message-ID']}\n\nYes, gladly! {'x' * 900}\n".encode()
        )
        read = run("inbox", "sync", "--json")
    assert (read.code, read.rows[0]["kept"], read.rows[0]["filed"]) == (3, 1, 0)
    [trouble] = read.rows[0]["troubles"]
    assert "the mailbox ida@rig.test is full" in trouble
    assert "Make room in it" in trouble


def test_times_are_told_to_people_in_one_form(
    run: Callable[..., Ran], add: Callable[..., None], receiver: MailReceiver, mail_server: MailServer
) -> None:
    add(receiver.port, mail_server.port)
    receiver.script["RCPT"] = "450 4.2.0 greylisted"
    run("outbox", "send", "1", "--yes")
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\dZ"
    for words in (("outbox", "list"), ("outbox", "why", "1"), ("outbox", "plan")):
        shown = run(*words).out
        assert re.search(stamp, shown), words
        assert not re.search(r"\dT\d\d:", shown), words
    assert run("outbox", "list", "--json").rows[0]["until"].endswith("Z")
