"""`influtui.api.Keys`: a plugin's tokens that are renewed, kept where its secrets are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from influtui.api import ConfigError
from influtui.model.failures import NeedsConfiguration
from influtui.secrets import plugin_secrets, redaction
from influtui.secrets.plugin_secrets import Wanted


class KeptKeys:
    """Of one source. Without a folder to keep anything in, or with made-up secrets, what is renewed lasts for the run."""

    def __init__(self, wanted: Mapping[str, Wanted], folder: Path | None, secrets: Mapping[str, str]) -> None:
        self._wanted = wanted
        self._folder = folder
        self._secrets = dict(secrets)

    def learn(self, value: str) -> None:
        """Strike `value` out from now on; what is too short to be a token is left in what is said."""
        if len(value) >= plugin_secrets.SHORTEST:
            redaction.learn(value)

    async def renew(self, key: str, exchange: Callable[[str], Awaitable[str]]) -> str:
        """Replace the secret `key` by what `exchange` makes of the newest. Raises `ConfigError` where there is none."""
        wanted = self._wanted.get(key)
        if wanted is not None and not wanted.rotates:
            raise ConfigError(f"the manifest does not say that {key} rotates", field=key)
        if wanted is None or self._folder is None:
            new = self._secrets[key] = await exchange(self._secrets.get(key, ""))
            self.learn(new)
            return new
        try:
            return await plugin_secrets.renewed(self._folder, wanted, exchange)
        except NeedsConfiguration as missing:
            raise ConfigError(missing.message, field=key) from None
