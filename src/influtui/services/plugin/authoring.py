"""For authors of plugins: a new plugin to begin with, and findings about one that is there.

The contract tests are `influtui.testing`'s, run by the author's own pytest.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import msgspec

from influtui.api import API_VERSION
from influtui.host import manifests
from influtui.host.activation import Host
from influtui.host.calls import Fault
from influtui.host.discovery import Found
from influtui.host.manifests import Field, Manifest, ManifestError
from influtui.host.states import ENABLED, StandIns, Value
from influtui.model.failures import Failure, NeedsConfiguration, NotFound, WrongUsage
from influtui.services.finding import quotas
from influtui.services.plugin import quality
from influtui.services.plugin.findings import Finding
from influtui.services.plugin.plugins import found_plugin
from influtui.services.plugin.quality import Cause, ContractResult, Quality
from influtui.services.workspace import Workspace, read_settings

SLOW_IMPORT_S: Final = 0.15
"""What importing a plugin may take: people wait for it on first use."""

STAND_IN: Final = "stands-in-for-a-secret"
"""What a source is made with where only its making is looked at; nothing is asked with it."""

_FILES: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "{kind}/influtui.toml": "{package}/influtui.toml",
    "{kind}/init.py": "{package}/__init__.py",
    "{kind}/test_contract.py": "tests/test_contract.py",
}
"""Template -> where it goes."""


class Checked(msgspec.Struct, frozen=True):
    """What a check found."""

    plugin: str
    findings: tuple[Finding, ...]
    import_ms: float | None
    """How long its import took; None where it was not come to."""
    quality: Quality
    live: str | None = None
    """What asking the live platform brought, in words; None where it was not asked."""
    contract: str = ""
    """What its contract tests said, or why they said nothing."""
    causes: tuple[Cause, ...] = ()
    """What is wrong where contract tests failed."""
    lacks: tuple[str, ...] = ()
    """What a person must still set before it can be used: sentences with the next step."""

    @property
    def works(self) -> bool:
        """Whether nothing keeps it from working."""
        return all(finding.level != "error" for finding in self.findings)


Kind = Literal["source", "carrier"]
KINDS: Final[tuple[Kind, ...]] = ("source", "carrier")


def new_plugin(id_: str, into: Path, kind: Kind = "source") -> list[Path]:
    """Write a plugin to begin with into `into/influtui-ID`. Returns its files. Never overwrites anything."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", id_) or id_ in manifests.RESERVED:
        raise WrongUsage(f"“{id_}” cannot be a plugin's id", hint="Small letters, digits and -, like acme-social.")
    target = into / f"influtui-{id_}"
    if target.exists():
        raise Failure(f"{target} is there already", hint="Choose another id, or another folder with --into.")
    package = f"influtui_{id_.replace('-', '_')}"
    words = {
        "id": id_,
        "kind": kind,
        "code": id_.replace("-", "_"),
        "reads": "nothing." if kind == "carrier" else "say here which public data of accounts this plugin asks for.",
        "use": f"influtui ship add NUMBER --carrier {id_.replace('-', '_')} --force"
        if kind == "carrier"
        else f'influtui discover {id_} "vegan baking"',
        "name": id_.replace("-", " ").title(),
        "type": id_.replace("-", " ").title().replace(" ", ""),
        "package": package,
        "platform": id_,
        "host": f"{id_}.example",
        "api": API_VERSION,
        "next_major": str(int(API_VERSION.partition(".")[0]) + 1),
    }
    templates = files("influtui.services.plugin").joinpath("plugin_template")
    written: list[Path] = []
    for template, place in _FILES.items():
        path = target / place.format(package=package)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            templates.joinpath(f"{template.format(kind=kind)}.txt").read_text("utf-8").format(**words), "utf-8"
        )
        written.append(path)
    return written


