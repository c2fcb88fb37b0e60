"""Installing a plugin: what it is, asks and needs is read out of it first; its code is there only when a person agreed.

A wheel, or the name of one, goes into the environment; who keeps that environment decides how (`installers`). A folder is
copied into the user's plugin folder and trusted as it is then.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import invalidate_caches, metadata
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from influtui.host import manifests, user_folder, wheels
from influtui.host.manifests import Manifest, ManifestError
from influtui.host.states import BUNDLED, PluginState, misfit
from influtui.host.wheels import Offered
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.services.plugin import installers
from influtui.services.plugin.plugins import plugin, plugins, refuse_read_only, trust
from influtui.services.workspace import Workspace

Way = Literal["folder", "run", "shown"]

PATIENCE_S: Final = 300.0
LEFT_BEHIND: Final = (".*", "__pycache__", "*.egg-info", "dist", "build", "venv", "node_modules")
"""What of a plugin's folder is not copied."""
OUR_OWN: Final = frozenset({"influtui", "typing-extensions", "msgspec"})
"""What a plugin may count on: it comes with us."""

_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?\s*([=<>!~]=?[^;]*)?")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that can be installed: what it says of itself, and how it would get here."""

    distribution: str
    version: str
    plugins: tuple[Manifest, ...]
    requires: tuple[str, ...]
    """What else it would bring, or needs."""
    way: Way
    """Copied into the plugin folder; a command that we run; a command that a person runs."""
    command: tuple[str, ...]
    source: Path | None
    """The folder to copy."""
    replaces: str | None
    """The version in the plugin folder whose place it takes."""

    @property
    def target(self) -> Path:
        """Where a folder would be copied to."""
        return user_folder.folder() / self.plugins[0].id


@asynccontextmanager
async def offered(workspace: Workspace, what: str) -> AsyncIterator[Offer]:
    """What `what` (a wheel, a folder, or a name to look up) would bring. Runs none of its code.

    Raises `WrongUsage` for what is none of these, `Failure` for a plugin that does not fit here, or whose id is taken.
    """
    refuse_read_only(workspace)
    path = Path(what).expanduser()
    with tempfile.TemporaryDirectory(prefix="influtui-") as scratch:
        try:
            if path.is_dir():
                offer = await asyncio.to_thread(_of_folder, path)
            elif path.suffix == ".whl" and path.is_file():
                offer = _to_install(wheels.in_wheel(path), str(path.resolve()))
            elif _REQUIREMENT.fullmatch(what) and path.suffix != ".whl":
                offer = await _of_name(what, Path(scratch))
            else:
                raise WrongUsage(
                    f"“{what}” is no wheel, folder or name", hint="influtui plugin install FILE.whl|FOLDER|NAME"
                )
        except ManifestError as error:
            raise Failure(f"{what} cannot be installed: {error}", hint="Its author has to mend that.") from error
        yield await _fitting(workspace, offer)


async def install(workspace: Workspace, offer: Offer) -> tuple[PluginState, ...]:
    """Do what a person agreed to. Returns how the plugins stand now; nothing where a person has to run the command."""
    match offer.way:
        case "shown":
            return ()
        case "folder":
            await asyncio.to_thread(_copied, offer)
            return (await trust(workspace, offer.plugins[0].id),)
        case "run":
            await _run(offer.command, f"{offer.distribution} could not be installed")
            invalidate_caches()
            return tuple([await plugin(workspace, each.id) for each in offer.plugins])


async def _fitting(workspace: Workspace, offer: Offer) -> Offer:
    """The offer, if nothing is in its way."""
    known = {each.id: each for each in await plugins(workspace)}
    replaces: str | None = None
    for manifest in offer.plugins:
        if (unfit := misfit(manifest, offer.distribution)) is not None:
            raise Failure(f"{manifest.id} {offer.version} cannot be installed: {unfit}")
        there = known.get(manifest.id)
        if there is None:
            continue
        if there.distribution == BUNDLED:
            raise Failure(
                f"{manifest.id} came with influtui already", hint="Two plugins of one id cannot be told apart."
            )
        if offer.way == "folder" and there.path is not None and Path(there.path).is_relative_to(offer.target):
            replaces = there.version
        elif there.distribution.casefold() != offer.distribution.casefold():
            raise Failure(
                f"there is a plugin {manifest.id} already, from {there.distribution}",
                hint=f"`influtui plugin remove {manifest.id}` first: two of one id would both be left out.",
            )
    return msgspec.structs.replace(offer, replaces=replaces)


