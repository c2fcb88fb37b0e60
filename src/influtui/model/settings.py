"""What `config.toml` may say. Unknown keys are refused with their name, so that a typing error is not silently ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from influtui.model.times import Millis, millis


class MailAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One mailbox to send from and to read answers in: the `[[account]]` table.

    `password_command` and `token_command` are run and their first line taken; `password_file` must be readable by its
    owner only.
    """

    address: str
    name: str | None = None
    smtp_host: str
    smtp_port: int = 465
    smtp_security: Literal["tls", "starttls", "none"] = "tls"
    """`none` is accepted for loopback only."""
    username: str | None = None
    password_command: tuple[str, ...] | None = None
    password_file: str | None = None
    reply_to: str | None = None
    imap_host: str | None = None
    """None: nothing is read in this mailbox."""
    imap_port: int | None = None
    """Default: 993, with starttls 143."""
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    imap_username: str | None = None
    """To read with, where it is another one than `username`."""
    auth: Literal["password", "xoauth2"] = "password"
    """`xoauth2`: signs in with access tokens, from `token_command` or from `account login`."""
    token_command: tuple[str, ...] | None = None
    oauth: Literal["google", "microsoft"] | None = None
    """Whose tokens `account login` gets."""
    oauth_url: str | None = None
    """Stands in for the provider's address: another tenant's."""
    daily_limit: int | None = None
    """Letters in 24 hours, where this mailbox may send another number than `[sending]` says."""
    ramp_start: int | None = None


class Sending(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How mail goes out by itself: the `[sending]` table. What it leaves out is in `model/data/sending.toml`."""

    daily_limit: int | None = None
    ramp_start: int | None = None
    ramp_step: int | None = None
    gap_s: int | None = None
    jitter_s: int | None = None
    window: str | None = None
    days: str | None = None
    time_zone: str | None = None
    """Whose hours count where a creator's country is not known."""
    approve: bool | None = None
    """`true`: what is queued for later needs no approval letter by letter."""
    rest_hours: int | None = None
    month_limit: int | None = None
    stale_hours: int | None = None
    unsubscribe_url: str | None = None
    """An https address of yours that takes one-click unsubscriptions (RFC 8058); `{token}` stands for the letter's."""


class World(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A demo world's own time: it was `now` in it at the moment `made`, and goes on from there."""

    now: datetime
    made: datetime

    def at(self, wall: Millis) -> Millis:
        """The world's time at a wall clock's time."""
        return Millis(millis(self.now) + wall - millis(self.made))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole of `config.toml`. Every key has a default: an empty file is a working one."""

    actor: str | None = None
    """Who acts, in the journal. Default: the user's name at this machine's name."""
    currency: str = "USD"
    campaign: str | None = None
    """The campaign in use where none was chosen in the app."""
    account: tuple[MailAccount, ...] = ()
    sending: Sending = Sending()
    open_command: tuple[str, ...] | None = None
    print_command: tuple[str, ...] | None = None
    theme: str | None = None
    plugin: dict[str, dict[str, str | int | bool | tuple[str, ...]]] = {}
    """Settings of plugins by their id; a list is a command that prints a secret."""
    world: World | None = None
    """Only in a demo world."""