async def check(workspace: Workspace, which: str, *, live: str | None = None) -> Checked:
    """Look a plugin over: an installed one by its id, or one in a folder. Imports it, on a loop of its own.

    `live` is a question to ask the platform itself, with the user's own keys.
    """
    async with located(workspace, which) as found:
        findings = list(_of_manifest(found))
        import_ms: float | None = None
        lacks: tuple[str, ...] = ()
        if found.manifest is not None and not any(finding.level == "error" for finding in findings):
            code, import_ms, lacks = await _of_code(workspace, found.manifest, found)
            findings += code
        works = not any(finding.level == "error" for finding in findings)
        said, live_at = await _asked_live(workspace, found, live) if live and works else (None, None)
        tested = await quality.contract_results(found) if works else "it does not work"
    now = workspace.clock()
    known = quality.kept(now).get(found.id)
    if live_at is None and live is None and known is not None and known.version == found.version:
        live_at = known.live_at
    judged = quality.judged(found, findings, tested, live_at=live_at, now=now)
    if not Path(which).is_dir():
        quality.keep(found.id, judged)
    words = tested if isinstance(tested, str) else _counted(tested)
    wrong = () if isinstance(tested, str) else quality.causes(tested)
    return Checked(found.id, tuple(findings), import_ms, judged, said, words, wrong, lacks)


@asynccontextmanager
async def located(workspace: Workspace, which: str) -> AsyncIterator[Found]:
    """An installed plugin by its id, or the one in a folder, which can be imported for the length of the block."""
    folder = Path(which)
    with _importable(folder if folder.is_dir() else None):
        yield _in_folder(folder) if folder.is_dir() else await _installed(workspace, which)


def _counted(results: Sequence[ContractResult]) -> str:
    """How many contract tests passed, failed and were skipped."""
    counts = Counter(each.outcome for each in results)
    outcomes: tuple[Literal["passed", "failed", "skipped"], ...] = ("passed", "failed", "skipped")
    return ", ".join(f"{counts[each]} {each}" for each in outcomes if counts[each]) or "no test"


async def _installed(workspace: Workspace, id_: str) -> Found:
    found = await found_plugin(workspace, id_)
    if found.untrusted is not None:
        raise NeedsConfiguration(f"checking {id_} would run it", hint=found.untrusted)
    return found


def _in_folder(folder: Path) -> Found:
    paths = sorted(path for path in folder.glob("*/influtui.toml") if (path.parent / "__init__.py").is_file())
    if len(paths) != 1:
        count = "no package" if not paths else f"{len(paths)} packages"
        raise NotFound(
            f"{count} with an influtui.toml in {folder}", hint="Name the folder that holds the plugin's package."
        )
    path = paths[0]
    try:
        manifest, problem = manifests.read(path.read_text("utf-8")), None
    except (ManifestError, OSError, UnicodeDecodeError) as error:
        manifest, problem = None, str(error)
    id_ = manifest.id if manifest else folder.resolve().name
    return Found(id=id_, distribution=folder.name, version="?", path=str(path), manifest=manifest, problem=problem)


def _of_manifest(found: Found) -> Iterator[Finding]:
    place = found.path or found.distribution
    if found.manifest is None:
        fix = "Mend the manifest; docs/reference/plugin-api.md has all keys."
        yield Finding("M1", "error", place, found.problem or "no manifest", fix)
        return
    manifest = found.manifest
    if not manifests.serves(manifest.api):
        problem = f"made for API {manifest.api}; this is {API_VERSION}"
        yield Finding("M2", "error", place, problem, "Try it with this API and widen the range.")
    for key in ("description", "license"):
        if not getattr(manifest, key):
            yield Finding("M3", "advice", place, f"no {key}", f"Say it: {key} = “…”.")
    for source in manifest.source:
        if not source.budget:
            problem = f"source {source.id} names no budget"
            yield Finding("M4", "advice", place, problem, "Say what the platform allows: [[source.budget]].")
        if any(host.endswith(".example") for host in source.hosts):
            yield Finding(
                "M5", "advice", place, f"source {source.id} asks an example's host", "Put in the platform's host."
            )