def _to_install(found: Offered, what: str) -> Offer:
    keeper = installers.keeper()
    if keeper == "system":
        raise Failure(
            "this Python belongs to the operating system, and nothing may be put into it",
            hint="Install influtui with pipx or uv; or unpack the wheel, and install the folder with the plugin's package.",
        )
    return Offer(
        distribution=found.distribution,
        version=found.version,
        plugins=found.plugins,
        requires=_beside_ours(found.requires),
        way="run" if keeper == "environment" else "shown",
        command=installers.installing(what),
        source=None,
        replaces=None,
    )


async def _of_name(requirement: str, scratch: Path) -> Offer:
    command = installers.fetching(requirement, scratch)
    if command is None:
        raise Failure("there is neither pip nor uv to fetch it with", hint="Download its wheel, and name the file.")
    try:
        await _run(command, f"there is no wheel of {requirement} to be had")
    except Failure as failure:
        hint = "Is the name right? Where there is no wheel, its code would run while one is built: do that yourself."
        raise NotFound(failure.message, hint=hint) from failure
    fetched = sorted(scratch.glob("*.whl"))
    if fetched:
        found, what = wheels.in_wheel(fetched[0]), str(fetched[0])
    else:
        found = wheels.described(scratch)
        what = f"{found.distribution}=={found.version}"
    # A command that is run later must name what can be had then; what we run is the very file that was looked at.
    lasting = what if installers.keeper() == "environment" else f"{found.distribution}=={found.version}"
    return _to_install(found, lasting)


def _of_folder(folder: Path) -> Offer:
    paths = sorted(path for path in folder.glob("*/influtui.toml") if (path.parent / "__init__.py").is_file())
    if len(paths) != 1:
        count = "no package" if not paths else f"{len(paths)} packages"
        raise NotFound(
            f"{count} with an influtui.toml in {folder}", hint="Name the folder that holds the plugin's package."
        )
    manifest = manifests.read(paths[0].read_text("utf-8"))
    project: dict[str, Any] = {}
    if (folder / "pyproject.toml").is_file():
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project", {})
    return Offer(
        distribution=str(folder),
        version=str(project.get("version", "-")),
        plugins=(manifest,),
        requires=tuple(each for each in _beside_ours(project.get("dependencies", ())) if not _is_installed(each)),
        way="folder",
        command=(),
        source=folder.resolve(),
        replaces=None,
    )


def _copied(offer: Offer) -> None:
    """Put a copy of the folder in its place in one step; what was there before goes when it is complete."""
    target = offer.target
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new, old = (target.with_name(f".{target.name}.{end}") for end in ("new", "old"))
    for each in (new, old):
        shutil.rmtree(each, ignore_errors=True)
    try:
        shutil.copytree(str(offer.source), new, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        user_folder.digest_of(new)  # refuses what cannot be trusted as it is: links to elsewhere
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise Failure(f"{offer.source} cannot be copied: {error.strerror}", hint="Nothing was installed.") from error
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _beside_ours(requires: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in requires if _name(str(each)) not in OUR_OWN)


def _is_installed(requirement: str) -> bool:
    try:
        metadata.distribution(_name(requirement))
    except metadata.PackageNotFoundError:
        return False
    return True


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return match[0].casefold().replace("_", "-") if match else requirement


async def _run(command: tuple[str, ...], failed: str) -> None:
    """Run an installer. Raises `Failure` with the last line that it said."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise Failure(f"{failed}: {command[0]} cannot be run ({error.strerror})") from error
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise Failure(f"{failed}: {command[0]} took more than {PATIENCE_S:.0f} s") from None
    if process.returncode:
        said = [line.strip() for line in printed.decode("utf-8", "replace").splitlines() if line.strip()]
        raise Failure(f"{failed}: {said[-1][:300] if said else f'exit code {process.returncode}'}")
