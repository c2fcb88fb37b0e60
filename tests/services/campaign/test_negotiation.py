"""Negotiation: six terms and a fee make an agreement, and a changed term ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CollaborationId
from influtui.model.money import Money
from influtui.model.terms import terms_hash
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, collaborations, negotiation
from influtui.services.workspace import Workspace

MakeAccount = Callable[..., Awaitable[int]]
SIX = {
    "content": "1 reel", "captions": "#ad first", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
    "rights": "organic, 6 months",
}  # fmt: skip


@pytest.fixture
async def anna(workspace: Workspace, account: MakeAccount) -> CollaborationId:
    """Somebody picked for a campaign that counts in euros and has one product."""
    await account("instagram:anna")
    await brands.new_brand(workspace, "Acme", {"currency": "EUR"})
    await brands.new_product(workspace, None, "SERUM-30", {"cost": "7.20"})
    await campaigns.new_campaign(workspace, "Spring", {})
    await campaigns.judge(workspace, None, [parse_ref("instagram:anna")], "pick")
    return (await collaborations.of_ref(workspace, parse_ref("instagram:anna"))).id


async def test_terms_are_noted_as_they_come_and_the_sheet_says_what_is_missing(
    workspace: Workspace, anna: CollaborationId
) -> None:
    await negotiation.note_terms(workspace, anna, {"content": "1 reel", "fee": "250"}, products=["serum-30"])
    found = (await negotiation.note_terms(workspace, anna, {}, waive=["captions"])).terms
    assert found.settled == ("content", "captions")
    assert found.missing == ("go_live", "placement", "retention", "rights")
    assert (found.fee, found.skus) == (Money(25_000, "EUR"), ("SERUM-30",))


async def test_an_agreement_that_comes_too_early_names_what_is_missing_and_notes_nothing(
    workspace: Workspace, anna: CollaborationId
) -> None:
    with pytest.raises(Failure, match="1 missing: fee"):
        await negotiation.note_terms(workspace, anna, SIX, agreed=True)
    assert (await negotiation.sheet(workspace, anna)).terms.terms == ()


async def test_an_agreement_bears_the_hash_of_its_terms(workspace: Workspace, anna: CollaborationId) -> None:
    sheet = await negotiation.note_terms(workspace, anna, {**SIX, "fee": "0"}, agreed=True)
    assert sheet.agreement is not None
    assert sheet.agreement.hash == terms_hash(sheet.terms)
    assert sheet.collaboration.state == "agreed"


async def test_agreeing_twice_is_one_agreement(workspace: Workspace, anna: CollaborationId) -> None:
    first = await negotiation.note_terms(workspace, anna, {**SIX, "fee": "250"}, agreed=True)
    again = await negotiation.note_terms(workspace, anna, {"content": "1 reel"}, agreed=True)
    assert (first.agreed_now, again.agreed_now, again.changed) == (True, False, ())
    assert first.agreement == again.agreement


async def test_a_changed_term_ends_the_agreement_and_says_so(workspace: Workspace, anna: CollaborationId) -> None:
    agreed = await negotiation.note_terms(workspace, anna, {**SIX, "fee": "250"}, agreed=True)
    changed = await negotiation.note_terms(workspace, anna, {"fee": "300"})
    assert changed.agreement is None
    assert changed.reopened is not None
    assert agreed.agreement is not None
    assert changed.reopened.hash == agreed.agreement.hash
    assert changed.collaboration.state == "negotiating"
    again = await negotiation.note_terms(workspace, anna, {}, agreed=True)
    assert again.agreement is not None
    assert again.agreement.hash != agreed.agreement.hash


async def test_a_changed_term_can_be_agreed_on_in_the_same_breath(workspace: Workspace, anna: CollaborationId) -> None:
    await negotiation.note_terms(workspace, anna, {**SIX, "fee": "250"}, agreed=True)
    sheet = await negotiation.note_terms(workspace, anna, {"fee": "300"}, agreed=True)
    assert sheet.reopened is not None
    assert sheet.agreed_now
    assert sheet.collaboration.state == "agreed"


async def test_undo_brings_back_terms_and_agreement_as_they_were(workspace: Workspace, anna: CollaborationId) -> None:
    before = await negotiation.note_terms(workspace, anna, {**SIX, "fee": "250"}, agreed=True)
    await negotiation.note_terms(workspace, anna, {"fee": "300"}, waive=["captions"], clear=["rights"])
    await upkeep.undo(workspace)
    after = await negotiation.sheet(workspace, anna)
    assert after.terms == before.terms
    assert after.agreement == before.agreement


async def test_a_cleared_term_is_missing_again(workspace: Workspace, anna: CollaborationId) -> None:
    await negotiation.note_terms(workspace, anna, {"content": "1 reel"})
    sheet = await negotiation.note_terms(workspace, anna, {}, clear=["content", "rights"])
    assert (sheet.terms.terms, sheet.changed) == ((), ("content",))


async def test_a_fee_in_another_currency_says_so_once_and_keeps_it(workspace: Workspace, anna: CollaborationId) -> None:
    await negotiation.note_terms(workspace, anna, {"fee": "250"}, currency="usd")
    sheet = await negotiation.note_terms(workspace, anna, {"fee": "300"})
    assert sheet.terms.fee == Money(30_000, "USD")


@pytest.mark.parametrize(
    ("said", "more", "message"),
    [
        ({"content": "x"}, {"waive": ["content"]}, "content is both set and waived"),
        ({"content": "x"}, {"clear": ["content"]}, "content is both noted and cleared"),
        ({}, {"currency": "EUR"}, "a currency belongs to a fee"),
        ({"fee": "1"}, {"currency": "XXQ"}, "is not a currency"),
        ({}, {"waive": ["price"]}, "no term “price”"),
    ],
)
async def test_what_contradicts_itself_is_refused(
    workspace: Workspace, anna: CollaborationId, said: dict[str, str], more: dict[str, object], message: str
) -> None:
    with pytest.raises(WrongUsage, match=message):
        await negotiation.note_terms(workspace, anna, said, **more)  # type: ignore[arg-type]


async def test_only_products_of_the_campaigns_brand_can_be_promised(
    workspace: Workspace, anna: CollaborationId
) -> None:
    await brands.new_brand(workspace, "Bolt", {})
    await brands.new_product(workspace, "Bolt", "BOLT-1", {})
    with pytest.raises(NotFound, match="no product “BOLT-1”"):
        await negotiation.note_terms(workspace, anna, {}, products=["BOLT-1"])
