"""Terms: noted as they are talked about, agreed when all are settled, reopened when one changes afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from influtui.model import terms as model
from influtui.model.currencies import currency as known_currency
from influtui.model.failures import WrongUsage
from influtui.model.ids import CollaborationId
from influtui.model.terms import PRODUCT, Term, Terms
from influtui.model.text import OutsideText
from influtui.services.campaign import brands
from influtui.services.campaign.collaborations import Collaboration, end_agreement, needed
from influtui.services.workspace import Workspace
from influtui.store import campaigns as campaign_rows
from influtui.store import terms as store
from influtui.store.database import Reader
from influtui.store.journal import UnitOfWork
from influtui.store.terms import Agreement


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a collaboration as they stand."""

    collaboration: Collaboration
    terms: Terms
    agreement: Agreement | None = None
    """In force; its hash is that of these terms."""
    changed: tuple[str, ...] = ()
    """The slots that this act changed."""
    reopened: Agreement | None = None
    """The agreement that this act ended."""
    agreed_now: bool = False


async def sheet(workspace: Workspace, collaboration: CollaborationId) -> Sheet:
    """The terms of a collaboration."""
    return await _sheet(workspace.db, collaboration)


async def note_terms(
    workspace: Workspace,
    collaboration: CollaborationId,
    terms: Mapping[str, str],
    *,
    waive: Sequence[str] = (),
    clear: Sequence[str] = (),
    products: Sequence[str] = (),
    currency: str | None = None,
    agreed: bool = False,
) -> Sheet:
    """Note terms, by slot; with `agreed`, that both sides said yes to the whole sheet.

    A term that changes after an agreement ends it. Raises `Failure` naming what is missing when `agreed` comes too
    early; nothing is noted then.
    """
    async with workspace.change("collab.terms", "noted terms") as unit:
        before = await _sheet(unit.transaction, collaboration)
        noted = await _read(unit.transaction, before, terms, waive, products, currency)
        dropped = [model.slot_named(name).name for name in clear]
        if both := sorted(noted.keys() & set(dropped)):
            raise WrongUsage(f"{both[0]} is both noted and cleared", hint="Say one of the two.")
        changed = (
            *model.differences(before.terms, noted),
            *(slot for slot in dropped if before.terms.get(slot) is not None),
        )
        await _write(unit, workspace.actor, collaboration, {slot: noted.get(slot) for slot in changed})
        reopened = None
        if changed and before.agreement is not None:
            labels = ", ".join(model.slot_named(slot).label for slot in changed)
            reopened = await end_agreement(unit, collaboration, f"changed: {labels}")
        agreed_now = agreed and await _agree(unit, workspace.actor, collaboration)
        await unit.finish()
        after = await _sheet(unit.transaction, collaboration)
        unit.summary = _summary(after.collaboration, changed, agreed_now)
        return msgspec.structs.replace(after, changed=changed, reopened=reopened, agreed_now=agreed_now)


async def _agree(unit: UnitOfWork, actor: str, collaboration: CollaborationId) -> bool:
    """Record an agreement over the terms as they are. Returns whether it is a new one."""
    now = await _sheet(unit.transaction, collaboration)
    model.check_agreed(now.terms)
    if now.agreement is not None:
        return False
    await unit.insert(
        "agreements",
        {
            "collaboration_id": collaboration,
            "hash": model.terms_hash(now.terms),
            "terms": model.canonical(now.terms),
            "agreed_at": unit.at,
            "agreed_by": actor,
        },
    )
    return True


async def _read(
    reader: Reader,
    before: Sheet,
    terms: Mapping[str, str],
    waive: Sequence[str],
    products: Sequence[str],
    currency: str | None,
) -> dict[str, Term]:
    """What was said, checked, by slot."""
    campaign = await campaign_rows.by_id(reader, before.collaboration.campaign_id)
    fallback = campaign.currency if campaign else "USD"
    if currency is not None and "fee" not in terms:
        raise WrongUsage("a currency belongs to a fee", hint="Say both: --fee 250 --currency EUR.")
    paid_in = known_currency(currency) if currency else before.terms.fee.currency if before.terms.fee else fallback
    noted: dict[str, Term] = {}
    for name, text in terms.items():
        slot = model.slot_named(name)
        noted[slot.name] = model.read(slot, text, currency=paid_in)
    if products:
        skus = [(await brands.product_named(reader, sku, campaign.brand if campaign else None)).sku for sku in products]
        noted[PRODUCT] = Term(PRODUCT, OutsideText(", ".join(dict.fromkeys(skus))))
    for name in waive:
        slot = model.slot_named(name)
        if slot.name in noted:
            raise WrongUsage(f"{slot.label} is both set and waived", hint="Say one of the two.")
        noted[slot.name] = model.waived(slot)
    return noted


async def _write(
    unit: UnitOfWork, actor: str, collaboration: CollaborationId, changes: Mapping[str, Term | None]
) -> None:
    rows = await store.row_ids(unit.transaction, collaboration)
    stamp = {"noted_at": unit.at, "noted_by": actor}
    for slot, term in changes.items():
        if term is None:
            await unit.delete("terms", rows[slot])
        elif slot in rows:
            await unit.update("terms", rows[slot], {**store.term_columns(term), **stamp})
        else:
            await unit.insert("terms", {"collaboration_id": collaboration, **store.term_columns(term), **stamp})


async def _sheet(reader: Reader, collaboration: CollaborationId) -> Sheet:
    found = await needed(reader, collaboration)
    agreements = await store.agreements(reader, collaboration)
    return Sheet(
        collaboration=found,
        terms=(await store.of_collaborations(reader, [collaboration]))[collaboration],
        agreement=next((each for each in agreements if each.ended_at is None), None),
    )


def _summary(collaboration: Collaboration, changed: Sequence[str], agreed_now: bool) -> str:
    who = f"{collaboration.ref or collaboration.name} in {collaboration.campaign}"
    labels = ", ".join(changed)
    if agreed_now:
        return f"agreed the terms with {who}" + (f" (noted {labels})" if changed else "")
    return f"noted terms with {who}: {labels}"
