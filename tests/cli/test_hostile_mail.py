"""Hostile mail in every place where the command line shows it: not one byte of it acts on a terminal."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from mail_receiver import MailReceiver
from mail_server import PASSWORD, MailServer

from influtui.cli.main import main
from influtui.secrets.passwords import variable
from influtui.services.workspace import DATABASE
from influtui.store.functions import FUNCTIONS

ME = "hal@rig.test"
MEAN = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\x1b]0;title\x07\u202egnp.exe\u2066\x85x\u2028y"
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

Shown = Callable[..., str]


@pytest.fixture
def shown(
    receiver: MailReceiver, mail_server: MailServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shown:
    """Runs a command, for people and for programs; what both write, to both outputs. One letter has gone to Anna."""
    monkeypatch.setenv(variable(ME), PASSWORD)

    def run(*words: str, json: bool = True) -> str:
        main(list(words))
        if json:
            main(["--json", *words])
        told = capsys.readouterr()
        return told.out + told.err

    run(
        "account", "add", ME, "--smtp-host", "127.0.0.1", "--smtp-port", str(receiver.port), "--smtp-security", "none",
        "--imap-host", "127.0.0.1", "--imap-port", str(mail_server.port), "--imap-security", "none", json=False,
    )  # fmt: skip
    run("brand", "new", "Acme", "--postal-address", "1 Road", json=False)
    run("campaign", "new", "Spring", json=False)
    run("creators", "add", "instagram:anna", json=False)
    run("creators", "edit", "instagram:anna", "--set", "email=anna@mail.test", json=False)
    return run


def hostile(letter: str) -> bytes:
    """An answer whose every part is hostile."""
    return (
        f'From: "{MEAN}" <anna@mail.test>\nReply-To: "{MEAN}" <x@evil.test>\nSubject: {MEAN}\nMessage-ID: <1@mail.test>\n'
        f"In-Reply-To: {letter}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\n\nYes! {MEAN}\n"
        f'--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="{MEAN}.pdf"\n\nx\n--b--\n'
    ).encode()


def test_nothing_of_a_hostile_mail_acts_on_a_terminal(
    shown: Shown, receiver: MailReceiver, mail_server: MailServer, tmp_path: Path
) -> None:
    """Defences: `say`, `note`, each cell of a table, and JSON."""
    shown("campaign", "contact", "SPRING", "instagram:anna", "--template", "gift", "--yes", json=False)
    raw = hostile(receiver.received[0].message["Message-ID"])
    mail_server.deliver(ME, raw)
    (tmp_path / "mail.eml").write_bytes(raw)
    for words in (
        ("inbox", "sync"), ("inbox", "list"), ("inbox", "show", "1"), ("inbox", "show", "1", "--quotes"),
        ("inbox", "save", "1"), ("inbox", "classify", "1", "question"), ("inbox", "explain", str(tmp_path / "mail.eml")),
        ("inbox", "reply", "1", "--body", MEAN, "--dry-run"), ("inbox", "reply", "1", "--body", MEAN, "--yes"),
        ("today",), ("outbox", "list"), ("journal",), ("creators", "show", "instagram:anna"), ("collab", "list"),
    ):  # fmt: skip
        told = shown(*words)
        assert ACTS.search(told) is None, (words, told)
    assert "gnp.exe" in shown("inbox", "show", "1"), "it is shown, and does nothing"


def test_each_cell_of_the_list_of_conversations_is_harmless(shown: Shown, tmp_path: Path) -> None:
    """Defence: also where only an address is there to call somebody by, and whatever is in the database."""
    shown("inbox", "log-dm", "instagram:anna", "--text", "hi", json=False)
    connection = sqlite3.connect(tmp_path / "workspace" / DATABASE)
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
    connection.execute("UPDATE conversations SET creator_id = NULL, address = ?, subject = ?", (MEAN, MEAN))
    connection.execute("UPDATE persons SET name = ?", (MEAN,))
    connection.execute("UPDATE messages SET body = ?", (MEAN,))
    connection.commit()
    connection.close()
    for words in (("inbox", "list"), ("inbox", "show", "1"), ("inbox", "log-dm", "1", "--text", MEAN), ("journal",)):
        told = shown(*words)
        assert ACTS.search(told) is None, (words, told)


def test_nothing_that_a_server_says_acts_on_a_terminal(shown: Shown, receiver: MailReceiver) -> None:
    """Defence: a server's own words are outside text, in errors and in the outbox."""
    said = MEAN.replace("\x85", "").replace("\u2028", "")
    receiver.script["RCPT"] = f"450 4.2.0 {said}"
    told = shown("campaign", "contact", "SPRING", "instagram:anna", "--template", "gift", "--yes", json=False)
    for words in (
        ("outbox", "list"),
        ("outbox", "why", "1"),
        ("outbox", "plan"),
        ("inbox", "list"),
        ("inbox", "show", "1"),
    ):
        told += shown(*words)
    receiver.script = {"EHLO": f"421 4.3.2 {said}"}
    told += shown("account", "test")
    told += shown("outbox", "send", "1", "--yes")
    told += shown("worker", "--once")
    assert ACTS.search(told) is None, told
    assert "gnp.exe" in told