async def _of_code(
    workspace: Workspace, manifest: Manifest, found: Found
) -> tuple[list[Finding], float | None, tuple[str, ...]]:
    place = found.path or found.distribution
    host = Host([found], _though_disabled(workspace), workspace.clock, folder=workspace.folder)
    stand_ins = StandIns(
        {field.key: STAND_IN for field in manifest.fields if field.kind == "secret"},
        {field.key: _of_its_kind(field) for field in manifest.fields if field.kind != "secret" and field.required},
    )
    findings: list[Finding] = []
    import_ms: float | None = None
    try:
        # The processor's time, as other work on the machine is no fault of the plugin.
        before = time.process_time()
        await host.activate(manifest.id)
        import_ms = (time.process_time() - before) * 1_000
        if import_ms > SLOW_IMPORT_S * 1_000:
            findings.append(
                Finding(
                    "C2",
                    "advice",
                    place,
                    f"its import takes {import_ms:.0f} ms",
                    "Import what is heavy where it is used.",
                )
            )
        for source in manifest.source:
            opened = await host.open_source(source.id, stand_ins=stand_ins)
            await opened.close()
        for carrier in manifest.carrier:
            for code in carrier.carriers:
                if await host.tracking_url(code, "1234567890") is None:
                    findings.append(
                        Finding("C3", "advice", place, f"no link for {code}", "Give one, or do not announce it.")
                    )
    except Fault as fault:
        if NotImplementedError.__name__ in fault.message:
            findings.append(
                Finding("C4", "advice", place, fault.message, "Write it: this is where a new plugin begins.")
            )
        else:
            findings.append(Finding("C1", "error", place, fault.message, "Mend what it says and check again."))
    finally:
        await host.close()
    return findings, import_ms, host.standing.lacks(manifest.id)


def _though_disabled(workspace: Workspace) -> dict[str, dict[str, Value]]:
    """The settings of plugins, as if none were disabled: what nobody uses can be looked over too."""
    return {
        id_: {key: value for key, value in given.items() if key != ENABLED.key}
        for id_, given in read_settings(workspace.folder).plugin.items()
    }


def _of_its_kind(field: Field) -> str | int | bool:
    """Some value that a required setting could have."""
    values: dict[str, str | int | bool] = {"int": 1, "bool": False, "url": "https://stand-in.example/"}
    return field.choices[0] if field.choices else values.get(field.kind, "stand-in")


async def _asked_live(workspace: Workspace, found: Found, question: str) -> tuple[str, int | None]:
    """Ask every source of a plugin one question for three accounts. What came, in words, and the time where it was well."""
    if found.manifest is None or not found.manifest.source:
        return "it has no source to ask", None
    host = Host([found], workspace.settings.plugin, workspace.clock, folder=workspace.folder)
    try:
        for entry in found.manifest.source:
            opened = await host.open_source(entry.id, await quotas.uses(workspace, entry.id))
            try:
                page = await opened.search(question, cursor=None, limit=min(3, entry.page))
            finally:
                await quotas.keep(workspace, opened)
                await opened.close()
            if page.junk:
                return f"{entry.id}: {page.junk[0].reason}", None
            if not page.profiles:
                return f"{entry.id} found nobody for “{question}”: ask for what there is", None
    except (Fault, Failure) as failure:
        return failure.message, None
    finally:
        await host.close()
    return "it answered as it should", workspace.clock()


@contextmanager
def _importable(folder: Path | None) -> Iterator[None]:
    """A folder's packages can be imported for the length of a block."""
    if folder is None:
        yield
        return
    sys.path.insert(0, str(folder.resolve()))
    try:
        yield
    finally:
        sys.path.remove(str(folder.resolve()))
