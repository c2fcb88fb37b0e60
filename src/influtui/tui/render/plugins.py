"""Plugins as rows and details. All of it is outside text: a manifest may say anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from influtui.model.text import plural
from influtui.tui.render.columns import Cell, Column
from influtui.tui.render.numbers import UNKNOWN, stamp
from influtui.tui.render.spans import EMPTY, Line, Look, Role, Span, beside, cell, clip, fit, wrapped

if TYPE_CHECKING:
    from influtui.services.finding.quotas import QuotaLeft
    from influtui.services.plugin.plugin_rows import PluginDetail, PluginRow
    from influtui.services.plugin.plugins import SettingPlace
    from influtui.services.plugin.quality import Quality

_ROLES: Final[dict[str, Role]] = {
    "ready": "text", "active": "good", "disabled": "dim", "needs_config": "warn", "untrusted": "warn", "failed": "warn",
    "degraded": "warn", "incompatible": "bad", "broken": "bad", "quarantined": "bad",
}  # fmt: skip
_SHORT: Final = 0.1
"""The share of a budget from which on what is left is a warning."""
_LABEL: Final = 10
_BAR: Final = 10


def says(row: PluginRow) -> str:
    """Its state in words."""
    return row.state.state.replace("_", " ")


def _state(row: PluginRow) -> Cell:
    return Cell(says(row), _ROLES.get(row.state.state, "warn"))


def tier(checked: Quality | None) -> Cell:
    """The tier in a word; a star where it was not run live."""
    if checked is None:
        return Cell(UNKNOWN, "dim")
    unrun = "*" if checked.asks and checked.live_at is None else ""
    return Cell(f"{checked.tier or 'none'}{unrun}", "text" if checked.tier else "warn")


def _left(row: PluginRow) -> Cell:
    least = row.tightest
    if least is None:
        return Cell(UNKNOWN, "dim")
    return Cell(f"{least.left:,}/{least.limit:,} {cell(least.units)}", _left_role(least))


def _left_role(quota: QuotaLeft) -> Role:
    return "bad" if not quota.left else "warn" if quota.left <= _SHORT * quota.limit else "dim"


def _spent(row: PluginRow) -> Cell:
    cost = row.lately
    return Cell(f"{cost.calls:,} in {cost.ms / 1_000:,.1f} s" if cost else UNKNOWN, "dim")


COLUMNS: Final[tuple[Column[PluginRow], ...]] = (
    Column("waits", " ", lambda r, _: Cell("!" if r.waits else " ", "warn"), 1),
    Column("plugin", "plugin", lambda r, _: Cell(cell(r.id)), 12, 22),
    Column("kind", "offers", lambda r, _: Cell(" ".join(r.kinds) or UNKNOWN, "dim"), 12, 20, rank=3),
    Column("state", "state", lambda r, _: _state(r), 12),
    Column("tier", "tier", lambda r, _: tier(r.quality), 7, rank=1),
    Column("left", "budget left", lambda r, _: _left(r), 16, 22, rank=2),
    Column("spent", "in 30 days", lambda r, _: _spent(r), 12, 18, rank=4),
)  # fmt: skip


def detail(known: PluginDetail, width: int, look: Look) -> list[Line]:
    """Everything about one plugin: how it stands and what to do, then what it asks, may spend, needs and is."""
    row, state = known.row, known.row.state
    lines: list[Line] = [
        beside((Span(cell(state.name), "strong"),), (Span(*_state(row)),), width),
        clip((Span(f"{cell(state.id)} {cell(state.version)}", "dim"),), width),
    ]
    if state.manifest is not None and state.manifest.description:
        lines += wrapped(cell(state.manifest.description), width)
    lines += [EMPTY, *wrapped(cell(state.reason), width, "warn" if row.waits else "text")]
    for heading, part in (
        ("Tier", _tier_lines(row.quality, width)),
        ("Asks", _offers(known, width)),
        ("Budgets", _budgets(row.quota, width, look)),
        ("Settings", _settings(known.settings, width, look)),
        ("Spent", _spending(row, width)),
        ("What it is", _identity(known, width)),
    ):
        if body := list(part):
            lines += [EMPTY, (Span(heading, "heading"),), *body]
    return lines


def _tier_lines(checked: Quality | None, width: int) -> Iterator[Line]:
    if checked is None:
        yield from wrapped("Not checked on this machine: c checks it.", width, "dim")
        return
    yield from wrapped(f"{checked.words}, checked {stamp(checked.checked_at)}", width)
    if checked.unmet:
        first = checked.unmet[0]
        more = f" (and {len(checked.unmet) - 1} more: w)" if len(checked.unmet) > 1 else ""
        yield from wrapped(f"For {first.tier}: {cell(first.why)}{more}", width, "dim")


def why(row: PluginRow, width: int) -> list[Line]:
    """Why its tier is what it is: every rule that it does not meet."""
    checked = row.quality
    lines = [*wrapped(cell(row.state.reason), width), EMPTY]
    if checked is None:
        return [*lines, *wrapped("Its tier is not known: it was not checked on this machine. c checks it.", width)]
    lines += wrapped(f"{checked.words}, as of {stamp(checked.checked_at)} for version {cell(checked.version)}.", width)
    for each in checked.unmet:
        lines += [EMPTY, clip((Span(f"{each.tier}: ", "heading"), Span(cell(each.says))), width)]
        lines += wrapped(cell(each.why), width, "warn", indent="  ")
    return lines if checked.unmet else [*lines, EMPTY, (Span("It meets every rule there is.", "good"),)]


def _offers(known: PluginDetail, width: int) -> Iterator[Line]:
    manifest = known.row.state.manifest
    if manifest is None:
        return
    for source in manifest.source:
        yield from wrapped(f"{cell(source.id)}: accounts of {cell(source.platform)}", width)
        hosts = ", ".join(map(cell, source.hosts))
        yield from wrapped(hosts, width, "dim" if known.asks_instead else "text", indent="  ")
        if known.asks_instead:
            instead = f"in their place {cell(known.asks_instead)}, as the setting base_url says"
            yield from wrapped(instead, width, "warn", indent="  ")
        if source.note:
            yield from wrapped(cell(source.note), width, "dim", indent="  ")
    for carrier in manifest.carrier:
        yield from wrapped(f"{cell(carrier.id)}: tracking links of {', '.join(map(cell, carrier.carriers))}", width)
    for pane in manifest.pane:
        yield from wrapped(f"pane {cell(pane.name)}: {cell(pane.note) or 'what it shows is not said'}", width)


def _budgets(quotas: Sequence[tuple[str, QuotaLeft]], width: int, look: Look) -> Iterator[Line]:
    for source, each in quotas:
        full = round(_BAR * each.left / max(1, each.limit))
        bar = look.glyphs.bar * full + look.glyphs.trough * (_BAR - full)
        role = _left_role(each)
        yield clip(
            (
                Span(f"{bar} ", "text" if role == "dim" else role),
                Span(f"{each.left:,} of {each.limit:,} {cell(each.units)} left"),
                Span(f"  {cell(source)} {cell(each.budget)}", "dim"),
            ),
            width,
        )
        if each.resets_at:
            yield clip((Span(f"{' ' * (_BAR + 1)}until {stamp(each.resets_at)}", "dim"),), width)


def _settings(settings: Sequence[SettingPlace], width: int, look: Look) -> Iterator[Line]:
    for each in settings:
        field = each.field
        there = each.place if field.kind == "secret" else each.value
        missing = there is None and field.required
        mark = look.glyphs.rejected if missing else look.glyphs.picked if there is not None else look.glyphs.dot
        if field.kind == "secret":
            stands = f"from {each.place}" if each.place else "missing" if field.required else "not there, optional"
        else:
            stands = "not set" if each.value is None else str(each.value)
            stands = stands.lower() if field.kind == "bool" else stands
        role: Role = "warn" if missing else "text"
        yield clip(
            (
                Span(f"{mark} ", "bad" if missing else "good"),
                Span(f"{cell(field.key)} ", "dim"),
                Span(cell(stands), role),
            ),
            width,
        )
        yield from wrapped(cell(field.label), width, "dim", indent="  ")


def _spending(row: PluginRow, width: int) -> Iterator[Line]:
    spent, lately = row.spent, row.lately
    if lately is not None:
        failed = f", {lately.failed:,} failed" if lately.failed else ""
        said = f"{plural(lately.calls, 'call')} of its code in {lately.ms / 1_000:,.1f} s{failed}, in thirty days"
        yield from wrapped(said, width)
    if spent.calls:
        failed = f", {spent.failed:,} failed" if spent.failed else ""
        yield from wrapped(
            f"{plural(spent.calls, 'call')} in {spent.seconds:.2f} s{failed}, this session", width, "dim"
        )
    elif lately is None:
        yield from wrapped("Nothing in thirty days: it was not used.", width, "dim")


def _identity(known: PluginDetail, width: int) -> Iterator[Line]:
    state, manifest = known.row.state, known.row.state.manifest
    yield from wrapped(cell(known.trust), width)
    came_along = state.distribution == "influtui"
    facts = [] if came_along else [("from", state.distribution), ("manifest", state.path or "")]
    if manifest is not None:
        facts += [
            ("API", manifest.api),
            ("licence", manifest.license),
            ("docs", manifest.docs),
            ("issues", manifest.issues),
        ]
    for label, text in facts:
        if text:
            yield from _fact(label, text, width)


def _fact(label: str, text: str, width: int) -> list[Line]:
    room = max(8, width - _LABEL)
    shown = cell(text)
    parts = [shown[at : at + room] for at in range(0, len(shown), room)]
    return [(Span(fit(label if not at else "", _LABEL), "dim"), Span(part)) for at, part in enumerate(parts)]


def nothing_here(query: str) -> list[Line]:
    """What to do where no plugin is shown."""
    if query:
        return [(Span("No plugin matches.", "strong"),), EMPTY, (Span("esc", "key"), Span("  shows all"))]
    return [
        (Span("No plugin is installed.", "strong"),),
        EMPTY,
        (Span(fit("a", 6), "key"), Span("install one: a folder, a wheel or a name")),
        (Span(fit(":", 6), "key"), Span("plugin new ID   writes one to begin with")),
        EMPTY,
        (Span("Files and pasted handles need no plugin: that is how most brands start.", "dim"),),
    ]


# The form of settings.


def settings_form(settings: Sequence[SettingPlace], name: str) -> str:
    """A form to fill in: what each setting is as a remark, then `key: value`. Secrets are asked for afterwards."""
    lines = [f"# Settings of {cell(name)}. Nothing behind the colon: as the plugin has it."]
    for each in settings:
        field = each.field
        wanted = "needed" if field.required else "optional"
        kinds = {
            "int": "a number",
            "bool": "yes or no",
            "choice": " or ".join(map(cell, field.choices)),
            "url": "an address",
        }
        lines += ["", f"# {cell(field.label)} ({', '.join(filter(None, (kinds.get(field.kind, ''), wanted)))})"]
        if field.help:
            lines.append(f"# {cell(field.help)}")
        if field.kind == "secret":
            stands = f"from {cell(each.place)}" if each.place else "not there yet"
            lines.append(f"# {field.key}: a secret, {stands}; it is asked for, unseen, when you are done here")
        else:
            value = each.value
            shown = ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else cell(str(value))
            lines.append(f"{field.key}: {shown}".rstrip())
    return "\n".join(lines) + "\n"


def judged(wrong: Sequence[tuple[str, str]], look: Look) -> list[Line]:
    """What is wrong with a form while it is written."""
    if not wrong:
        return [
            (
                Span(f" {look.glyphs.picked} ", "good"),
                Span("Every value can be taken; all are tried together before they are kept.", "dim"),
            )
        ]
    return [
        (Span(f" {look.glyphs.rejected} ", "bad"), Span(cell(key)), Span(f"  {cell(said)}", "warn"))
        for key, said in wrong
    ]


def lines_to_read(told: Sequence[str], width: int) -> list[Line]:
    """What is told before a person agrees, wrapped."""
    lines: list[Line] = []
    for each in told:
        indent = " " * (len(each) - len(each.lstrip()))
        lines += wrapped(cell(each.strip()), width, "dim" if indent else "text", indent=indent)
    return lines
