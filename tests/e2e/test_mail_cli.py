"""Mail, end to end, through the command line: thirty people are written to, every kind of answer comes, each has its effect.

A real IMAP server and a real SMTP receiver.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from mail_receiver import MailReceiver, Received
from mail_server import PASSWORD, MailServer

from influtui.cli.main import main
from influtui.secrets.passwords import variable

ADDRESS = "una@rig.test"
PACE = """
[sending]
gap_s = 0
jitter_s = 0
window = "00:00-24:00"
days = "mon-sun"
daily_limit = 100
ramp_start = 100
"""


class Shell:
    """The command line, in this process: a process a command would cost half a minute for nothing more."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *words: str, exits: int = 0) -> tuple[str, str]:
        code = main(list(words))
        told = self._capsys.readouterr()
        assert code == exits, f"{words}: exit {code}\n{told.out}\n{told.err}"
        return told.out, told.err

    def json(self, *words: str, exits: int = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run("--json", *words, exits=exits)[0].splitlines()]


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], receiver: MailReceiver, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.setenv(variable(ADDRESS), PASSWORD)
    shell = Shell(capsys)
    shell.run(
        "account", "add", ADDRESS, "--name", "Una", "--smtp-host", "127.0.0.1", "--smtp-port", str(receiver.port),
        "--smtp-security", "none", "--imap-host", "127.0.0.1", "--imap-port", str(mail_server.port),
        "--imap-security", "none",
    )  # fmt: skip
    return shell


