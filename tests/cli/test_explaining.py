from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from influtui.cli.main import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with bytes on its standard input; gives its exit code and all that it said."""

    def act(*words: str, given: bytes = b"") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out + said.err

    return act


BOUNCE = (
    b"From: MAILER-DAEMON@mx.test\nTo: jo@brand.test\nSubject: failure notice\nReturn-Path: <>\n\n"
    b"Hi. This is the qmail-send program at mx.test.\n\n<anna@creator.test>:\n"
    b"Remote host said: 550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <a@brand.test>\n"
)


def test_a_person_sees_what_a_message_is_taken_for_and_what_follows(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_bytes(BOUNCE)
    code, said = run("inbox", "explain", str(file))
    assert code == 0, said
    assert "bounce: there is no such mailbox (5.1.1)" in said
    assert "anna@creator.test: userunknown (550 5.1.1): never write to it again" in said


def test_a_script_gets_the_whole_record_of_each_message(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_bytes(BOUNCE)
    answer = b"From: Anna <anna@creator.test>\nReply-To: x@other.test\n\nYes please!\n\n> Would you?\n"
    code, said = run("--json", "inbox", "explain", str(file), "-", given=answer)
    assert code == 0, said
    first, second = map(json.loads, said.splitlines())
    assert first["schema"] == "influtui.explained/1"
    assert first["classification"]["bounce"]["suppress"] is True
    assert second["classification"]["kind"] == "interested"
    assert (second["written"].strip(), second["quoted"].strip()) == ("Yes please!", "> Would you?")
    assert "other.test" in second["warnings"][0]


def test_nothing_in_a_message_reaches_the_terminal_as_a_command(run: Run) -> None:
    mean = b"\x1b]52;c;ZXZpbA==\x07\xc2\x9b2J\xe2\x80\xae"
    raw = (
        b'From: "' + mean + b'" <a@b.test>\nSubject: ' + mean + b"\nContent-Type: multipart/mixed; boundary=q\n\n"
        b"--q\nContent-Type: text/plain; charset=utf-8\n\nHi? " + mean + b"\n"
        b'--q\nContent-Type: text/x-a\nContent-Disposition: attachment; filename="' + mean + b'.exe"\n\nx\n--q--\n'
    )  # fmt: skip
    code, said = run("inbox", "explain", "-", given=raw)
    assert code == 0
    assert all(char == "\n" or char.isprintable() for char in said), repr(said)
    assert "can run as a program" in said or "reads backwards" in said or "read backwards" in said


@pytest.mark.parametrize(("name", "exit_code"), [("absent.eml", 2), (".", 1)])
def test_a_file_that_cannot_be_read_is_named(run: Run, name: str, exit_code: int, tmp_path: Path) -> None:
    code, said = run("inbox", "explain", str(tmp_path / name))
    assert code == exit_code
    assert "file" in said
