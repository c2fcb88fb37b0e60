"""The workspace: a folder a person can hold, opened.

Every service function takes one of these first. It carries the database, the settings, who acts and what time it is;
the clock is a field so that tests and the demo world can stop it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from influtui.model import records
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.ids import JournalId
from influtui.model.settings import Settings
from influtui.model.times import Millis
from influtui.store import daily
from influtui.store.database import Database, open_database
from influtui.store.journal import UnitOfWork, unit_of_work
from influtui.store.sqlite import Durability

T = TypeVar("T")

DATABASE: Final = "influtui.db"
CONFIG: Final = "config.toml"


def wall_clock() -> Millis:
    """The time now."""
    return Millis(time.time_ns() // 1_000_000)


@dataclass(frozen=True)
class PluginChoice:
    """Which plugins this run does without, as its options say."""

    safe_mode: bool = False
    without: frozenset[str] = frozenset()


class Lasting:
    """What a workspace makes once and closes with itself: its plugins' host. Made by whoever needs it first."""

    def __init__(self) -> None:
        self._made: dict[type[Any], Any] = {}
        self._making = asyncio.Lock()

    async def get(self, kind: type[T], make: Callable[[], Awaitable[T]]) -> T:
        """The one object of that kind."""
        async with self._making:
            if kind not in self._made:
                self._made[kind] = await make()
        made: T = self._made[kind]
        return made

    async def close(self) -> None:
        """Close what was made."""
        while self._made:
            await self._made.popitem()[1].close()


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Close its database when done; `opened` does that."""

    folder: Path
    db: Database
    settings: Settings
    actor: str
    clock: Callable[[], Millis] = wall_clock
    lasting: Lasting = field(default_factory=Lasting, compare=False)
    plugins: PluginChoice = PluginChoice()
    rehearsal: bool = False
    """Whether every change is made, shown and rolled back: what `--dry-run` asks for."""

    def rehearsing(self) -> Workspace:
        """The same workspace, in which nothing that is changed stays."""
        return replace(self, rehearsal=True)

    def change(
        self,
        verb: str,
        summary: str,
        *,
        reason: str | None = None,
        import_id: int | None = None,
        continues: JournalId | None = None,
        durability: Durability = "full",
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """One journaled act of this workspace's actor, in one transaction (`continues` an earlier one's entry)."""
        begun = unit_of_work(
            self.db,
            at=self.clock(),
            actor=self.actor,
            verb=verb,
            summary=summary,
            reason=reason,
            import_id=import_id,
            continues=continues,
            durability=durability,
        )
        return _rolled_back(begun) if self.rehearsal else begun


class _Rehearsed(Exception):
    """Ends a transaction that must leave no trace."""


@asynccontextmanager
async def _rolled_back(begun: AbstractAsyncContextManager[UnitOfWork]) -> AsyncIterator[UnitOfWork]:
    with suppress(_Rehearsed):
        async with begun as unit:
            yield unit
            raise _Rehearsed


def default_folder() -> Path:
    """`INFLUTUI_WORKSPACE`, else the platform's folder for application data."""
    named = os.environ.get("INFLUTUI_WORKSPACE")
    if named:
        return Path(named)
    import platformdirs  # here and below: on the way to the first frame, a millisecond counts

    return Path(platformdirs.user_data_dir("influtui", appauthor=False))


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    read_only: bool = False,
    clock: Callable[[], Millis] = wall_clock,
    plugins: PluginChoice = PluginChoice(),
    alone_when_full: bool = False,
) -> AsyncIterator[Workspace]:
    """Open the workspace in `folder` (made where it does not exist) for the length of a block.

    `alone_when_full` is for one command: on a full disk it reads, while all others wait.
    """
    folder = folder.expanduser().absolute()
    settings = read_settings(folder)
    if settings.world is not None and clock is wall_clock:
        world = settings.world
        clock = lambda: world.at(wall_clock())  # noqa: E731
    database = await open_database(folder / DATABASE, read_only=read_only, alone_when_full=alone_when_full)
    lasting = Lasting()
    try:
        actor = settings.actor or default_actor()
        yield Workspace(folder, database, settings, actor, clock, lasting, plugins)
        if database.has_written and not database.is_closed:
            await daily.keep(database, clock())
    finally:
        await lasting.close()
        await database.close()


def read_settings(folder: Path) -> Settings:
    """`config.toml` of a workspace; all defaults where there is none.

    Raises `NeedsConfiguration` naming the file and the key that is wrong.
    """
    path = folder / CONFIG
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Settings()
    except NotADirectoryError as error:
        raise Failure(
            f"{folder} is a file, not a workspace",
            hint="A workspace is a folder: --workspace DIR or INFLUTUI_WORKSPACE.",
        ) from error
    except PermissionError as error:
        raise Failure(
            f"{path} may not be read", hint="Is this workspace somebody else's? Name yours: --workspace DIR."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsConfiguration(f"{path} cannot be read: {error}", hint="Mend or remove the file.") from error
    import tomllib

    try:
        return records.convert(tomllib.loads(text), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise NeedsConfiguration(f"config.toml is not right: {error}", hint=f"Mend {path}.", at=str(path)) from error


def default_actor() -> str:
    """`user@host`, for the journal."""
    user = os.environ.get("LOGNAME") or os.environ.get("USER")
    if not user:
        import pwd

        try:
            user = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            user = f"uid{os.getuid()}"
    return f"{user}@{os.uname().nodename}"
