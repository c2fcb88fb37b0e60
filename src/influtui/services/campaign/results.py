"""Posts and what they brought: recorded by address, counted as often as somebody looks, put against their cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from influtui.model import results as model
from influtui.model.campaign_qualifiers import POSTS
from influtui.model.campaigns import Campaign, Product
from influtui.model.creators import Ref, handle_key
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CollaborationId, PostId
from influtui.model.money import Money
from influtui.model.posts import METRICS, Numbers, Post, PostAddress, is_shortened, post_address
from influtui.model.results import Cost, CostPart, Figures, Line, Totals
from influtui.model.terms import Terms
from influtui.model.tiers import default_scheme
from influtui.services import asking
from influtui.services.campaign import campaign_choice
from influtui.services.campaign import collaborations as collaboring
from influtui.services.workspace import Workspace
from influtui.store import brands as brand_rows
from influtui.store import collaborations as collaboration_rows
from influtui.store import creators as creator_rows
from influtui.store import posts as store
from influtui.store import terms as term_rows
from influtui.store.collaborations import Collaboration
from influtui.store.database import Reader
from influtui.store.journal import UnitOfWork

SOURCES = ("hand", "public", "insights", "screenshot")
"""Where numbers were read: told by somebody, on the public page, in the creator's own figures, off a picture of them."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A post after it was recorded."""

    post: Post
    collaboration: Collaboration
    new: bool
    counted: bool
    """Whether numbers were added."""
    notes: tuple[str, ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one collaboration cost and brought."""

    collaboration: Collaboration
    tier: str | None
    cost: Cost
    posts: tuple[Post, ...]
    numbers: Numbers
    figures: Figures


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign's results, collaboration by collaboration, in sums and by tier."""

    campaign: Campaign
    results: tuple[Result, ...]
    totals: Totals
    tiers: Mapping[str, Totals]


async def add_post(
    workspace: Workspace,
    url: str,
    *,
    ref: Ref | None = None,
    campaign: str | None = None,
    numbers: Numbers = Numbers(),  # noqa: B008 - frozen
    posted_at: int | None = None,
    counted_at: int | None = None,
    source: str = "hand",
) -> Recorded:
    """Record a post, and what was counted of it. A known post gets the new numbers.

    Without a REF the address must say whose it is. Raises `WrongUsage` where it does not.
    """
    address = post_address(url)
    if source not in SOURCES:
        raise WrongUsage(f"“{source}” is not a source of numbers", hint=f"One of {', '.join(SOURCES)}.")
    for what, at in (("posted", posted_at), ("counted", counted_at)):
        if at is not None and at > workspace.clock() + _A_DAY:
            raise WrongUsage(f"a post cannot have been {what} in the future", hint="Check the date.")
    known = await store.by_url(workspace.db, address.url)
    if known is not None and ref is None and campaign is None:
        collaboration = await collaboring.needed(workspace.db, known.collaboration)
    else:
        collaboration = await _whose(workspace, address, ref, campaign)
    async with workspace.change("post.add", f"recorded a post of {collaboration.ref or collaboration.name}") as unit:
        before = await store.by_url(unit.transaction, address.url)
        if before is not None and before.collaboration != collaboration.id:
            other = await collaboring.needed(unit.transaction, before.collaboration)
            raise Failure(
                f"this post is recorded already, for {other.ref or other.name} in {other.campaign}",
                hint="Leave out the REF to add numbers to it.",
            )
        post = before.id if before else PostId(await _insert(unit, address, collaboration.id, posted_at))
        if before is not None and posted_at is not None:
            await unit.update("posts", post, {"posted_at": posted_at})
        counted = await _count(unit, post, numbers, counted_at or unit.at, source)
        unit.summary = _summary(collaboration, new=before is None, counted=counted)
        await unit.finish()
        return Recorded(
            post=(await store.by_ids(unit.transaction, [post]))[0],
            collaboration=await collaboring.needed(unit.transaction, collaboration.id),
            new=before is None,
            counted=counted,
            notes=tuple(await _notes(unit.transaction, address, collaboration)),
        )


async def record_numbers(
    workspace: Workspace, post: PostId, numbers: Numbers, *, source: str = "hand", counted_at: int | None = None
) -> Post:
    """Add what was counted of a post now to its series."""
    async with workspace.change("post.count", "added numbers to a post") as unit:
        if not await store.by_ids(unit.transaction, [post]):
            raise NotFound(f"there is no post {post}", hint="`influtui post list` shows them.")
        await _count(unit, post, numbers, counted_at or unit.at, source)
        return (await store.by_ids(unit.transaction, [post]))[0]


async def posts(
    workspace: Workspace, query: str = "", *, campaign: str | None = None
) -> list[tuple[Post, Collaboration]]:
    """The posts that a query asks for, of a campaign (by default the one in use), as they went live."""
    condition, values = await asking.condition(workspace, query, POSTS, store.POSTS, campaign=campaign)
    found = await store.matching(workspace.db, condition, values)
    ids = sorted({post.collaboration for post in found})
    whose = {each.id: each for each in await collaboration_rows.by_ids(workspace.db, ids)}
    return [(post, whose[post.collaboration]) for post in found]


async def results(workspace: Workspace, campaign: str | None = None) -> Results:
    """What a campaign cost and brought. Who never agreed, got a parcel or posted is not part of it: an offer costs nothing."""
    found = await campaign_choice.needed(workspace, campaign)
    every = await collaboration_rows.of_campaign(workspace.db, found.id)
    ids = [each.id for each in every]
    sheets = await term_rows.of_collaborations(workspace.db, ids)
    agreed = await term_rows.agreed(workspace.db, found.id)
    parcels = await store.parcel_costs(workspace.db, ids)
    packed = await store.packed(workspace.db, ids)
    published: dict[CollaborationId, list[Post]] = {}
    for post in await store.of_collaborations(workspace.db, ids):
        published.setdefault(post.collaboration, []).append(post)
    goods = {product.sku: product for product in await _products(workspace.db, found)}
    made = []
    for each in every:
        sent = parcels.get(each.id, [])
        if not (each.id in agreed or sent or each.id in published):
            continue
        cost = cost_of(found.currency, sheets[each.id], goods, sent, packed.get(each.id))
        own = published.get(each.id, [])
        numbers = model.added(post.numbers for post in own)
        made.append(
            Result(
                collaboration=each,
                tier=default_scheme().of(each.followers),
                cost=cost,
                posts=tuple(own),
                numbers=numbers,
                figures=model.figures(cost.total, numbers),
            )
        )
    lines = [(each.tier, Line(cost=each.cost, numbers=each.numbers, posts=len(each.posts))) for each in made]
    tiers = [tier.name for tier in default_scheme().tier if any(name == tier.name for name, _ in lines)]
    return Results(
        campaign=found,
        results=tuple(made),
        totals=model.totals([line for _, line in lines], found.currency),
        tiers={tier: model.totals([line for name, line in lines if name == tier], found.currency) for tier in tiers},
    )


def cost_of(
    currency: str,
    sheet: Terms,
    goods: Mapping[str, Product],
    parcels: Sequence[Money | None],
    packed: Sequence[tuple[str, int]] | None = None,
) -> Cost:
    """What a collaboration costs, from its terms and its parcels. What does not apply is not listed.

    Goods are those that were put into the parcels, where somebody noted them, else those of the terms.
    """
    parts = [CostPart("fee", sheet.fee, None if sheet.fee else "no fee is noted")]
    for sku, quantity in packed or [(sku, 1) for sku in sheet.skus]:
        product = goods.get(sku)
        each = product.cost if product else None
        amount = Money(each.minor * quantity, each.currency) if each else None
        parts.append(CostPart("goods", amount, None if amount else f"the cost of {sku} is not known"))
    for number, amount in enumerate(parcels, 1):
        parts.append(CostPart("shipping", amount, None if amount else f"the cost of parcel {number} is not known"))
    if sheet.skus and not parcels:
        parts.append(CostPart("shipping", None, "no parcel is recorded"))
    return model.cost(currency, parts)


_A_DAY = 86_400_000


async def _whose(workspace: Workspace, address: PostAddress, ref: Ref | None, campaign: str | None) -> Collaboration:
    if ref is not None:
        return await collaboring.of_ref(workspace, ref, campaign)
    if address.platform is None or address.handle is None:
        raise WrongUsage(
            "the address does not say whose post it is", hint="Name the creator too: `influtui post add URL REF`."
        )
    account = Ref(platform=address.platform, handle=address.handle)
    try:
        return await collaboring.of_ref(workspace, account, campaign)
    except NotFound as missing:
        raise NotFound(
            f"{missing.message}, and the post is theirs",
            hint=f"If somebody else of the campaign made it, name them: `post add URL REF`. {missing.hint or ''}".strip(),
        ) from None


async def _insert(unit: UnitOfWork, address: PostAddress, collaboration: CollaborationId, posted_at: int | None) -> int:
    return await unit.insert(
        "posts",
        {
            "collaboration_id": collaboration,
            "platform": address.platform,
            "handle": address.handle,
            "native_id": address.native_id,
            "url": address.url,
            "posted_at": posted_at,
            "recorded_at": unit.at,
        },
    )


async def _count(unit: UnitOfWork, post: PostId, numbers: Numbers, at: int, source: str) -> bool:
    """Add a snapshot, unless nothing was counted, or the very same was noted for the same time already."""
    if not numbers:
        return False
    (known,) = await store.by_ids(unit.transaction, [post])
    if any((each.at, each.source, each.numbers) == (at, source, numbers) for each in known.snapshots):
        return False
    columns = {metric: value for metric in METRICS if (value := getattr(numbers, metric)) is not None}
    await unit.insert("post_snapshots", {"post_id": post, "at": at, "source": source, **columns})
    return True


async def _notes(reader: Reader, address: PostAddress, collaboration: Collaboration) -> list[str]:
    notes = []
    if is_shortened(address.url):
        notes.append("the link is a shortened one: the same post under its full address would count twice")
    elif address.platform is None:
        notes.append("the address is not one of a known platform; it is kept as it is")
    if address.platform and address.handle:
        own = await creator_rows.of_person(reader, collaboration.person)
        known = {(each.platform, handle_key(each.handle)) for each in own}
        if (address.platform, handle_key(address.handle)) not in known:
            notes.append(
                f"posted by {address.platform}:{address.handle}, which is no known account of"
                f" {collaboration.name or collaboration.ref}"
            )
    return notes


async def _products(reader: Reader, campaign: Campaign) -> list[Product]:
    return [each for each in await brand_rows.products(reader) if each.brand == campaign.brand]


def _summary(collaboration: Collaboration, *, new: bool, counted: bool) -> str:
    who = f"{collaboration.ref or collaboration.name} in {collaboration.campaign}"
    if new:
        return f"recorded a post of {who}"
    return f"added numbers to a post of {who}" if counted else f"changed a post of {who}"
