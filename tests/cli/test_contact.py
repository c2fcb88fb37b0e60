"""The whole way of a letter on the command line, against a real SMTP server."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from mail_receiver import DROP, MailReceiver

from influtui.cli.main import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*words: str, given: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), "utf-8"))
        code = main(list(words))
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return call


@pytest.fixture
def server() -> Any:
    made = MailReceiver(password="right").start()
    yield made
    made.stop()


@pytest.fixture
def campaign(run: Run, server: MailReceiver) -> None:
    """A campaign, a mailbox with its password, Anna with and Ben without an e-mail address."""
    for words in (
        ("brand", "new", "Acme", "--postal-address", "1 Road, Town"),
        ("campaign", "new", "Spring", "--goal", "awareness"),
        ("account", "add", "jo@brand.test", "--name", "Jo Doe", "--smtp-host", "127.0.0.1", "--smtp-port", str(server.port),
         "--smtp-security", "none", "--username", "jo"),
        ("creators", "add", "https://www.instagram.com/anna/"),
        ("creators", "add", "https://www.tiktok.com/@ben"),
        ("creators", "edit", "instagram:anna", "--set", "email=anna@mail.test", "--set", "name=Anna Li"),
    ):  # fmt: skip
        assert run(*words).code == 0, words
    assert run("secret", "set", "jo@brand.test", given="right\n").code == 0


def test_a_letter_its_answer_and_ours(run: Run, campaign: None, server: MailReceiver) -> None:
    sent = run("campaign", "contact", "SPRING", "instagram:anna", "--template", "gift", "--yes", "--json")
    assert sent.code == 0
    assert [row["schema"] for row in sent.rows] == ["influtui.contact/1", "influtui.contact_report/1"]
    assert (sent.rows[0]["state"], sent.rows[1]["counts"]) == ("sent", {"sent": 1})
    assert "Hi Anna" in server.received[0].text

    number = str(sent.rows[0]["conversation"])
    assert run("inbox", "log-dm", number, "--text", "-", given="Yes please!\n").code == 0
    [waiting] = run("inbox", "list", "waits:us", "--json").rows
    assert (waiting["ref"], waiting["last"]) == ("instagram:anna", "Yes please!\n")
    assert run("inbox", "reply", number, "--body", "-", "--yes", given="Great!\n").code == 0
    assert server.received[1].message["In-Reply-To"] == server.received[0].message["Message-ID"]
    shown = run("inbox", "show", number)
    assert "Yes please!" in shown.out
    assert run("inbox", "list", "waits:us", "--json").rows == []


def test_who_cannot_be_reached_makes_it_done_in_part(run: Run, campaign: None, server: MailReceiver) -> None:
    sent = run("campaign", "contact", "instagram:anna", "tiktok:ben", "--template", "gift", "--yes", "--json")
    assert sent.code == 3
    assert {row["ref"]: row["state"] for row in sent.rows[:-1]} == {"instagram:anna": "sent", "tiktok:ben": "skipped"}
    assert "dm-hello" in next(row["hint"] for row in sent.rows if row.get("ref") == "tiktok:ben")


def test_nothing_is_sent_without_a_yes_or_with_a_dry_run(run: Run, campaign: None, server: MailReceiver) -> None:
    asked = run("campaign", "contact", "instagram:anna", "--template", "gift")
    assert asked.code == 2
    assert "--yes" in asked.err
    shown = run("campaign", "contact", "instagram:anna", "--template", "gift", "--dry-run")
    assert shown.code == 0
    assert "Hi Anna" in shown.out
    assert server.received == []
    assert run("inbox", "list", "--json").rows == []


def test_without_a_mailbox_the_command_that_adds_one_is_named(run: Run) -> None:
    run("brand", "new", "Acme", "--postal-address", "1 Road")
    run("campaign", "new", "Spring", "--goal", "awareness")
    run("creators", "add", "https://www.instagram.com/anna/")
    failed = run("campaign", "contact", "instagram:anna", "--template", "gift", "--yes")
    assert failed.code == 4
    assert "influtui account add" in failed.err


def test_a_wrong_password_is_exit_4_and_loses_nothing(run: Run, campaign: None, server: MailReceiver) -> None:
    run("secret", "set", "jo@brand.test", given="wrong-hunter2\n")
    failed = run("campaign", "contact", "instagram:anna", "--template", "gift", "--yes", "--json")
    assert failed.code == 4
    error = json.loads(failed.err)["error"]
    assert "secret set jo@brand.test" in error["hint"]
    assert "wrong-hunter2" not in failed.err + failed.out
    assert run("outbox", "list", "--json").rows == []
    assert run("account", "test").code == 4


def test_a_missing_variable_is_named_for_each_person(run: Run, campaign: None, server: MailReceiver) -> None:
    assert run("template", "new", "strict", "--subject", "Hi", "--body", "You are in {{ country }}").code == 0
    failed = run("campaign", "contact", "instagram:anna", "--template", "strict", "--yes", "--json")
    assert failed.code == 3
    assert "country is not known" in failed.rows[0]["reason"]
    assert server.received == []


def test_an_unknown_outcome_says_what_to_do_and_waits_for_a_word(
    run: Run, campaign: None, server: MailReceiver
) -> None:
    server.script["KEPT"] = DROP
    sent = run("campaign", "contact", "instagram:anna", "--template", "gift", "--yes", "--json")
    assert (sent.code, sent.rows[0]["state"]) == (3, "unknown")
    server.script.clear()
    number = str(sent.rows[0]["message"])
    why = run("outbox", "why", number)
    assert f"outbox resolve {number}" in why.out
    assert run("outbox", "send", "--yes").code == 0
    assert len(server.received) == 1
    assert run("outbox", "resolve", number, "--again").code == 2
    assert run("outbox", "resolve", number, "--sent").code == 0
    assert run("outbox", "list", "--json").rows == []


def test_templates_are_made_shown_changed_and_removed(run: Run, campaign: None) -> None:
    assert "gift" in {row["name"] for row in run("template", "list", "--json").rows}
    assert run("template", "new", "hello", "--subject", "Hi", "--body", "-", given="Dear {{ name }}\n").code == 0
    assert run("template", "edit", "hello", "--subject", "Hello {{ first_name }}").code == 0
    assert run("template", "show", "hello", "--json").rows[0]["subject"] == "Hello {{ first_name }}"
    preview = run("template", "preview", "hello", "instagram:anna")
    assert "Subject: Hello Anna" in preview.out
    assert run("template", "delete", "hello").code == 0
    assert run("template", "show", "hello").code == 2
    assert run("undo").code == 0
    assert run("template", "show", "hello").code == 0
    refused = run("template", "new", "bad", "--subject", "Hi", "--body", "{{ nam }}")
    assert refused.code == 2
    assert "Did you mean name?" in refused.err


def test_a_mailbox_is_added_to_the_file_as_it_was_written(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir(mode=0o700)
    config = folder / "config.toml"
    config.write_text("# mine\ncurrency = 'EUR'\n")
    for address in ("jo@brand.test", "info@brand.test"):
        assert (
            run(
                "account", "add", address, "--smtp-host", "smtp.brand.test", "--password-command", "pass 'my mail'"
            ).code
            == 0
        )
    assert config.read_text().startswith("# mine\ncurrency = 'EUR'\n")
    assert config.stat().st_mode & 0o777 == 0o600
    assert [row["address"] for row in run("account", "list", "--json").rows] == ["jo@brand.test", "info@brand.test"]
    assert 'password_command = [\n    "pass",\n    "my mail",\n]' in config.read_text()
    assert {row["username"] for row in run("account", "list", "--json").rows} == {"jo@brand.test", "info@brand.test"}
    assert run("secret", "set", "jo@brand.test", given="x\n").code == 2
    assert run("account", "add", "jo@brand.test", "--smtp-host", "smtp.brand.test").code == 2
    assert run("account", "add", "x@brand.test", "--smtp-host", "smtp.brand.test", "--smtp-security", "none").code == 4


def test_escapes_in_names_and_answers_reach_no_terminal(run: Run, campaign: None, server: MailReceiver) -> None:
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202eevil\x00"
    run("creators", "edit", "instagram:anna", "--set", f"name=Anna {hostile.replace(chr(0), '')}")
    sent = run("campaign", "contact", "instagram:anna", "--template", "gift", "--yes")
    run("inbox", "log-dm", "instagram:anna", "--text", "-", given=f"Yes {hostile}\n")
    shown = [
        sent,
        run("inbox", "list"),
        run("inbox", "show", "1"),
        run("inbox", "show", "1", "--json"),
        run("inbox", "list", "--json"),
    ]
    for ran in shown:
        assert not set(ran.out + ran.err) & set("\x1b\x07\x9b\u202e\x00"), ran
    assert b"\x1b" not in server.received[0].raw


def test_an_answer_is_written_in_an_editor_that_begins_with_the_draft(
    run: Run, campaign: None, server: MailReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "written in an editor\\n" >> "$1"\n')
    editor.chmod(0o700)
    run("campaign", "contact", "instagram:anna", "--template", "gift", "--yes")
    assert run("inbox", "reply", "1", "--editor", "--yes").code == 4
    monkeypatch.setenv("EDITOR", str(editor))
    assert run("inbox", "reply", "1", "--editor").code == 2
    assert "written in an editor" in run("inbox", "show", "1").out
    assert run("inbox", "reply", "1", "--editor", "--yes").code == 0
    assert server.received[1].text == "written in an editor\nwritten in an editor\n"


def test_who_asks_to_stop_is_never_written_to_again(run: Run, campaign: None, server: MailReceiver) -> None:
    run("campaign", "contact", "instagram:anna", "--template", "gift", "--yes")
    answer = "STOP!\n\nOn Sun, 22 Nov 2026, Jo Doe wrote:\n> answer with STOP and we will not write again\n"
    noted = run("inbox", "log-dm", "instagram:anna", "--text", "-", given=answer)
    assert "influtui inbox classify 1 unsubscribe" in noted.err
    assert run("suppress", "add", "instagram:anna").code == 2
    assert run("suppress", "add", "instagram:anna", "--dry-run").out.startswith("instagram:anna: may be written to")
    assert run("suppress", "add", "instagram:anna", "--yes").code == 0
    assert run("suppress", "check", "Anna@mail.test", "--json").rows[0]["reason"] == "opted_out"
    refused = run("campaign", "contact", "instagram:anna", "--template", "gift", "--again", "--yes", "--json")
    assert (refused.code, refused.rows[0]["state"]) == (3, "skipped")
    assert run("inbox", "reply", "1", "--text", "Sorry!", "--yes").code == 3
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("campaign", "contact", "instagram:nobody", "--template", "gift"), 2),
        (("campaign", "contact", "instagram:anna", "--template", "gfit"), 2),
        (("campaign", "contact", "NOSUCH", "instagram:anna", "--template", "gift"), 2),
        (("campaign", "contact", "SPRING", "nonsense", "--template", "gift"), 2),
        (("campaign", "contact", "--template", "gift"), 2),
        (("campaign", "contact", "instagram:anna", "--template", "gift", "--sent"), 2),
        (("inbox", "show", "99"), 2),
        (("inbox", "reply", "99", "--body", "x", "--yes"), 2),
        (("inbox", "log-dm", "instagram:nobody", "--text", "x"), 2),
        (("outbox", "why", "99"), 2),
        (("outbox", "send", "99"), 2),
        (("outbox", "resolve", "99", "--sent"), 2),
        (("outbox", "resolve", "99"), 2),
        (("account", "test", "nobody@brand.test"), 2),
        (("secret", "set", "nobody@brand.test"), 2),
        (("template", "edit", "gift"), 2),
        (("template", "delete", "gift"), 2),
        (("account", "add", "x@brand.test", "--smtp-host", "smtp.brand.test", "--read-only"), 1),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(
    run: Run, campaign: None, words: tuple[str, ...], code: int
) -> None:
    failed = run(*words)
    assert failed.code == code, failed
    assert failed.err.startswith("influtui: ")
    assert "Traceback" not in failed.err
