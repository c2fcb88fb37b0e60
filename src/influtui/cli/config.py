"""`config get`, `config set` and `config path`: the settings of a workspace. The database is not opened for them."""

from __future__ import annotations

import shlex
from typing import Any

import click

from influtui.cli.frame import Session
from influtui.cli.verbs import Noun
from influtui.model.failures import ReadOnly, WrongUsage
from influtui.model.text import safe
from influtui.services import settings


@click.group("config", cls=Noun)
def config() -> None:
    """Read and change the workspace's settings, which are in its config.toml."""


@config.command("get")
@click.argument("key", required=False)
@click.pass_context
def get(context: click.Context, key: str | None) -> None:
    """Show one setting, or all of them. Secrets are not shown."""
    session = context.ensure_object(Session)
    found = [settings.get(session.folder, key)] if key else settings.listed(session.folder)
    if session.json:
        for setting in found:
            session.out.data(setting)
    elif key:
        session.out.say(_text(found[0].value))
    else:
        rows = [(safe(each.key), safe(_text(each.value)), safe("default" if each.is_default else "")) for each in found]
        session.out.table(("key", "value", ""), rows)


@config.command("set")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--unset", is_flag=True, help="Remove the setting: its default holds again.")
@click.pass_context
def set_(context: click.Context, key: str, value: str | None, unset: bool) -> None:
    """Set KEY to VALUE. A command (open_command) is written as in a shell."""
    session = context.ensure_object(Session)
    if (value is None) != unset:
        raise WrongUsage("say either a value or --unset", hint=f"influtui config set {key} VALUE")
    if session.read_only:
        raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
    now = settings.change(session.folder, key, value)
    if session.json:
        session.out.data(now)
    else:
        session.out.note(f"{now.key} is now {_text(now.value) or 'not set'}.")


@config.command("path")
@click.pass_context
def path(context: click.Context) -> None:
    """Show where the settings are."""
    session = context.ensure_object(Session)
    where = settings.path_of(session.folder)
    if session.json:
        session.out.data({"schema": "influtui.config/1", "path": str(where), "exists": where.exists()})
    else:
        session.out.say(str(where))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return shlex.join(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
