from __future__ import annotations

import pytest
from mail_receiver import MailReceiver, Received
from mail_server import PASSWORD, MailServer

from influtui.model.failures import Failure
from influtui.model.settings import MailAccount
from influtui.secrets.passwords import variable
from influtui.services.mailbox import accounts, trying
from influtui.services.workspace import Workspace
from influtui.store import received


@pytest.fixture
async def box(
    workspace: Workspace, receiver: MailReceiver, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> MailAccount:  # fmt: skip
    address = f"try{abs(hash(request.node.nodeid))}@rig.test"
    monkeypatch.setenv(variable(address), PASSWORD)
    made = MailAccount(
        address=address, smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none",
        imap_host="127.0.0.1", imap_port=mail_server.port, imap_security="none",
    )  # fmt: skip
    return await accounts.add(workspace, made)


@pytest.mark.parametrize("files", [True, False])
async def test_a_mail_to_oneself_teaches_what_the_server_does(
    workspace: Workspace, receiver: MailReceiver, mail_server: MailServer, box: MailAccount, files: bool
) -> None:
    def hand_on(mail: Received) -> None:
        signed = b"Authentication-Results: mx.rig.test (a comment); spf=pass smtp.mailfrom=rig.test\r\n" + mail.raw
        mail_server.deliver(box.address, signed)
        if files:
            mail_server.deliver(box.address, mail.raw, folder="Sent")

    receiver.hand_on = hand_on
    found = await trying.by_mail(workspace, box, files_within_s=0.0)
    assert (found.arrived_in, found.files_sent, found.authserv_id) == ("INBOX", files, "mx.rig.test")
    learned = await received.learned(workspace.db, box.address)
    assert (learned.files_sent, learned.authserv_id) == (files, "mx.rig.test")


async def test_a_mail_that_does_not_come_is_said_so(workspace: Workspace, box: MailAccount) -> None:
    with pytest.raises(Failure, match="has not come"):
        await trying.by_mail(workspace, box, arrives_within_s=0.0)


async def test_both_servers_are_tried(workspace: Workspace, box: MailAccount) -> None:
    found, failures = await accounts.try_out(workspace, box.address)
    assert (found.signed_in, found.imap_server, found.tells_of_new_mail) == (False, f"127.0.0.1:{box.imap_port}", True)
    assert failures == ()


async def test_a_server_that_fails_does_not_keep_the_other_from_being_tried(
    workspace: Workspace, receiver: MailReceiver, box: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.stop()
    found, [failure] = await accounts.try_out(workspace, box.address)
    assert (found.failed, found.tells_of_new_mail, failure.exit_code) == (("smtp",), True, 1)
    monkeypatch.setenv(variable(box.address), "wrong")
    found, failures = await accounts.try_out(workspace, box.address)
    assert (found.failed, [each.exit_code for each in failures]) == (("smtp", "imap"), [1, 4])
    assert "secret set" in (failures[1].hint or "")
