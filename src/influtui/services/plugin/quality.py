"""A plugin's tier: none, bronze, silver or gold, computed on this machine, never claimed by the plugin.

The rules are data (`quality.toml`). The contract tests that lie beside a plugin are run by pytest in a process of its own;
what was not run against the live platform is said. A tier holds for one version of the plugin and of the API, and for 180
days.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import msgspec
import platformdirs

from influtui.api import API_VERSION
from influtui.host.discovery import Found
from influtui.host.manifests import Manifest
from influtui.host.states import BUNDLED, PluginState
from influtui.model import records
from influtui.model.times import Millis
from influtui.services.plugin.findings import Finding

Tier = Literal["bronze", "silver", "gold"]
TIERS: Final[tuple[Tier, ...]] = ("bronze", "silver", "gold")

DAY_MS: Final = 86_400_000
HOLDS_MS: Final = 180 * DAY_MS
LIVE_HOLDS_MS: Final = 90 * DAY_MS
PATIENCE_S: Final = 300.0
KEPT: Final = "plugin-checks.json"


class Rule(msgspec.Struct, frozen=True):
    """One rule of the scale."""

    id: str
    tier: Tier
    says: str


class Unmet(msgspec.Struct, frozen=True):
    """A rule that a plugin does not meet, and why."""

    rule: str
    tier: Tier
    says: str
    why: str


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin's tier and what keeps it from the next one."""

    tier: Tier | None
    unmet: tuple[Unmet, ...]
    version: str
    api: str
    checked_at: int
    live_at: int | None
    """When the live platform last answered it well; None where it was not run live."""
    asks: bool
    """Whether it asks a platform at all."""

    @property
    def words(self) -> str:
        """As lists show it."""
        return f"{self.tier or 'none'}{', not run live' if self.asks and self.live_at is None else ''}"


class ContractResult(msgspec.Struct, frozen=True):
    """What came of one test of the contract kit."""

    kind: Literal["source", "carrier", "pane"]
    id: str
    test: str
    outcome: Literal["passed", "failed", "skipped"]
    why: str = ""
    """What was wrong, where it failed."""
    place: str = ""
    """File and line of the author's, where it failed there."""


