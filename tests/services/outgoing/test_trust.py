from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.machines import Machine
from influtui.model.settings import MailAccount
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import enrolling, outreach, sending, trust
from influtui.services.settings import change
from influtui.services.workspace import DATABASE, Workspace, opened
from influtui.store import heartbeats
from influtui.worker.rounds import Round, round_of

ANNA, BEN = "instagram:anna", "tiktok:ben"
DAY = 86_400_000


@pytest.fixture
async def campaign(workspace: Workspace, receiver: MailReceiver, account: Any) -> str:
    for ref in (ANNA, BEN):
        handle = ref.partition(":")[2]
        await account(ref, name=handle.capitalize(), email=f"{handle}@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road, 12345 Town"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    box = MailAccount(address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none")
    await accounts.add(workspace, box)
    for key, value in {"gap_s": "0", "jitter_s": "0", "window": "00:00-24:00", "days": "mon-sun"}.items():
        change(workspace.folder, f"sending.{key}", value)
    return made.campaign.code


async def work(folder: Path, at: int) -> Round:
    async with opened(folder, clock=lambda: at) as workspace:  # type: ignore[arg-type,return-value]
        return await round_of(workspace)


@pytest.fixture
def restored(workspace: Workspace, campaign: str, tmp_path: Path) -> Callable[[], None]:
    """Puts the database back to how it was when the fixture was asked for."""
    kept = tmp_path / "kept.db"

    async def keep() -> None:
        from influtui.store.database import copied

        await copied(workspace.db, kept)

    def put_back() -> None:
        for name in ("", "-wal", "-shm"):
            (workspace.folder / f"{DATABASE}{name}").unlink(missing_ok=True)
        shutil.copy(kept, workspace.folder / DATABASE)

    put_back.keep = keep  # type: ignore[attr-defined]
    return put_back


async def test_a_database_that_was_put_back_sends_nothing_until_a_person_has_looked(
    workspace: Workspace, campaign: str, receiver: MailReceiver, restored: Any
) -> None:
    refs = [parse_ref(ANNA), parse_ref(BEN)]
    await enrolling.enroll(workspace, "gift", campaign, refs, trusted=True)
    await restored.keep()
    at, folder = workspace.clock(), workspace.folder
    assert (await work(folder, at)).sent == 2
    await workspace.db.close()
    restored()

    refused = await work(folder, at + 60_000)
    assert (refused.sent, refused.written) == (0, 0)
    assert "put back" in refused.troubles[0]
    assert "worker confirm" in refused.troubles[0]
    async with opened(folder, clock=lambda: at + 60_000) as then:  # type: ignore[arg-type,return-value]
        with pytest.raises(trust.Untrusted):
            await sending.send_queued(then)
        done = await trust.confirm(then)
        assert (done.was, done.doubtful) == ("restored", 2)
        assert {row.state for row in await sending.outgoing(then)} == {"unknown"}
        with pytest.raises(WrongUsage):
            await trust.confirm(then)
    assert (await work(folder, at + 4 * DAY)).sent == 0
    assert len(receiver.received) == 2


async def test_a_letter_that_a_person_sends_leaves_its_sign_beside_the_database(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    """Defence: a database that is put back to before this letter is known by the file beside it."""
    await outreach.contact(workspace, campaign, [parse_ref(ANNA)], "gift")
    beside, known = heartbeats.beside(workspace.folder), await heartbeats.last(workspace.db)
    assert beside is not None
    assert beside == known


async def test_a_database_that_was_put_back_writes_no_letter_that_is_due(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    """Defence: the worker asks before it writes, since a letter that is written anew has another id than the one that went."""
    await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA)], trusted=True)
    assert (await work(workspace.folder, workspace.clock())).sent == 1
    sign = heartbeats.beside(workspace.folder)
    assert sign is not None
    heartbeats.put_beside(workspace.folder, heartbeats.Heartbeat(serial=sign.serial + 1, host=sign.host, at=sign.at))
    done = await work(workspace.folder, workspace.clock() + 3 * DAY)
    assert (done.written, done.sent) == (0, 0)


async def test_who_knows_that_nothing_was_sent_says_so(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA)], trusted=True)
    sign = heartbeats.Heartbeat(serial=7, host="elsewhere", at=workspace.clock())
    heartbeats.put_beside(workspace.folder, sign)
    assert (await work(workspace.folder, workspace.clock())).sent == 0
    await trust.confirm(workspace, nothing_was_sent=True)
    assert (await work(workspace.folder, workspace.clock())).sent == 1


@pytest.mark.parametrize(("hours", "what"), [(-1, "clock"), (0, None), (239, None), (241, "silent")])
async def test_a_clock_that_goes_back_and_a_long_silence_are_seen(
    workspace: Workspace, campaign: str, receiver: MailReceiver, hours: int, what: str | None
) -> None:
    await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA), parse_ref(BEN)], trusted=True)
    await work(workspace.folder, workspace.clock())
    at = workspace.clock() + hours * 3_600_000
    async with opened(workspace.folder, clock=lambda: at) as then:  # type: ignore[arg-type,return-value]
        found = await trust.suspicion(then, by_itself=True)
    assert (found.what if found else None) == what
    follow_ups = 2 if hours == 239 else 0
    assert (await work(workspace.folder, at)).sent == follow_ups


async def test_another_machine_asks_first_and_a_person_at_the_keyboard_too(
    workspace: Workspace, campaign: str, receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outreach.contact(workspace, campaign, [parse_ref(ANNA)], "gift")
    monkeypatch.setattr(trust, "here", lambda: Machine("other", "boot"))
    with pytest.raises(trust.Untrusted, match="other"):
        await outreach.contact(workspace, campaign, [parse_ref(BEN)], "gift")
    await trust.confirm(workspace)
    report = await outreach.contact(workspace, campaign, [parse_ref(BEN)], "gift")
    assert [row.state for row in report.rows] == ["sent"]
