"""The settings that plugins announce, and what a person wrote for one: read as what the manifest says."""

from __future__ import annotations

from typing import NamedTuple

from influtui.host import user_folder
from influtui.host.discovery import installed, unambiguous
from influtui.host.manifests import Field
from influtui.host.states import BASE_URL, ENABLED
from influtui.model.failures import NotFound
from influtui.model.nearest import nearest


class Read(NamedTuple):
    """What a line was taken for: a value, or what is wrong with it."""

    value: str | int | bool | None
    wrong: str | None


def field_of(plugin: str, key: str) -> Field | None:
    """A plugin's setting, out of its manifest; None where no such plugin is here. Raises `NotFound` for another key."""
    found = next((each for each in unambiguous([*installed(), *user_folder.present()]) if each.id == plugin), None)
    if found is None or found.manifest is None:
        return None
    fields = {field.key: field for field in (BASE_URL, ENABLED, *found.manifest.fields)}
    if key not in fields:
        near = nearest(key, fields)
        settable = ", ".join(name for name, field in fields.items() if field.kind != "secret")
        raise NotFound(
            f"{plugin} has no setting “{key}”", hint=f"Did you mean {near}?" if near else f"It has {settable}."
        )
    return fields[key]


def read(field: Field, text: str) -> Read:
    """A value from the text that a person wrote for a setting; nothing written takes it out."""
    text = text.strip()
    if not text:
        missing = field.required and field.default is None
        return Read(None, "is needed" if missing else None)
    value = field.meant(text)
    return Read(value, field.wrong(value))
