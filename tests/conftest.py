"""What every test gets: a workspace of its own, a stopped clock, no way out of this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings
from mail_receiver import MailReceiver
from mail_server import MailServer

from influtui.model.creators import handle_key
from influtui.model.times import Millis
from influtui.services.workspace import Workspace, opened
from influtui.store import text_index

NOON = Millis(1_795_348_800_000)
"""2026-11-22T12:00:00Z: what time it is in tests."""


# How long an example takes says how busy the machine is: it is no reason for a property to fail. The examples are the same
# in every run, so that a change fails for what it changed; who looks for new ones sets INFLUTUI_EXPLORE=1.
_PROPERTIES = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("the same", _PROPERTIES, derandomize=True)
settings.register_profile("explore", _PROPERTIES, print_blob=True)
settings.load_profile("explore" if os.environ.get("INFLUTUI_EXPLORE") else "the same")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Workers for `-n auto`: more than there are cores, because tests of terminals and servers mostly wait for them."""
    cores = os.cpu_count() or 1
    return min(2 * cores, cores + 4)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's files, settings or terminal."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("INFLUTUI_", "XDG_"))]:
        if name != "INFLUTUI_SAMPLES":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("INFLUTUI_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    """An empty workspace whose clock stands at noon."""
    async with opened(tmp_path / "workspace", clock=lambda: NOON) as opened_workspace:
        yield opened_workspace


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock of commands run in this process stands at noon, beside data that bear dates."""
    monkeypatch.setattr("influtui.services.workspace.time.time_ns", lambda: NOON * 1_000_000)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real payloads and files that are not part of the project; tests that need them skip where they are absent."""
    named = os.environ.get("INFLUTUI_SAMPLES")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("no samples here: set INFLUTUI_SAMPLES to their folder")
    return folder


class MakeAccount(Protocol):
    """Puts an account (and a person, unless `person` names one) straight into the store."""

    async def __call__(self, ref: str, *, person: int | None = None, **columns: Any) -> int: ...


@pytest.fixture
def account(workspace: Workspace) -> MakeAccount:
    """Makes accounts without the way in: for tests of what is done with people who are there already."""

    async def make(ref: str, *, person: int | None = None, **columns: Any) -> int:
        platform, _, handle = ref.partition(":")
        async with workspace.db.write(NOON, durability="normal") as transaction:
            creator_id = await transaction.next_ids("creators", 1)
            if person is None:
                person = await transaction.next_ids("persons", 1)
                await transaction.run("INSERT INTO persons (id, created_at) VALUES (?, ?)", (person, NOON))
            row = {
                "id": creator_id, "person_id": person, "platform": platform, "handle": handle,
                "handle_key": handle_key(handle), "created_at": NOON, "updated_at": NOON, **columns,
            }  # fmt: skip
            marks = ", ".join("?" * len(row))
            await transaction.run(f"INSERT INTO creators ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
            await text_index.add(transaction, [creator_id])
        return creator_id

    return make


@pytest.fixture
def receiver() -> Iterator[MailReceiver]:
    """A real SMTP server on loopback."""
    server = MailReceiver().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """A real IMAP server on loopback; each test takes an address of its own."""
    if not MailServer.is_here():
        pytest.skip("no Dovecot here: apt-get install dovecot-imapd")
    with MailServer() as server:
        yield server
