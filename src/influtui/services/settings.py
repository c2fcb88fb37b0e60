"""Reading and changing `config.toml` key by key, for `config get` and `config set`.

A change touches one line and leaves the rest of the file, comments included, as a person wrote it. What the file says
as a whole is checked before it is written: a wrong value is refused, never stored. Mailboxes are added by
`services/mailbox/accounts.py`; plugins' secrets are none of this file's business.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from influtui.model import records
from influtui.model.failures import Failure, NeedsConfiguration, NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.sending_policy import Policy
from influtui.model.sending_policy import defaults as usual_sending
from influtui.model.settings import Sending, Settings
from influtui.services.plugin import announced_settings
from influtui.services.workspace import CONFIG, read_settings

HIDDEN: Final = "(hidden)"

_SECRET: Final = re.compile(r"password$|secret|token|api_?key", re.IGNORECASE)
_TABLES: Final = ("account", "sending", "plugin", "world")
_LISTS: Final = frozenset({"open_command", "print_command"})
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class Setting(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.setting/1"):
    """One key and what it is set to; None where nothing is set and there is no default."""

    key: str
    value: Any
    is_default: bool


def path_of(folder: Path) -> Path:
    """Where a workspace's settings are."""
    return folder / CONFIG


def listed(folder: Path) -> list[Setting]:
    """Every key, in the order of the reference, with what is hidden hidden."""
    settings, defaults = read_settings(folder), Settings()
    found = [
        Setting(key=name, value=getattr(settings, name), is_default=getattr(settings, name) == getattr(defaults, name))
        for name in Settings.__struct_fields__
        if name not in _TABLES
    ]
    for name in Sending.__struct_fields__:
        value = getattr(settings.sending, name)
        usual = getattr(usual_sending(), name) if name in Policy.__struct_fields__ else None
        found.append(Setting(key=f"sending.{name}", value=usual if value is None else value, is_default=value is None))
    for number, account in enumerate(settings.account):
        for name, value in msgspec.structs.asdict(account).items():
            found.append(_shown(f"account.{number}.{name}", name, value))
    for plugin, values in sorted(settings.plugin.items()):
        found += [_shown(f"plugin.{plugin}.{name}", name, value) for name, value in sorted(values.items())]
    if settings.world is not None:
        for name, value in msgspec.to_builtins(settings.world).items():
            found.append(Setting(key=f"world.{name}", value=value, is_default=False))
    return found


def get(folder: Path, key: str) -> Setting:
    """One setting. Raises `NotFound` with the nearest key where there is none of that name."""
    found = {setting.key: setting for setting in listed(folder)}
    if key in found:
        return found[key]
    raise _unknown(key, found)


def change(folder: Path, key: str, value: str | None) -> Setting:
    """Set `key` to what `value` says, or with None remove it, so that its default holds again.

    Raises `WrongUsage` where the key or the value is not right, and then nothing was written.
    """
    _place(key)
    return store(folder, key, None if value is None else _parsed(key, value))


def store(folder: Path, key: str, value: Any) -> Setting:
    """Set `key` to a value as it is kept, or with None remove it. Raises as `change` does."""
    table, name = _place(key)
    path = path_of(folder)
    read_settings(folder)  # A file that is wrong already is said to be so, and not made worse.
    before = path.read_text("utf-8") if path.exists() else ""
    wanted = tomllib.loads(before)
    section = wanted
    for part in table:
        section = section.setdefault(part, {})
    if value is None:
        section.pop(name, None)
    else:
        section[name] = value
    try:
        records.convert(wanted, Settings)
    except msgspec.ValidationError as error:
        raise WrongUsage(f"“{value}” cannot be the value of {key}: {error}") from error
    after = _edited(before, table, name, section.get(name))
    if _without_empty(tomllib.loads(after)) != _without_empty(wanted):
        raise NeedsConfiguration(
            f"{CONFIG} is written in a form that cannot be changed line by line",
            hint=f"Change {key} in {path} yourself.",
        )
    write(path, after)
    return next((each for each in listed(folder) if each.key == key), Setting(key=key, value=None, is_default=True))


def write(path: Path, text: str) -> None:
    """Put a settings file in place in one step, readable by its owner only."""
    unfinished = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}", hint="Nothing was changed.") from error


