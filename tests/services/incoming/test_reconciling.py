"""What lies in Sent, and what does not yet: a copy is filed once, a doubt is settled by what is there and by nothing else."""

from __future__ import annotations

import pytest
from posts import Post

from influtui.services.incoming import syncing
from influtui.services.outgoing import reconciling, sending
from influtui.services.outgoing.reconciling import GIVEN_UP_MS, NOT_IN_SENT, PATIENCE_MS
from influtui.services.workspace import opened
from influtui.store import received

MINUTE = 60_000


async def learn(post: Post, *, files_sent: bool) -> None:
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await received.learn(transaction, post.account.address, files_sent=files_sent, authserv_id=None)


async def sync_after(post: Post, ms: int) -> syncing.SyncReport:
    at = post.workspace.clock() + ms
    async with opened(post.workspace.folder, clock=lambda: at) as then:  # type: ignore[arg-type,return-value]
        return await syncing.sync(then, post.account)


def copies(post: Post) -> int:
    return len(post.server.stored(post.account.address, "Sent"))


async def test_a_server_that_files_by_itself_is_given_no_copy_however_long_it_takes(post: Post) -> None:
    """Defence: two copies in Sent would look like two letters."""
    await learn(post, files_sent=True)
    for ms in (0, PATIENCE_MS + MINUTE, GIVEN_UP_MS + MINUTE):
        assert (await sync_after(post, ms)).filed == 0
    assert copies(post) == 0


async def test_a_server_that_was_never_tested_has_time_to_file_by_itself(post: Post) -> None:
    """Defence: some file a moment after the letter went; only where nothing lies there after a while it is filed."""
    assert (await sync_after(post, 0)).filed == 0
    post.deliver(post.receiver.to("anna@mail.test")[0].raw, folder="Sent")
    assert (await sync_after(post, PATIENCE_MS + MINUTE)).filed == 1
    assert copies(post) == 2


async def test_a_copy_that_lies_there_is_not_filed_again(post: Post) -> None:
    """Defence: each letter is looked for by its id before it is filed, whatever was read of the folder before."""
    await learn(post, files_sent=False)
    post.deliver(post.receiver.to("anna@mail.test")[0].raw, folder="Sent")
    async with syncing.opened(post.workspace, post.account) as mailbox:
        assert (await reconciling.reconcile(post.workspace, post.account, mailbox)).filed == 1
    assert copies(post) == 2


@pytest.mark.parametrize(("minutes", "is_missing"), [(9, False), (11, True)])
async def test_a_letter_in_doubt_is_called_missing_only_after_its_server_had_time(
    post: Post, minutes: int, is_missing: bool
) -> None:
    """Defence: who reads too early that it did not go may send it twice."""
    await learn(post, files_sent=True)
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await transaction.run("UPDATE messages SET state = 'unknown', outcome = 'cut off' WHERE direction = 'out'")
    await sync_after(post, minutes * MINUTE)
    assert {(row.state, (row.outcome or "") == NOT_IN_SENT) for row in await sending.outgoing(post.workspace)} == {
        ("unknown", is_missing)
    }
    assert len(post.receiver.received) == 2
