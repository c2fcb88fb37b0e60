"""Tokens that are renewed: what a plugin gets of the host's keeping of secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from influtui.api import ConfigError
from influtui.host.keys import KeptKeys
from influtui.secrets import plugin_secrets
from influtui.secrets.plugin_secrets import Wanted
from influtui.secrets.redaction import redacted
from influtui.secrets.secret import Secret

ROTATES = Wanted("acme", "refresh_token", rotates=True)
FIXED = Wanted("acme", "api_key")


async def _next(token: str) -> str:
    return f"{token}.next"


async def test_a_renewed_token_is_on_disk_when_the_plugin_gets_it_and_is_struck_out_from_then_on(
    tmp_path: Path,
) -> None:
    await plugin_secrets.keep(tmp_path, ROTATES, Secret("token-of-monday"))
    keys = KeptKeys({"refresh_token": ROTATES}, tmp_path, {"refresh_token": "token-of-monday"})
    assert await keys.renew("refresh_token", _next) == "token-of-monday.next"
    assert (await plugin_secrets.secret_for(ROTATES, tmp_path)).reveal() == "token-of-monday.next"
    assert redacted("sent token-of-monday.next") == "sent [redacted]"


async def test_another_session_renewed_it_meanwhile(tmp_path: Path) -> None:
    await plugin_secrets.keep(tmp_path, ROTATES, Secret("token-of-tuesday"))
    keys = KeptKeys({"refresh_token": ROTATES}, tmp_path, {"refresh_token": "token-of-monday"})
    assert await keys.renew("refresh_token", _next) == "token-of-tuesday.next"


@pytest.mark.parametrize(("wanted", "says"), [(FIXED, "does not say"), (ROTATES, "there is no acme.refresh_token")])
async def test_what_cannot_be_renewed_is_a_setting_to_look_at(tmp_path: Path, wanted: Wanted, says: str) -> None:
    keys = KeptKeys({wanted.key: wanted}, tmp_path, {})
    with pytest.raises(ConfigError, match=says) as caught:
        await keys.renew(wanted.key, _next)
    assert caught.value.field == wanted.key


async def test_without_a_workspace_it_lasts_for_the_run() -> None:
    keys = KeptKeys({}, None, {"refresh_token": "made-up-token"})
    assert await keys.renew("refresh_token", _next) == "made-up-token.next"
    assert await keys.renew("refresh_token", _next) == "made-up-token.next.next"


def test_a_token_of_this_run_is_struck_out_and_a_mere_word_is_not() -> None:
    keys = KeptKeys({}, None, {})
    keys.learn("clt.only-for-this-run")
    keys.learn("short")
    assert redacted("clt.only-for-this-run is short") == "[redacted] is short"
