"""What a letter carries beside its text: the way out, what the law wants to be told, and the language."""

from __future__ import annotations

from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.model.templates import Template
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, suppressing, templates
from influtui.services.settings import change
from influtui.services.upkeep import undo
from influtui.services.workspace import Workspace, opened

ANNA, BEN, CHLOE = "instagram:anna", "tiktok:ben", "instagram:chloe"
REFS = [parse_ref(ref) for ref in (ANNA, BEN, CHLOE)]


@pytest.fixture
async def campaign(workspace: Workspace, receiver: MailReceiver, account: Any) -> str:
    await account(ANNA, name="Anna", email="anna@mail.test", country="DE", language="de", found_by="tagged_us")
    await account(BEN, name="Ben", email="ben@mail.test", country="US", language="en")
    await account(CHLOE, name="Chloe", email="chloe@mail.test", country="FR", language="fr")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road, 12345 Town"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    box = MailAccount(address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none")
    await accounts.add(workspace, box)
    return made.campaign.code


async def test_who_is_in_europe_is_told_once_why_they_are_written_to(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await outreach.contact(workspace, campaign, REFS, "gift")
    [anna], [ben] = receiver.to("anna@mail.test"), receiver.to("ben@mail.test")
    assert "you mentioned us on Instagram" in " ".join(anna.text.split())
    assert "Art. 6(1)(f) GDPR" in anna.text
    assert "GDPR" not in ben.text
    await outreach.contact(workspace, campaign, REFS, "follow-up", again=True)
    assert "GDPR" not in receiver.to("anna@mail.test")[1].text
    [told, untold] = await suppressing.standing(workspace, [ANNA, BEN])
    assert (told.basis or "").startswith("legitimate interest")
    assert told.source == "you mentioned us on Instagram"
    assert told.told_at is not None
    assert untold.told_at is None


async def test_who_lives_nobody_knows_where_is_told_as_well(
    workspace: Workspace, campaign: str, receiver: MailReceiver, account: Any
) -> None:
    await account("instagram:dan", name="Dan", email="dan@mail.test")
    await outreach.contact(workspace, campaign, [parse_ref("instagram:dan")], "gift")
    assert "your public profile on Instagram" in " ".join(receiver.received[0].text.split())


async def test_a_direct_message_tells_it_too_and_once(workspace: Workspace, campaign: str) -> None:
    made = await outreach.plan(workspace, campaign, REFS, "dm-hello")
    assert ["GDPR" in each.rendered.body for each in made.letters] == [True, False, True]
    await outreach.sent_by_hand(workspace, made)
    [told, untold] = await suppressing.standing(workspace, [ANNA, BEN])
    assert (told.source, untold.source) == ("you mentioned us on Instagram", None)
    again = await outreach.plan(workspace, campaign, REFS, "dm-hello", again=True)
    assert not any("GDPR" in each.rendered.body for each in again.letters)
    await undo(workspace)
    [told] = await suppressing.standing(workspace, [ANNA])
    assert told.told_at is None


async def test_a_notice_in_a_letter_that_was_refused_does_not_count(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    receiver.script["RCPT"] = "550 5.1.1 no such user"
    await outreach.contact(workspace, campaign, REFS[:1], "gift")
    receiver.script.clear()
    await outreach.contact(workspace, campaign, REFS[:1], "gift")
    assert "GDPR" in receiver.received[0].text


async def test_everybody_is_written_to_in_their_language_where_there_is_a_variant(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    body = "Hallo {{ first_name }}, magst du {{ brand }}?"
    await templates.new(workspace, Template(name="gift.de", subject="Hallo von {{ brand }}", body=body))
    report = await outreach.preview(workspace, campaign, REFS, "gift")
    assert {row.ref: (row.template, row.language) for row in report.rows} == {
        ANNA: ("gift.de", "de"), BEN: ("gift", "en"), CHLOE: ("gift", "fr"),
    }  # fmt: skip
    german = next(row.body or "" for row in report.rows if row.ref == ANNA)
    assert "antworten Sie mit STOP" in german
    assert "DSGVO" in german
    assert "Sie haben uns auf Instagram erwähnt" in german


async def test_a_letter_names_a_way_out_that_mail_programs_understand(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await outreach.contact(workspace, campaign, REFS[1:2], "gift")
    [message] = [each.message for each in receiver.received]
    token = message["Message-ID"].strip("<>").partition("@")[0]
    assert message["List-Unsubscribe"] == f"<mailto:jo@brand.test?subject=unsubscribe%20{token}>"
    assert message["List-Unsubscribe-Post"] is None


async def test_one_click_is_promised_only_with_an_address_that_takes_it(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    change(workspace.folder, "sending.unsubscribe_url", "https://brand.test/out?id={token}")
    async with opened(workspace.folder, clock=workspace.clock) as then:
        await outreach.contact(then, campaign, REFS[1:2], "gift")
    assert receiver.received[0].message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    change(workspace.folder, "sending.unsubscribe_url", "http://brand.test/")
    async with opened(workspace.folder, clock=workspace.clock) as then:
        with pytest.raises(WrongUsage, match="https"):
            await outreach.contact(then, campaign, REFS[:1], "gift")


async def test_the_country_that_a_person_noted_counts_before_what_the_account_says(
    workspace: Workspace, campaign: str
) -> None:
    async with workspace.change("people.edit", "moved") as unit:
        [person] = {
            row["person_id"] for row in await unit.transaction.all("SELECT person_id FROM creators WHERE id = 2")
        }
        await unit.update("persons", person, {"country": "AT"})
    report = await outreach.preview(workspace, campaign, REFS[1:2], "gift")
    assert "GDPR" in (report.rows[0].body or "")