def _place(key: str) -> tuple[tuple[str, ...], str]:
    """The table and the name within it that `key` stands for."""
    parts = key.split(".")
    if parts[0] == "plugin" and len(parts) == 3 and all(_BARE.fullmatch(part) for part in parts):
        if _SECRET.search(parts[2]) and not parts[2].endswith("_command"):
            raise WrongUsage(
                f"{key} looks like a secret, and this file is not where secrets are kept",
                hint=_keep_it(parts[1], parts[2]),
            )
        return ("plugin", parts[1]), parts[2]
    if parts[0] == "plugin":
        raise WrongUsage(f"“{key}” does not name a plugin's setting", hint="Write plugin.ID.KEY.")
    if parts[0] == "sending" and len(parts) == 2:
        if parts[1] not in Sending.__struct_fields__:
            raise _unknown(key, [f"sending.{name}" for name in Sending.__struct_fields__])
        return ("sending",), parts[1]
    if parts[0] == "account":
        raise WrongUsage(
            "mailboxes are not set key by key",
            hint="`influtui account add`, or change the [[account]] table in the file.",
        )
    settable = [name for name in Settings.__struct_fields__ if name not in _TABLES]
    if key not in settable:
        raise _unknown(key, settable)
    return (), key


def _keep_it(plugin: str, key: str) -> str:
    return f"`influtui secret set {plugin}.{key}`"


def _unknown(key: str, known: Any) -> NotFound:
    near = nearest(key, known)
    return NotFound(
        f"there is no setting “{key}”",
        hint=f"Did you mean {near}?" if near else "`influtui config get` shows them all.",
    )


def _parsed(key: str, value: str) -> Any:
    if key in _LISTS or (key.startswith("plugin.") and key.endswith("_command")):
        try:
            return shlex.split(value)
        except ValueError as error:
            raise WrongUsage(f"“{value}” is not a command: {error}") from error
    if key.startswith("plugin."):
        _, plugin, name = key.split(".")
        field = announced_settings.field_of(plugin, name)
        if field is not None and field.kind == "secret":
            raise WrongUsage(
                f"{key} is a secret, and this file is not where secrets are kept", hint=_keep_it(plugin, name)
            )
        if field is not None:
            read = announced_settings.read(field, value)
            if read.wrong is not None or read.value is None:
                wrong = f"“{value}” cannot be the value of {key}: it {read.wrong or 'is empty'}"
                raise WrongUsage(wrong, hint=field.help or None)
            return read.value
    if key.startswith(("plugin.", "sending.")):
        try:
            literal = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            return value
        return literal if isinstance(literal, str | int | bool) else value
    return value


def _edited(text: str, table: tuple[str, ...], name: str, value: Any) -> str:
    """`text` with one key of one table set, or removed where `value` is None; everything else as it was."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    header = f"[{'.'.join(table)}]"
    starts = [index for index, line in enumerate(lines) if line.lstrip().startswith("[")]
    if table:
        found = [index for index in starts if lines[index].split("#")[0].strip() == header]
        if not found:
            return "".join(lines) if value is None else f"{''.join(lines)}\n{header}\n{_line(name, value)}".lstrip("\n")
        first = found[0] + 1
    else:
        first = 0
    end = next((index for index in starts if index >= first), len(lines))
    setting = re.compile(rf"\s*{re.escape(name)}\s*=")
    at = next((index for index in range(first, end) if setting.match(lines[index])), None)
    if at is not None:
        lines[at : at + 1] = [] if value is None else [_line(name, value)]
    elif value is not None:
        while end > first and not lines[end - 1].strip():
            end -= 1
        lines.insert(end, _line(name, value))
    return "".join(lines)


def _line(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"{name} = [{', '.join(tomli_w.dumps({'v': each}).removeprefix('v = ').strip() for each in value)}]\n"
    return tomli_w.dumps({name: value})


def _shown(key: str, name: str, value: Any) -> Setting:
    hidden = value is not None and bool(_SECRET.search(name)) and not name.endswith("_command")
    return Setting(key=key, value=HIDDEN if hidden else value, is_default=False)


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """A table that has become empty says the same as none."""
    kept = {name: _without_empty(each) if isinstance(each, dict) else each for name, each in document.items()}
    return {name: each for name, each in kept.items() if each != {}}
