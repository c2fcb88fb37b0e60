"""The settings of a plugin as a form to fill in. Values are judged while they are written; secrets are asked for unseen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from influtui.model.failures import Failure
from influtui.model.text import plural
from influtui.secrets.secret import Secret
from influtui.services.plugin import announced_settings, plugin_settings
from influtui.services.plugin.plugin_settings import Values
from influtui.services.plugin.plugins import SettingPlace
from influtui.tui.panes.work import read_form
from influtui.tui.render.plugins import judged, settings_form
from influtui.tui.render.spans import Line, cell

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

SHORTEST = 6
"""Characters of a key at least; the store of secrets refuses fewer."""


async def open_form(desk: InflutuiApp, id_: str) -> None:
    """Open the form. A plugin that has nothing but secrets is asked for them at once."""
    places = await plugin_settings.form(desk.workspace, id_)
    text = settings_form(places, id_)

    def watch(written: str) -> Sequence[Line]:
        return judged(_read(places, written)[1], desk.look())

    async def accept(written: str) -> bool:
        values, wrong = _read(places, written)
        if wrong:
            desk.notice(f"{cell(wrong[0][0])} {cell(wrong[0][1])}.", "bad")
            return False
        return await _finish(desk, id_, values, places)

    desk.pane.write(f"Settings of {cell(id_)}", text=text, verb="tries and keeps them", accept=accept, watch=watch)


async def ask_keys(desk: InflutuiApp, id_: str) -> None:
    """Ask for the secrets alone, try them and keep them."""
    await _finish(desk, id_, {}, await plugin_settings.form(desk.workspace, id_))


async def _finish(desk: InflutuiApp, id_: str, values: Values, places: Sequence[SettingPlace]) -> bool:
    """Ask for the secrets, try all of it, keep it. False where nothing was kept."""
    secrets = await _ask_secrets(desk, id_, places)
    if secrets is None:
        desk.notice("Nothing was kept.", "warn")
        return False
    try:
        if (wrong := await plugin_settings.tried(desk.workspace, id_, values, secrets)) is not None:
            desk.notice(f"Nothing was kept: {cell(wrong)}", "bad")
            return False
        kept = await plugin_settings.keep(desk.workspace, id_, values, secrets)
    except Failure as failure:
        desk.failed(failure)
        return False
    await desk.refresh_panes()
    desk.notice(f"{plural(kept, 'setting')} of {cell(id_)} kept." if kept else "Nothing was changed.", "good")
    return True


async def _ask_secrets(desk: InflutuiApp, id_: str, places: Sequence[SettingPlace]) -> dict[str, Secret] | None:
    """What was entered, by key; enter alone leaves one as it is. None: given up."""
    secrets: dict[str, Secret] = {}
    for each in places:
        if each.field.kind != "secret":
            continue
        stands = "enter alone keeps what is there" if each.place else "enter alone goes without"
        hint = f"{each.field.label}; {stands}"
        while True:
            said = await desk.answer(f"{id_}.{each.field.key}:", hint=cell(hint), hidden=True)
            if said is None:
                return None
            wrong = each.field.wrong(said) if said else None
            if said and len(said) < SHORTEST:
                wrong = "is too short to be a key"
            if wrong is None:
                break
            desk.notice(f"{cell(each.field.label)} {cell(wrong)}.", "warn")
        if said:
            secrets[each.field.key] = Secret(said)
    return secrets


def _read(
    places: Sequence[SettingPlace], written: str
) -> tuple[dict[str, str | int | bool | None], list[tuple[str, str]]]:
    """The values of a form, and what is wrong with it by key."""
    fields = {each.field.key: each.field for each in places if each.field.kind != "secret"}
    try:
        said = read_form(written)
    except Failure as failure:
        return {}, [("form", failure.message)]
    wrong = [(key, "is no setting of it, or a secret: those are asked for") for key in said if key not in fields]
    values: dict[str, str | int | bool | None] = {}
    for key, text in said.items():
        if key in fields:
            value, problem = announced_settings.read(fields[key], text)
            values[key] = value
            if problem:
                wrong.append((key, problem))
    return values, wrong
