from __future__ import annotations

import copy
import pickle
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from influtui.model.failures import NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets.passwords import password_for, variable
from influtui.secrets.places import keep
from influtui.secrets.secret import Secret


def account(**fields: Any) -> MailAccount:
    known = {"address": "jo@brand.test", "smtp_host": "smtp.brand.test", "username": "jo@brand.test"}
    return MailAccount(**(known | fields))


async def revealed(box: MailAccount, folder: Path) -> str | None:
    secret = await password_for(box, folder)
    return secret.reveal() if secret else None


async def needs(box: MailAccount, folder: Path) -> NeedsConfiguration:
    with pytest.raises(NeedsConfiguration) as missing:
        await password_for(box, folder)
    return missing.value


def test_a_secret_is_in_no_text_that_is_made_of_it() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret!s} {[secret]} {secret:>20}"
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)


async def test_the_first_line_of_a_command_is_the_password(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "print('hunter2 with blanks'); print('login: jo')")
    assert await revealed(account(password_command=command), tmp_path) == "hunter2 with blanks"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/no/such/program",), "cannot be run"),
        ((sys.executable, "-c", "raise SystemExit(3)"), "exit code 3"),
        ((sys.executable, "-c", ""), "gave no password"),
    ],
)
async def test_a_command_that_fails_is_named(tmp_path: Path, command: tuple[str, ...], words: str) -> None:
    failed = await needs(account(password_command=command), tmp_path)
    assert words in failed.message
    assert failed.exit_code == 4


async def test_a_kept_password_is_private_and_found_again(tmp_path: Path) -> None:
    path = keep(tmp_path, "Jo@brand.test", Secret("hunter2"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert await revealed(account(), tmp_path) == "hunter2"
    keep(tmp_path, "jo@brand.test", Secret("newer"))
    assert await revealed(account(), tmp_path) == "newer"


async def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("hunter2\n")
    path.chmod(0o640)
    failed = await needs(account(password_file=str(path)), tmp_path)
    assert "can be read by others" in failed.message
    assert "hunter2" not in failed.message
    path.chmod(0o600)
    assert await revealed(account(password_file=str(path)), tmp_path) == "hunter2"


async def test_an_address_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    path = keep(tmp_path, "../../jo/x@brand.test", Secret("x"))
    assert path.parent == tmp_path / "secrets"


async def test_systemd_hands_a_password_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "influtui.jo@brand.test").write_text("from-systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert await revealed(account(), tmp_path) == "from-systemd"


async def test_the_environment_stands_before_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, "jo@brand.test", Secret("kept"))
    monkeypatch.setenv(variable("jo@brand.test"), "given")
    assert variable("jo@brand.test") == "INFLUTUI_PASSWORD_JO_BRAND_TEST"
    assert await revealed(account(), tmp_path) == "given"


async def test_without_a_password_the_command_that_supplies_one_is_named(tmp_path: Path) -> None:
    assert "secret set jo@brand.test" in ((await needs(account(), tmp_path)).hint or "")


async def test_a_mailbox_without_a_user_name_signs_in_nowhere(tmp_path: Path) -> None:
    assert await revealed(account(username=None), tmp_path) is None
