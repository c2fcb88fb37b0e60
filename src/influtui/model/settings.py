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
    open_command: tuple[str, ...] | None = None
    print_command: tuple[str, ...] | None = None
    theme: str | None = None
    plugin: dict[str, dict[str, str | int | bool | tuple[str, ...]]] = {}
    """Settings of plugins by their id; a list is a command that prints a secret."""
    world: World | None = None
    """Only in a demo world."""