class Cause(msgspec.Struct, frozen=True):
    """Something that is wrong, and the contract tests that fail for it."""

    why: str
    place: str
    tests: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """The scale."""
    text = files("influtui.services.plugin").joinpath("quality.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text)["rule"], tuple[Rule, ...])


def judged(
    found: Found,
    findings: Sequence[Finding],
    tested: Sequence[ContractResult] | str,
    *,
    live_at: int | None,
    now: Millis,
) -> Quality:
    """The tier that these results give. `tested` is why there are none where there are none."""
    why = _why_not(found, findings, tested, live_at, now)
    unmet = tuple(Unmet(rule.id, rule.tier, rule.says, why[rule.id]) for rule in rules() if rule.id in why)
    reached: Tier | None = None
    for tier in TIERS:
        if any(each.tier == tier for each in unmet):
            break
        reached = tier
    return Quality(
        tier=reached,
        unmet=unmet,
        version=found.version,
        api=API_VERSION,
        checked_at=now,
        live_at=live_at,
        asks=found.manifest is not None and bool(found.manifest.source),
    )


async def contract_results(found: Found) -> list[ContractResult] | str:
    """What the contract tests beside a plugin say; or why there is nothing to say."""
    tests = _tests_of(found)
    if tests is None:
        return "its contract tests did not come with it"
    if find_spec("pytest") is None:
        return "pytest is not installed: pip install 'influtui[testing]'"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "contract.json"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pytest", "-q", "-p", "influtui.testing.report", "-p", "no:cacheprovider",
            "--import-mode=importlib", str(tests),
            env={**os.environ, "INFLUTUI_CONTRACT_REPORT": str(report), "PYTHONPATH": _path_for(tests.parent)},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            return f"its contract tests took more than {PATIENCE_S:.0f} s"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        try:
            return records.from_json(report.read_bytes(), list[ContractResult])
        except (OSError, msgspec.DecodeError):
            return f"its contract tests cannot be run: try pytest in {tests.parent}"


def causes(results: Sequence[ContractResult]) -> tuple[Cause, ...]:
    """What is wrong, each once: one mistake fails many tests. That which fails most first."""
    by_cause: dict[tuple[str, str], list[str]] = {}
    for each in results:
        if each.outcome == "failed":
            by_cause.setdefault((each.why, each.place), []).append(each.test)
    found = [Cause(why, place, tuple(tests)) for (why, place), tests in by_cause.items()]
    return tuple(sorted(found, key=lambda each: -len(each.tests)))


def kept(now: Millis) -> dict[str, Quality]:
    """The tiers that are still known here, by plugin; those of older versions of the API and of long ago are not."""
    return {
        id_: each for id_, each in _read().items() if each.api == API_VERSION and 0 <= now - each.checked_at <= HOLDS_MS
    }


def of(state: PluginState, known: Mapping[str, Quality]) -> Quality | None:
    """The tier of a plugin as it is installed; None where this version was not checked here."""
    quality = known.get(state.id)
    return quality if quality is not None and quality.version == state.version else None


def keep(id_: str, quality: Quality) -> None:
    """Remember a plugin's tier for lists. Where that cannot be written, lists go without."""
    try:
        path = _place()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(msgspec.json.encode({**_read(), id_: quality}))
        unfinished.replace(path)
    except OSError:
        return


def _why_not(
    found: Found,
    findings: Sequence[Finding],
    tested: Sequence[ContractResult] | str,
    live_at: int | None,
    now: Millis,
) -> dict[str, str]:
    """By rule that is not met: why."""
    manifest = found.manifest
    why: dict[str, str] = {}
    by_code = {"M3": "described", "M4": "budgets", "M5": "budgets", "C2": "light"}
    for finding in findings:
        rule = "works" if finding.level == "error" else by_code.get(finding.code)
        if rule is not None:
            why.setdefault(rule, finding.problem)
    if manifest is None:
        return {"works": why.get("works", "its manifest cannot be read")}
    why |= _of_contract(manifest, tested)
    if found.distribution != BUNDLED and not (manifest.docs and manifest.issues):
        why["reachable"] = "no docs" if not manifest.docs else "no issues"
    for field in manifest.fields:
        if field.kind == "secret" and not field.help:
            why.setdefault("helped", f"{field.key} has no help")
    if not manifest.source:
        return why
    if live_at is None:
        why["live"] = f"not run live: `influtui plugin check {manifest.id} --live QUERY`"
    elif now - live_at > LIVE_HOLDS_MS:
        why["live"] = "run live more than 90 days ago"
    return why


def _of_contract(manifest: Manifest, tested: Sequence[ContractResult] | str) -> dict[str, str]:
    if isinstance(tested, str):
        return {"contract": tested, "unskipped": tested}
    why: dict[str, str] = {}
    known = {(each.kind, each.id) for each in tested}
    offered = (("source", manifest.source), ("carrier", manifest.carrier), ("pane", manifest.pane))
    announced = [(kind, each.id) for kind, entries in offered for each in entries]
    for kind, id_ in announced:
        if (kind, id_) not in known:
            why.setdefault("contract", f"no contract test for {kind} {id_}")
    for each in tested:
        if each.outcome == "failed":
            why.setdefault("contract", f"{each.id}: {each.test} fails")
        elif each.outcome == "skipped":
            why.setdefault("unskipped", f"{each.id}: {each.test} is skipped")
    return why


def _tests_of(found: Found) -> Path | None:
    if found.path is None:
        return None
    root = Path(found.path).resolve().parent.parent
    # In an environment's own folder, `tests` is somebody else's.
    installed = root.name in ("site-packages", "dist-packages")
    return None if installed or not (root / "tests").is_dir() else root / "tests"


def _path_for(root: Path) -> str:
    return os.pathsep.join(each for each in (str(root), os.environ.get("PYTHONPATH", "")) if each)


def _place() -> Path:
    return Path(platformdirs.user_data_dir("influtui", appauthor=False)) / KEPT


def _read() -> dict[str, Quality]:
    try:
        return records.from_json(_place().read_bytes(), dict[str, Quality])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
