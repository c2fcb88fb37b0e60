"""What can go wrong in a plugin, as types: each says what the host does about it and what the user can do.

Raise one of these with `message` for the user (a sentence without secrets) and `detail` for the log. Anything else that
leaves a plugin is counted as a crash of that call and attributed to the plugin.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class PluginError(Exception):
    """The root. `trips` says whether the failure counts towards the circuit breaker: the platform's trouble and the
    plugin's own do, a user's mistake or a spent quota do not."""

    kind: ClassVar[str] = "plugin_error"
    trips: ClassVar[bool] = True

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class ConfigError(PluginError):
    """A setting is missing or wrong. Host: names the setting and where to put it. User: sets it."""

    kind = "config"
    trips = False

    def __init__(self, message: str, *, field: str, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.field = field


class AuthInvalid(PluginError):
    """The credentials were refused. Host: stops asking with them. User: supplies new ones."""

    kind = "auth"
    trips = False


class InvalidInput(PluginError):
    """The question makes no sense to the platform (a malformed handle). Host: shows it. User: asks differently."""

    kind = "invalid_input"
    trips = False


class NotFound(PluginError):
    """There is no such account or post. Host: keeps what was known. User: nothing."""

    kind = "not_found"
    trips = False


class Unsupported(PluginError):
    """The platform does not offer this. Host: says so with the reason, instead of an empty list."""

    kind = "unsupported"
    trips = False


class RateLimited(PluginError):
    """Too many calls. Host: waits `retry_after` seconds where that is short, else keeps what it has and says when to go on."""

    kind = "rate_limited"
    trips = False

    def __init__(self, message: str, *, retry_after: float | None = None, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after


class QuotaExhausted(PluginError):
    """A budget is spent. Host: keeps what it has and shows when the budget is full again."""

    kind = "quota"
    trips = False

    def __init__(self, message: str, *, resets_at: datetime | None = None, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.resets_at = resets_at


class Transient(PluginError):
    """The platform is out of order for the moment. Host: tries again twice, then gives up on this call."""

    kind = "transient"


class UpstreamChanged(PluginError):
    """An answer does not look as documented. Host: stops the call and suggests an update. `path` is where it differs."""

    kind = "upstream_changed"

    def __init__(self, message: str, *, path: str = "", detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.path = path


class HostDenied(PluginError):
    """Raised by the host: the plugin asked for a host that its manifest does not name. A bug in the plugin."""

    kind = "host_denied"
