from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from influtui.model.failures import NeedsConfiguration
from influtui.secrets import plugin_secrets
from influtui.secrets.plugin_secrets import Wanted, place, secret_for
from influtui.secrets.secret import Secret

KEY = Wanted("tube", "api_key", "TUBE_API_KEY")


async def test_the_environment_comes_first_ours_before_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plugin_secrets.keep(tmp_path, KEY, Secret("from-the-file"))
    monkeypatch.setenv("TUBE_API_KEY", "from-theirs")
    assert (await secret_for(KEY, tmp_path)).reveal() == "from-theirs"
    monkeypatch.setenv("INFLUTUI_PLUGIN_TUBE_API_KEY", "from-ours")
    assert (await secret_for(KEY, tmp_path)).reveal() == "from-ours"
    assert place(KEY, tmp_path) == "the environment (INFLUTUI_PLUGIN_TUBE_API_KEY)"


async def test_then_a_command_then_systemd_then_the_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await plugin_secrets.keep(tmp_path, KEY, Secret("from-the-file"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (await secret_for(KEY, tmp_path)).reveal() == "from-the-file"
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "influtui.tube.api_key").write_text("from-systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert (await secret_for(KEY, tmp_path)).reveal() == "from-systemd"
    printing = Wanted("tube", "api_key", "", (sys.executable, "-c", "print('from-a-command')"))
    assert (await secret_for(printing, tmp_path)).reveal() == "from-a-command"


async def test_what_is_nowhere_is_said_with_the_command_that_supplies_it(tmp_path: Path) -> None:
    assert place(KEY, tmp_path) is None
    with pytest.raises(NeedsConfiguration) as missing:
        await secret_for(KEY, tmp_path)
    assert "influtui secret set tube.api_key" in str(missing.value.hint)


async def test_a_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    (await plugin_secrets.keep(tmp_path, KEY, Secret("from-the-file"))).chmod(0o644)
    with pytest.raises(NeedsConfiguration, match="read by others"):
        await secret_for(KEY, tmp_path)


async def test_what_is_too_short_to_be_struck_out_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUBE_API_KEY", "abc")
    with pytest.raises(NeedsConfiguration, match="too short"):
        await secret_for(KEY, tmp_path)
    with pytest.raises(NeedsConfiguration, match="too short"):
        await plugin_secrets.keep(tmp_path, KEY, Secret("abc"))


async def test_forgetting_a_plugins_keys_leaves_the_others(tmp_path: Path) -> None:
    kept = await plugin_secrets.keep(tmp_path, KEY, Secret("long-enough"))
    other = await plugin_secrets.keep(tmp_path, Wanted("tuber", "api_key"), Secret("long-enough"))
    assert await plugin_secrets.forget(tmp_path, "tube") == [kept.name]
    assert other.exists()


ROTATES = Wanted("tiktok", "refresh_token", env="TIKTOK_REFRESH_TOKEN", rotates=True)


async def test_a_token_that_is_renewed_is_kept_and_comes_before_the_one_it_was_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOK_REFRESH_TOKEN", "rft.first")
    seen: list[str] = []

    async def exchange(old: str) -> str:
        seen.append(old)
        return f"{old}+"

    assert await plugin_secrets.renewed(tmp_path, ROTATES, exchange) == "rft.first+"
    assert await plugin_secrets.renewed(tmp_path, ROTATES, exchange) == "rft.first++"
    assert seen == ["rft.first", "rft.first+"]
    assert (await plugin_secrets.secret_for(ROTATES, tmp_path)).reveal() == "rft.first++"
    assert stat.S_IMODE((tmp_path / "secrets" / "tiktok.refresh_token").stat().st_mode) == 0o600


async def test_two_that_renew_at_once_do_it_one_after_the_other(tmp_path: Path) -> None:
    await plugin_secrets.keep(tmp_path, ROTATES, Secret("token.0"))
    valid = ["token.0"]

    async def exchange(old: str) -> str:
        assert old == valid[-1], "a token that is spent already was sent again"
        await asyncio.sleep(0.01)
        valid.append(f"token.{len(valid)}")
        return valid[-1]

    await asyncio.gather(*(plugin_secrets.renewed(tmp_path, ROTATES, exchange) for _ in range(4)))
    assert (await plugin_secrets.secret_for(ROTATES, tmp_path)).reveal() == "token.4"


async def test_a_token_that_was_exchanged_is_kept_though_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    await plugin_secrets.keep(tmp_path, ROTATES, Secret("rft.old"))
    sent, done = asyncio.Event(), asyncio.Event()

    async def exchange(_: str) -> str:
        sent.set()
        await done.wait()
        return "rft.new"

    waiting = asyncio.create_task(plugin_secrets.renewed(tmp_path, ROTATES, exchange))
    await sent.wait()
    waiting.cancel()
    done.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))
    assert (await plugin_secrets.secret_for(ROTATES, tmp_path)).reveal() == "rft.new"


async def test_an_exchange_that_fails_leaves_the_old_token(tmp_path: Path) -> None:
    await plugin_secrets.keep(tmp_path, ROTATES, Secret("rft.old"))

    async def exchange(_: str) -> str:
        raise OSError

    with pytest.raises(OSError):
        await plugin_secrets.renewed(tmp_path, ROTATES, exchange)
    assert (await plugin_secrets.secret_for(ROTATES, tmp_path)).reveal() == "rft.old"
