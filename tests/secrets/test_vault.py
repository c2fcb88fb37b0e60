"""Kept secrets that are encrypted: nothing on disk gives one away, and what cannot be opened says what to do."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from pathlib import Path

import pytest

from influtui.model.failures import Failure, NeedsConfiguration
from influtui.secrets import asking, kept, passwords, plugin_secrets, vault
from influtui.secrets.plugin_secrets import Wanted
from influtui.secrets.secret import Secret

CANARY = "canary-7f31-c0de"
WORDS = Secret("correct horse battery")
SAYS_WORDS = (sys.executable, "-c", "print('correct horse battery')")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "ROUNDS", 2**14)


def _as_another_process() -> None:
    vault._keys.clear()


async def _got(folder: Path, name: str) -> str | None:
    found = await kept.get(folder, name, what="secret")
    return found.reveal() if found else None


def _on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_what_was_kept_is_encrypted_and_can_be_read_with_the_passphrase_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept.put(tmp_path, "youtube.api_key", Secret(CANARY))
    assert CANARY.encode() in _on_disk(tmp_path)
    assert await kept.encrypt(tmp_path, "passphrase", WORDS) == ("youtube.api_key",)
    await kept.put(tmp_path, "jo@brand.test", Secret(f"{CANARY}-2"))
    assert CANARY.encode() not in _on_disk(tmp_path)
    assert stat.S_IMODE(vault.path_in(tmp_path).stat().st_mode) == 0o600
    _as_another_process()
    with pytest.raises(NeedsConfiguration, match="nobody can be asked"):
        await _got(tmp_path, "youtube.api_key")
    monkeypatch.setenv(vault.VARIABLE, "another")
    with pytest.raises(NeedsConfiguration, match="does not open"):
        await _got(tmp_path, "youtube.api_key")
    monkeypatch.setenv(vault.VARIABLE, WORDS.reveal())
    assert await _got(tmp_path, "youtube.api_key") == CANARY
    assert await _got(tmp_path, "jo@brand.test") == f"{CANARY}-2"


async def test_a_person_is_asked_once(tmp_path: Path) -> None:
    await kept.encrypt(tmp_path, "passphrase", WORDS)
    await kept.put(tmp_path, "a.key", Secret(CANARY))
    _as_another_process()
    asked: list[str] = []

    async def ask(question: str) -> str:
        asked.append(question)
        return WORDS.reveal()

    token = asking.ASK.set(ask)
    try:
        assert [await _got(tmp_path, "a.key") for _ in range(2)] == [CANARY, CANARY]
    finally:
        asking.ASK.reset(token)
    assert len(asked) == 1


async def test_nobody_is_asked_again_while_the_vault_is_being_opened(tmp_path: Path) -> None:
    await kept.put(tmp_path, "youtube.api_key", Secret("canary-7f31"))
    await kept.encrypt(tmp_path, "passphrase", Secret("correct horse battery"))
    _as_another_process()
    asked: list[str] = []
    others: list[asyncio.Task[str | None]] = []

    async def ask(question: str) -> str | None:
        asked.append(question)
        others.append(asyncio.create_task(_got(tmp_path, "youtube.api_key")))
        return "correct horse battery"

    token = asking.ASK.set(ask)
    try:
        assert await _got(tmp_path, "youtube.api_key") == "canary-7f31"
        assert await asyncio.gather(*others) == ["canary-7f31"]
    finally:
        asking.ASK.reset(token)
    assert len(asked) == 1


async def test_who_gives_no_passphrase_is_told_so(tmp_path: Path) -> None:
    await kept.encrypt(tmp_path, "passphrase", WORDS)
    await kept.put(tmp_path, "a.key", Secret(CANARY))
    _as_another_process()

    async def gives_up(question: str) -> None:
        return None

    token = asking.ASK.set(gives_up)
    try:
        with pytest.raises(NeedsConfiguration, match="no passphrase was given"):
            await _got(tmp_path, "a.key")
    finally:
        asking.ASK.reset(token)


async def test_a_command_gives_the_passphrase(tmp_path: Path) -> None:
    await kept.encrypt(tmp_path, "command", command=SAYS_WORDS)
    await kept.put(tmp_path, "a.key", Secret(CANARY))
    _as_another_process()
    assert await _got(tmp_path, "a.key") == CANARY


async def test_this_machines_key_opens_it_and_a_copy_of_the_workspace_alone_does_not(tmp_path: Path) -> None:
    await kept.encrypt(tmp_path / "w", "host_key")
    await kept.put(tmp_path / "w", "a.key", Secret(CANARY))
    _as_another_process()
    assert await _got(tmp_path / "w", "a.key") == CANARY
    assert stat.S_IMODE(vault.host_key().stat().st_mode) == 0o600
    assert not vault.host_key().is_relative_to(tmp_path / "w")
    _as_another_process()
    vault.host_key().chmod(0o644)
    with pytest.raises(NeedsConfiguration, match="read by others"):
        await _got(tmp_path / "w", "a.key")
    vault.host_key().unlink()
    with pytest.raises(NeedsConfiguration):
        await _got(tmp_path / "w", "a.key")


async def test_names_are_listed_and_forgotten_without_the_key(tmp_path: Path) -> None:
    await kept.encrypt(tmp_path, "passphrase", WORDS)
    await kept.put(tmp_path, "a.key", Secret(CANARY))
    _as_another_process()
    assert kept.names(tmp_path) == {"a.key": "encrypted"}
    assert "encrypted" in str(plugin_secrets.place(Wanted("a", "key"), tmp_path))
    assert await kept.drop(tmp_path, "a.key") is not None
    assert await kept.drop(tmp_path, "a.key") is None
    assert kept.names(tmp_path) == {}


async def test_another_key_takes_the_place_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept.encrypt(tmp_path, "passphrase", WORDS)
    await kept.put(tmp_path, "a.key", Secret(CANARY))
    await kept.encrypt(tmp_path, "passphrase", Secret("a newer passphrase"))
    _as_another_process()
    monkeypatch.setenv(vault.VARIABLE, WORDS.reveal())
    with pytest.raises(NeedsConfiguration, match="does not open"):
        await _got(tmp_path, "a.key")
    monkeypatch.setenv(vault.VARIABLE, "a newer passphrase")
    assert await _got(tmp_path, "a.key") == CANARY


async def test_a_box_under_another_name_or_changed_does_not_open(tmp_path: Path) -> None:
    await kept.encrypt(tmp_path, "passphrase", WORDS)
    await kept.put(tmp_path, "a.key", Secret(CANARY))
    path = vault.path_in(tmp_path)
    document = json.loads(path.read_bytes())
    document["secrets"]["b.key"] = document["secrets"]["a.key"]
    path.write_text(json.dumps(document))
    with pytest.raises(Failure, match=r"b\.key was changed"):
        await _got(tmp_path, "b.key")
    path.write_text("{}")
    with pytest.raises(NeedsConfiguration, match="cannot be read"):
        await _got(tmp_path, "a.key")


async def test_a_token_that_rotates_stays_encrypted_and_is_not_spent_where_its_successor_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotates = Wanted("tiktok", "refresh_token", env="TIKTOK_REFRESH_TOKEN", rotates=True)
    monkeypatch.setenv("TIKTOK_REFRESH_TOKEN", "rft.first")
    await kept.encrypt(tmp_path, "passphrase", WORDS)
    _as_another_process()

    async def exchange(old: str) -> str:
        return f"{old}+"

    with pytest.raises(NeedsConfiguration, match="nobody can be asked"):
        await plugin_secrets.renewed(tmp_path, rotates, exchange)
    monkeypatch.setenv(vault.VARIABLE, WORDS.reveal())
    assert await plugin_secrets.renewed(tmp_path, rotates, exchange) == "rft.first+"
    assert (await plugin_secrets.secret_for(rotates, tmp_path)).reveal() == "rft.first+"
    assert b"rft.first" not in _on_disk(tmp_path)


def test_where_a_password_comes_from_is_said_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from influtui.model.settings import MailAccount

    box = MailAccount(address="jo@brand.test", smtp_host="smtp.brand.test", username="jo", password_command=("pass",))
    assert passwords.place(box, tmp_path) == "a command (pass)"
    monkeypatch.setenv(passwords.variable("jo@brand.test"), CANARY)
    assert CANARY not in str(passwords.place(box, tmp_path))