def people(path: Path) -> Path:
    """Forty invented creators with addresses."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["handle", "name", "followers", "email"])
    for number in range(40):
        table.writerow([f"baker{number:02d}", f"Baker {number}", 50_000 - number, f"baker{number:02d}@mail.test"])
    path.write_text(written.getvalue(), "utf-8")
    return path


def answer(letter: Received, text: str, *, headers: str = "", sender: str | None = None) -> bytes:
    message = letter.message
    return (
        f"From: {sender or letter.recipients[0]}\nTo: {ADDRESS}\nSubject: Re: {message['Subject']}\n"
        f"Message-ID: <re.{letter.recipients[0]}>\nIn-Reply-To: {message['Message-ID']}\n"
        f"References: {message['Message-ID']}\n{headers}\n{text}\n\nOn Sun, Una wrote:\n> STOP and we will not write again.\n"
    ).encode()


def bounce(letter: Received, reason: str) -> bytes:
    to = letter.recipients[0]
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: {ADDRESS}\nSubject: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n<{to}>: {reason}\n\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: {reason.split()[1]}\n"
        f"Diagnostic-Code: smtp; {reason}\n\n--b\nContent-Type: text/rfc822-headers\n\n"
        f"Message-ID: {letter.message['Message-ID']}\nTo: {to}\n\n--b--\n"
    ).encode()


def test_thirty_are_written_to_and_every_kind_of_answer_has_its_effect(
    shell: Shell, receiver: MailReceiver, mail_server: MailServer, tmp_path: Path
) -> None:
    shell.run("creators", "import", str(people(tmp_path / "people.csv")), "--platform", "instagram")
    shell.run("brand", "new", "Acme", "--postal-address", "Acme, Street 1, 12345 Town")
    shell.run("product", "new", "SERUM-30", "--name", "Serum")
    shell.run("campaign", "new", "Spring", "--wanted", "15", "--product", "SERUM-30")
    refs = [f"instagram:baker{number:02d}" for number in range(30)]
    shell.run("campaign", "shortlist", "add", *refs[:15])
    *_, meter = shell.json("campaign", "shortlist", "reserve", *refs[15:])
    assert (meter["picked"], meter["to_contact"]) == (15, 30)
    with (tmp_path / "workspace" / "config.toml").open("a", encoding="utf-8") as config:
        config.write(PACE)

    # Thirty letters, as the first step of a sequence.
    shell.run("sequence", "new", "soft", "--step", "0:gift", "--step", "3:last-note")
    shell.run("sequence", "enroll", "soft", "SPRING", *refs, "--approve", "--yes")
    assert shell.json("worker", "--once")[0]["sent"] == 30
    letters = {letter.recipients[0].partition("@")[0]: letter for letter in receiver.received}
    assert len(letters) == 30

    # Every kind of answer, among mail that is nobody's business.
    mail_server.deliver(
        ADDRESS,
        answer(letters["baker00"], "Yes, I would love to! Here is my address."),
        answer(letters["baker01"], "What is your budget, and by when?"),
        answer(letters["baker02"], "Thank you, but I am not interested."),
        answer(letters["baker03"], "STOP"),
        answer(letters["baker04"], "I am out of the office.", headers="Auto-Submitted: auto-replied\n"),
        bounce(letters["baker05"], "550 5.1.1 User unknown"),
        answer(
            letters["baker06"], "\x1b]0;gotcha\x07Yes please, count me in!", sender="\x1b[2Jevil <baker06@mail.test>"
        ),
        b"From: mum@family.test\nSubject: Sunday\nMessage-ID: <1@family.test>\n\nLunch?\n",
        f"From: who@agency.test\nSubject: Re: {letters['baker07'].message['Subject']}\n\nI manage a baker.\n".encode(),
    )
    [report] = shell.json("inbox", "sync")
    assert (report["looked"], report["kept"], report["passed"], report["unmatched"]) == (9, 8, 1, 1)
    classes = {row["ref"]: row["kind"] for row in shell.json("inbox", "list") if row["kind"]}
    assert {ref and ref[-2:]: kind for ref, kind in classes.items() if ref} == {
        "00": "interested", "01": "question", "02": "declined", "03": "unsubscribe", "04": "auto_reply", "05": "bounce",
        "06": "interested",
    }  # fmt: skip
    assert [row["address"] for row in shell.json("inbox", "list", "is:unmatched")] == ["who@agency.test"]
    assert "\x1b" not in shell.run("inbox", "list")[0] + shell.run("inbox", "list", "gotcha")[0]

    # Sequences stop for those who answered, pause for who is away, and go on for the others.
    states: dict[str, list[str]] = {}
    for row in shell.json("sequence", "show", "soft"):
        if row["schema"] == "influtui.enrolment/1":
            states.setdefault(row["state"], []).append(row["ref"][-2:])
    assert (sorted(states["stopped"]), states["paused"]) == (["00", "01", "02", "03", "05", "06"], ["04"])
    assert len(states["running"]) == 23
    assert shell.json("suppress", "check", refs[3])[0]["reason"] == "opted_out"
    assert shell.json("suppress", "check", "baker05@mail.test")[0]["reason"] == "bounced"
    stages = {row["ref"][-2:]: row["state"] for row in shell.json("collab", "list", "in:SPRING")}
    assert (stages["00"], stages["03"], stages["04"], stages["08"]) == (
        "in_conversation", "opted_out", "contacted", "contacted",
    )  # fmt: skip

    # Nothing comes twice, and one letter each lies in Sent.
    assert shell.json("inbox", "sync")[0]["looked"] == 0


def test_what_is_in_the_way_is_a_sentence_with_the_command_that_mends_it(
    shell: Shell, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(ADDRESS), "wrong")
    _, said = shell.run("inbox", "sync", exits=4)
    assert "refused the password of una@rig.test" in said
    assert "influtui secret set una@rig.test" in said
    monkeypatch.delenv(variable(ADDRESS))
    _, said = shell.run("inbox", "sync", exits=4)
    assert "influtui secret set una@rig.test" in said
    shell.run("account", "add", "tok@rig.test", "--smtp-host", "127.0.0.1", "--smtp-security", "none", "--imap-host",
              "127.0.0.1", "--imap-port", str(mail_server.port), "--imap-security", "none", "--oauth", "google")  # fmt: skip
    _, said = shell.run("inbox", "sync", "tok@rig.test", exits=4)
    assert "influtui account login tok@rig.test" in said
    _, said = shell.run("--read-only", "inbox", "sync", exits=1)
    assert "read-only" in said
