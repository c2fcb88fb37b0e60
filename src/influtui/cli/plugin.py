"""`plugin`: what is installed and how it stands, and what authors need. Only `check` imports a plugin."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
import msgspec

from influtui.api import API_VERSION
from influtui.cli import plugin_offer
from influtui.cli.frame import FAILED, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.plugin_view import show
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.creators import parse_ref
from influtui.model.text import plural, safe
from influtui.model.times import Millis, minute, rfc3339
from influtui.services.finding import answers, recording
from influtui.services.finding.quotas import QuotaLeft
from influtui.services.plugin import authoring, installing, offer_facts, plugin_rows, plugins, quality
from influtui.services.plugin.plugins import PluginState, SettingPlace
from influtui.services.workspace import Workspace
from influtui.store.spending import KEPT_DAYS, Cost

MOST_CAUSES = 8
HOSTS_BIND = "Its hosts bind only what it asks through us."


@click.group(cls=Noun, no_args_is_help=True)
def plugin() -> None:
    """Installed plugins: what they offer, where they ask, how they stand."""


@plugin.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_(workspace: Workspace, out: Output, query: tuple[str, ...]) -> None:
    """Every installed plugin, with its state and what to do about it; or those that QUERY asks for: `state:needs_config`."""
    found = await plugin_rows.rows(workspace, " ".join(query))
    if out.json:
        for row in found:
            out.data(document(row.state) | {"tier": _tier(row.quality)})
        return
    rows = []
    for row in found:
        each = row.state
        tier = row.quality.words if row.quality else "not checked"
        rows.append(tuple(safe(word) for word in (each.id, each.version, each.state, tier, _offers(each))))
    out.table(("plugin", "version", "state", "tier", "offers"), rows)
    # What to do is said in full, below: a table on a narrow terminal would cut it.
    for row in found:
        if row.state.state not in ("ready", "active"):
            out.say(f"\n{row.id}: {row.state.reason}")


@plugin.command("info")
@click.argument("id_", metavar="ID")
@with_workspace
async def info(workspace: Workspace, out: Output, id_: str) -> None:
    """One plugin: its hosts, budgets, settings and state."""
    found = await plugins.plugin(workspace, id_)
    left = await plugins.quotas_left(workspace, found)
    places = await plugins.setting_places(workspace, id_)
    cost = await plugin_rows.lately(workspace, id_)
    if out.json:
        also = {"quota": _quotas(left), "fields": [_field(each) for each in places], "spent": _cost(cost)}
        out.data(document(found) | also)
        return
    out.say(f"{found.name} ({found.id} {found.version}, from {found.distribution})")
    out.say(f"{found.state}: {found.reason}")
    manifest = found.manifest
    if manifest is None:
        return
    if manifest.description:
        out.say(manifest.description)
    out.say(f"made for plugin API {manifest.api}; this is {API_VERSION}")
    for source in manifest.source:
        out.say(f"source {source.id}: accounts of {source.platform}, asks {', '.join(source.hosts)}")
        if instead := plugin_rows.asks_instead(places):
            out.say(f"  in their place {instead}, as the setting base_url says")
        for budget, quota in zip(source.budget, left[source.id], strict=True):
            until = f" until {minute(quota.resets_at)}" if quota.resets_at else ""
            out.say(f"  at most {budget.limit:,} {budget.units} in {budget.window}: {quota.left:,} left{until}")
        if source.calls is not None:
            more = f" and {source.calls.account} for each account on it" if source.calls.account else ""
            out.say(f"  a page takes {source.calls.page} {'call' if source.calls.page == 1 else 'calls'}{more}")
        if source.note:
            out.say(f"  {source.note}")
    for carrier in manifest.carrier:
        out.say(f"carrier {carrier.id}: tracking links of {', '.join(carrier.carriers)}")
    for pane in manifest.pane:
        out.say(f"pane {pane.id}: {pane.name}; {pane.note or 'influtui plugin show ' + pane.id}")
    for each in places:
        _tell_setting(out, found.id, each)
    if cost is not None:
        failed = f", {cost.failed:,} failed" if cost.failed else ""
        out.say(f"spent in thirty days: {plural(cost.calls, 'call')} of its code in {cost.ms / 1_000:,.1f} s{failed}")
    if found.path:
        out.say(f"manifest: {found.path}")


def _tell_setting(out: Output, id_: str, setting: SettingPlace) -> None:
    field = setting.field
    wanted = "" if field.required else ", optional"
    if field.kind == "secret":
        stands = (
            f"from {setting.place}" if setting.place else f"not there{wanted}: `influtui secret set {id_}.{field.key}`"
        )
    else:
        stands = f"not set{wanted}" if setting.value is None else str(setting.value).lower()
    out.say(f"setting {field.key}: {field.label} ({stands})")
    if field.help:
        out.say(f"  {field.help}")


def _cost(cost: Cost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    return {"days": KEPT_DAYS, "calls": cost.calls, "failed": cost.failed, "seconds": cost.ms / 1_000}


def _quotas(left: dict[str, tuple[QuotaLeft, ...]]) -> list[dict[str, Any]]:
    return [{"source": source, **msgspec.structs.asdict(each)} for source, quotas in left.items() for each in quotas]


def _field(setting: SettingPlace) -> dict[str, Any]:
    field = setting.field
    return {
        "key": field.key,
        "kind": field.kind,
        "label": field.label,
        "required": field.required,
        "value": setting.value,
        "place": setting.place,
    }


@plugin.command("new", no_args_is_help=True)
@click.argument("id_", metavar="ID")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The folder to write it in."
)
@click.option("--kind", type=click.Choice(authoring.KINDS), default="source", help="What it will be.")
@click.pass_context
def new(context: click.Context, id_: str, into: Path, kind: authoring.Kind) -> None:
    """Write a plugin to begin with: a manifest, a source (or a carrier) in which one method is missing, its contract test."""
    out: Output = context.obj.out
    written = authoring.new_plugin(id_, into, kind)
    if out.json:
        out.data({"schema": "influtui.plugin-new/1", "id": id_, "files": [str(path) for path in written]})
        return
    for path in written:
        out.say(str(path))
    missing = (
        "`tracking_url` in the package" if kind == "carrier" else "`search` in the package and `answer` in the test"
    )
    out.note(f"Next: cd {written[0].parent}, write {missing}, then run pytest and")
    out.note("`influtui plugin check .`. `python -m pydoc influtui.api` has everything that can be used.")


@plugin.command("check")
@click.argument("which", metavar="ID|FOLDER")
@click.option("--live", metavar="QUERY", help="Also ask the platform itself, with your own keys.")
@with_workspace
async def check(workspace: Workspace, out: Output, which: str, live: str | None) -> int:
    """Look a plugin over: its manifest, its import, its contract tests; and say which tier that makes.

    The tier of an installed plugin is kept for `plugin list`, for this version and 180 days.
    """
    found = await authoring.check(workspace, which, live=live)
    if out.json:
        findings = [
            {"code": each.code, "level": each.level, "place": each.place, "problem": each.problem, "fix": each.fix}
            for each in found.findings
        ]
        out.data(
            {
                "schema": "influtui.plugin-check/1",
                "id": found.plugin,
                "works": found.works,
                "lacks": list(found.lacks),
                "import_ms": None if found.import_ms is None else round(found.import_ms, 1),
                "findings": findings,
                "tier": _tier(found.quality),
                "contract": found.contract,
                "causes": [msgspec.structs.asdict(each) for each in found.causes],
                "unmet": [msgspec.structs.asdict(each) for each in found.quality.unmet],
                "live": found.live,
            }
        )
        return 0 if found.works else FAILED
    for each in found.findings:
        out.say(f"{each.code} {each.level}: {each.problem}")
        out.say(f"   {each.place}")
        out.say(f"   {each.fix}")
    took = "" if found.import_ms is None else f", imported in {found.import_ms:.0f} ms"
    out.say(f"{found.plugin}: {_works(found)}{took}")
    for lack in found.lacks:
        out.say(f"   {lack}")
    if found.live is not None:
        out.say(f"live: {found.live}")
    out.say(f"contract: {found.contract}")
    for cause in found.causes[:MOST_CAUSES]:
        out.say(f"   {cause.why}")
        others = f" and {len(cause.tests) - 1} more" if len(cause.tests) > 1 else ""
        out.say(f"      {f'{cause.place}: ' if cause.place else ''}{cause.tests[0]}{others}")
    if len(found.causes) > MOST_CAUSES:
        out.say(f"   and {len(found.causes) - MOST_CAUSES} more things: pytest beside it says which")
    out.say(f"tier: {found.quality.words}")
    for unmet in found.quality.unmet:
        out.say(f"   {unmet.tier}: {unmet.says}")
        out.say(f"      {unmet.why}")
    return 0 if found.works else FAILED


@plugin.command("record")
@click.argument("which", metavar="ID|FOLDER")
@click.argument("query")
@click.option(
    "--into", type=click.Path(path_type=Path, dir_okay=False), help="The file; else tests/recordings/SOURCE.json."
)
@click.option("--source", metavar="ID", help="Which of its sources; else the first.")
@with_workspace
async def record(
    workspace: Workspace, out: Output, which: str, query: str, into: Path | None, source: str | None
) -> None:
    """Ask the platform itself, with your own keys, and keep what it answers for the plugin's contract tests.

    Two pages of three accounts and one of one. Keys are struck out; people's names and words are not.
    """
    done = await recording.record(workspace, which, query, into=into, source=source)
    if out.json:
        out.data(
            {
                "schema": "influtui.plugin-recording/1",
                "source": done.source,
                "file": str(done.path),
                "answers": done.calls,
                "accounts": done.accounts,
            }
        )
        return
    out.say(f"{done.path}: {plural(done.calls, 'answer')}, {plural(done.accounts, 'account')}")
    out.note(f'In the contract test: recording = "{done.path}" in the place of `answer`.')
    out.note("It holds what real people wrote: look at it before you publish it.")


def _works(found: authoring.Checked) -> str:
    if not found.works:
        return "cannot be used"
    if found.causes:
        return "can be loaded, and does not yet do what it must"
    return "right as far as it can be looked at without what it still needs" if found.lacks else "can be used"


@plugin.command("install")
@click.argument("what", metavar="FILE.whl|FOLDER|NAME")
@click.option("--dry-run", is_flag=True, help="Only show what it is and what it asks.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def install(workspace: Workspace, out: Output, what: str, dry_run: bool, yes: bool) -> None:
    """Install a plugin. Its hosts, its keys and whether it fits are shown first, while none of its code has run.

    A folder is copied into your plugin folder and trusted as it is then. Where uv or pipx keeps influtui, the command
    that survives their upgrades is shown for you to run.
    """
    async with installing.offered(workspace, what) as offer:
        shown_only = dry_run or offer.way == "shown"
        if not out.json:
            for line in offer_facts.facts(offer):
                out.say(line)
        if not shown_only:
            confirmed(
                "It is a program, and can do what you can do.",
                yes=yes,
                because=HOSTS_BIND,
            )
        states = () if shown_only else await installing.install(workspace, offer)
    if out.json:
        out.data(plugin_offer.document(offer, installed=not shown_only))
        return
    for state in states:
        _tell_state(out, state)
    if offer.way == "shown":
        out.note("Nothing was installed: run that command, which survives the next upgrade of influtui.")
    elif dry_run:
        out.note("Nothing was installed.")


@plugin.command("enable")
@click.argument("id_", metavar="ID")
@with_workspace
async def enable(workspace: Workspace, out: Output, id_: str) -> None:
    """Use a plugin again that was disabled, or that rests because it failed."""
    _tell_state(out, await plugins.enable(workspace, id_))


@plugin.command("disable")
@click.argument("id_", metavar="ID")
@with_workspace
async def disable(workspace: Workspace, out: Output, id_: str) -> None:
    """Do without a plugin in this workspace, until it is enabled again."""
    _tell_state(out, await plugins.disable(workspace, id_))


@plugin.command("reload")
@click.argument("id_", metavar="ID")
@with_workspace
async def reload(workspace: Workspace, out: Output, id_: str) -> None:
    """Import a plugin anew after an edit, without a restart of the app: `:plugin reload ID` there.

    In a shell every command reads it anew anyhow; this one says whether it can be imported.
    """
    _tell_state(out, await plugins.reload(workspace, id_))


@plugin.command("trust")
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def trust(workspace: Workspace, out: Output, id_: str, yes: bool) -> None:
    """Let a plugin of your own plugin folder run, as its files are now. When one changes, it asks again."""
    found = await plugins.plugin(workspace, id_)
    for host in found.manifest.hosts if found.manifest else ():
        out.note(f"It asks {host}.")
    confirmed(
        f"{id_} is a program, and can do what you can do.",
        yes=yes,
        because=HOSTS_BIND,
    )
    _tell_state(out, await plugins.trust(workspace, id_))


@plugin.command("remove")
@click.argument("id_", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def remove(workspace: Workspace, out: Output, id_: str, yes: bool) -> None:
    """Remove a plugin of your plugin folder and its kept secrets; one that came with influtui is disabled.

    For one that is installed, the command that removes it is shown: who keeps the environment must know of it.
    """
    wanted = await plugins.removal(workspace, id_)
    if wanted.command:
        if out.json:
            out.data({"schema": "influtui.plugin-removal/1", "id": id_, "removed": [], "command": list(wanted.command)})
            return
        out.note("It was installed, and is removed by:")
        out.say(shlex.join(wanted.command))
        out.note(f"`influtui plugin disable {id_}` does without it at once.")
        return
    if wanted.folder is not None:
        confirmed(f"{wanted.folder} and the secrets kept for {id_} are deleted.", yes=yes)
    gone = await plugins.remove(workspace, wanted)
    if out.json:
        out.data({"schema": "influtui.plugin-removal/1", "id": id_, "removed": gone, "command": []})
        return
    for each in gone:
        out.say(f"deleted {each}")
    if wanted.bundled:
        out.say(f"{id_} came with influtui: it is disabled.")


@plugin.command("answers")
@click.argument("ref")
@with_workspace
async def answers_(workspace: Workspace, out: Output, ref: str) -> None:
    """What platforms answered about an account in the last thirty days, as they sent it: `plugin answers bluesky:anna`."""
    found = await answers.about(workspace, parse_ref(ref))
    for each in found:
        if out.json:
            out.data(each)
            continue
        out.note(f"{each.source}, {minute(each.at)}")
        out.say(each.body)
    if not found and not out.json:
        out.note(f"No answer about {ref} is kept.")


def _tier(checked: quality.Quality | None) -> dict[str, Any] | None:
    if checked is None:
        return None
    return {
        "tier": checked.tier,
        "checked_at": rfc3339(Millis(checked.checked_at)),
        "live_at": None if checked.live_at is None else rfc3339(Millis(checked.live_at)),
    }


def _tell_state(out: Output, found: PluginState) -> None:
    if out.json:
        out.data(document(found))
        return
    out.say(f"{found.id}: {found.reason}")


def document(found: PluginState) -> dict[str, Any]:
    """A plugin as `influtui.plugin/1`."""
    manifest = found.manifest
    return {
        "schema": "influtui.plugin/1",
        "id": found.id,
        "name": found.name,
        "version": found.version,
        "distribution": found.distribution,
        "state": found.state,
        "reason": found.reason,
        "api": manifest.api if manifest else None,
        "sources": [source.id for source in manifest.source] if manifest else [],
        "carriers": [code for carrier in manifest.carrier for code in carrier.carriers] if manifest else [],
        "panes": [pane.id for pane in manifest.pane] if manifest else [],
        "hosts": list(manifest.hosts) if manifest else [],
        "budgets": [
            {
                "source": source.id,
                "budget": budget.id,
                "limit": budget.limit,
                "window": budget.window,
                "units": budget.units,
            }
            for source in (manifest.source if manifest else ())
            for budget in source.budget
        ],
        "settings": [field.key for field in manifest.fields] if manifest else [],
        "manifest": found.path,
    }


def _offers(found: PluginState) -> str:
    if found.manifest is None:
        return "-"
    offers = [f"source {source.id}" for source in found.manifest.source]
    offers += [f"links of {len(carrier.carriers)} carriers" for carrier in found.manifest.carrier]
    offers += [f"pane {pane.name}" for pane in found.manifest.pane]
    return ", ".join(offers)


plugin.add_command(show)
