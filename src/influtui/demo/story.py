"""What the brands of the demo world have been doing: campaigns at every stage, made through the services a person uses.

Every act happens at its own time in the last three months of the world, in the order of time. Nothing is sent: messages
are noted as sent and answered by hand.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any, Final

from influtui.demo.people import DAY_MS
from influtui.demo.script import Campaign, Script, parcel_number, post_url
from influtui.model.creators import Creator, Ref
from influtui.model.ids import CollaborationId
from influtui.model.messages import Channel
from influtui.model.money import Money
from influtui.model.posts import Numbers
from influtui.model.times import Millis, moment
from influtui.services import inbox
from influtui.services.campaign import brands, campaign_choice, campaigns, collaborations, negotiation, results
from influtui.services.parcel import fulfilment
from influtui.services.people import creators, editing
from influtui.services.workspace import Workspace
from influtui.store.journal import UnitOfWork

YOU: Final = "you@demo"
COLLEAGUE: Final = "kim@demo"

ORDER: Final = (
    "discovered", "shortlisted", "contacted", "in_conversation", "negotiating", "agreed", "shipping", "creating", "posted",
    "measuring", "completed",
)  # fmt: skip
"""Stages that everybody goes through up to their own."""

AFTER: Final = {"declined": "contacted", "unresponsive": "contacted", "ghosted": "creating"}
"""Where somebody stood before leaving the order."""

VERDICTS: Final = {"rejected": "rejected", "later": "later", "reserve": "reserve"}

KNOWN_AGAIN: Final = 3
"""At least so many people of a campaign were in an earlier one, where there was one."""

Act = Callable[[Workspace], Awaitable[object]]


class Stage(Workspace):
    """The workspace while the story is told: what a power cut would lose is made again from the seed."""

    def change(self, verb: str, summary: str, **more: Any) -> AbstractAsyncContextManager[UnitOfWork]:
        """One act, without waiting for the disk."""
        return super().change(verb, summary, **(more | {"durability": "normal"}))

    @classmethod
    def of(cls, workspace: Workspace) -> Stage:
        """The same workspace as a stage."""
        return cls(**{each.name: getattr(workspace, each.name) for each in dataclasses.fields(workspace)})


class Clock:
    """The world's clock, put forward from act to act."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return Millis(self.now)


class Story:
    """The acts of the world, to be planned in any order and told in the order of time."""

    def __init__(self, script: Script, cast: Sequence[Creator], now: int, random: Random) -> None:
        self._script = script
        self._cast = cast
        self._now = now
        self._random = random
        self._acts: list[tuple[int, int, str, Act]] = []
        self._used: set[int] = set()
        for campaign in script.campaign:
            self._plan_campaign(campaign)
        for creator in random.sample(list(cast), k=min(len(script.texts.notes), len(cast))):
            text = script.texts.notes[len(self._acts) % len(script.texts.notes)]
            self._at(now - random.randrange(1, 40) * DAY_MS, self._noting(creator, text), COLLEAGUE)

    async def tell(self, workspace: Workspace, clock: Clock, *, before: int | None = None) -> None:
        """Carry out what has been planned up to a time, and forget it."""
        self._acts.sort(key=lambda act: act[:2])
        due = [act for act in self._acts if before is None or act[0] < before]
        for at, _, actor, act in due:
            clock.now = max(clock.now, at)
            await act(dataclasses.replace(workspace, actor=actor))
        self._acts = self._acts[len(due) :]

    def _at(self, at: float, act: Act, actor: str = YOU) -> None:
        self._acts.append((min(int(at), self._now - 60_000), len(self._acts), actor, act))

    def _plan_campaign(self, campaign: Campaign) -> None:
        began = self._now - campaign.began * DAY_MS
        self._at(began - DAY_MS, self._founding(campaign))
        people = self._people(campaign)
        stages = [stage for stage, count in campaign.stages.items() for _ in range(count)]
        for stage, creator in zip(stages, people, strict=False):
            self._plan_person(campaign, stage, creator, began)
        if campaign.state == "closed":
            self._at(self._now - campaign.ended * DAY_MS, lambda ws: _closed(ws, campaign))
        if campaign.state == "active":
            self._at(began, lambda ws: campaign_choice.use(ws, campaign.code))

    def _people(self, campaign: Campaign) -> list[Creator]:
        """Who is written to for a campaign: its topics first, where its brand ships, of a size it can pay; mostly new people."""
        ships_to = self._script.brand_of(campaign).ship_to
        payable = [
            creator
            for creator in self._cast
            if 900 <= (creator.followers or 0) <= 180_000 and (creator.country or "") in ships_to
        ]
        self._random.shuffle(payable)
        payable.sort(key=lambda creator: not set(creator.topics) & set(campaign.topics))
        people = list({creator.person: creator for creator in reversed(payable)}.values())[::-1]
        wanted = sum(campaign.stages.values())
        known = [each for each in people if each.person in self._used]
        new = [each for each in people if each.person not in self._used][: wanted - min(KNOWN_AGAIN, len(known))]
        known = known[: wanted - len(new)]
        chosen = [*new, *known]
        self._used |= {each.person for each in chosen}
        self._random.shuffle(chosen)
        return chosen

    def _plan_person(self, campaign: Campaign, stage: str, creator: Creator, began: int) -> None:
        actor = YOU if self._random.random() < 0.75 else COLLEAGUE
        last = "discovered" if stage in VERDICTS else AFTER.get(stage, stage)
        steps = ORDER[: ORDER.index(last) + 1]
        acts: list[tuple[float, Act]] = []
        part = Part(self._script, campaign, creator, self._random)
        for step in steps:
            acts += getattr(part, step)()
        if stage in VERDICTS:
            acts.append((1.0, part.judged(VERDICTS[stage])))
        elif stage in AFTER:
            acts += getattr(part, stage)()
        total = sum(days for days, _ in acts)
        end = self._now - max(0, campaign.ended) * DAY_MS - self._random.random() * 2.5 * DAY_MS
        pace = min(1.0, (end - began) / DAY_MS / max(total, 0.1))
        at = end - total * pace * DAY_MS
        for days, act in acts:
            at += days * pace * DAY_MS
            self._at(at, act, actor)

    def _founding(self, campaign: Campaign) -> Act:
        return lambda workspace: _founded(workspace, self._script, campaign, self._now)

    def _noting(self, creator: Creator, text: str) -> Act:
        return lambda workspace: creators.note(workspace, Ref(id=creator.id), text)


class Part:
    """One person's part in one campaign: for each stage, its acts with the days that pass before each."""

    def __init__(self, script: Script, campaign: Campaign, creator: Creator, random: Random) -> None:
        self._texts = script.texts
        self._script = script
        self._campaign = campaign
        self._creator = creator
        self._random = random
        self._ref = Ref(id=creator.id)
        self._channel: Channel = "email" if creator.email and random.random() < 0.6 else "dm"
        worth = max(20, round((creator.followers or 1_000) * 0.009 / 5) * 5)
        self._asked = min(900, round(worth * random.uniform(1.0, 1.6) / 5) * 5)
        self._fee = min(self._asked, round(worth * random.uniform(0.8, 1.1) / 5) * 5)
        self._currency = script.brand_of(campaign).currency
        self._number = parcel_number(random, european=self._currency == "EUR")
        self._url = post_url(creator.platform, creator.handle, random)

    def discovered(self) -> list[tuple[float, Act]]:
        """Found for the campaign."""
        return [(0.5, self._ensured)]

    def shortlisted(self) -> list[tuple[float, Act]]:
        """Picked."""
        return [(1.0, self.judged("pick"))]

    def contacted(self) -> list[tuple[float, Act]]:
        """Written to."""
        text = self._filled(self._random.choice(self._texts.first))
        return [(1.2, self._wrote(text))]

    def in_conversation(self) -> list[tuple[float, Act]]:
        """They answered."""
        answers = self._texts.yes if self._random.random() < 0.7 else self._texts.questions
        return [(self._random.uniform(0.3, 3.5), self._answered(self._filled(self._random.choice(answers))))]

    def negotiating(self) -> list[tuple[float, Act]]:
        """We made an offer, and noted it."""
        offer = {"content": "1 reel, 3 stories", "fee": str(self._fee)}
        return [
            (0.6, self._wrote(self._filled(self._random.choice(self._texts.offer)))),
            (0.01, lambda workspace: self._noted(workspace, offer, agreed=False)),
        ]

    def agreed(self) -> list[tuple[float, Act]]:
        """Both said yes to all six terms."""
        return [
            (self._random.uniform(0.4, 2.0), self._answered(self._random.choice(self._texts.agreed))),
            (0.05, lambda workspace: self._noted(workspace, self._sheet(workspace), agreed=True)),
        ]

    def shipping(self) -> list[tuple[float, Act]]:
        """A parcel is under way."""
        return [
            (1.0, self._shipped),
            (0.02, self._wrote(self._texts.sent.format(number=self._number))),
            (0.8, self._marked("accepted")),
            (1.0, self._marked("in transit" if self._random.random() < 0.8 else "exception")),
        ]

    def creating(self) -> list[tuple[float, Act]]:
        """The parcel arrived."""
        return [
            (1.6, self._marked("delivered")),
            (0.4, self._answered(self._random.choice(self._texts.arrived))),
            (0.3, self._wrote(self._random.choice(self._texts.thanks))),
        ]

    def posted(self) -> list[tuple[float, Act]]:
        """The post is on line."""
        return [(self._random.uniform(3, 7), self._posted)]

    def measuring(self) -> list[tuple[float, Act]]:
        """Its numbers were counted, twice."""
        followers = self._creator.followers or 1_000
        seen = round(followers * self._random.uniform(0.25, 0.9))
        return [(1.0, self._counted(round(seen * 0.6))), (4.0, self._counted(seen))]

    def completed(self) -> list[tuple[float, Act]]:
        """Paid, and done."""
        return [(6.0, self._moved("settled")), (2.0, self._moved("completed"))]

    def declined(self) -> list[tuple[float, Act]]:
        """They said no."""
        return [
            (1.5, self._answered(self._random.choice(self._texts.no))),
            (0.2, self._wrote(self._texts.understood)),
            (0.1, self._moved("declined", self._random.choice(("timing", "category conflict", "price: asked more")))),
        ]

    def unresponsive(self) -> list[tuple[float, Act]]:
        """Never answered."""
        return [(14.0, self._moved("unresponsive", "no answer in two weeks"))]

    def ghosted(self) -> list[tuple[float, Act]]:
        """Silent since the parcel arrived."""
        return [
            (6.0, self._wrote(self._filled(self._texts.nudge))),
            (5.0, self._moved("ghosted", "silent since the parcel arrived")),
        ]

    def judged(self, verdict: str) -> Act:
        """A verdict, with a reason where it is a no."""
        reason = self._random.choice(self._texts.reasons) if verdict == "rejected" else None
        return lambda workspace: campaigns.judge(workspace, self._campaign.code, [self._ref], verdict, reason)

    async def _ensured(self, workspace: Workspace) -> None:
        campaign = await campaign_choice.needed(workspace, self._campaign.code)
        summary = f"added {self._creator.ref} to {campaign.code}"
        async with workspace.change("campaign.add", summary) as unit:
            await collaborations.ensure(unit, campaign.id, self._creator.person, self._creator.id)

    async def _posted(self, workspace: Workspace) -> None:
        await results.add_post(
            workspace, self._url, ref=self._ref, campaign=self._campaign.code, posted_at=workspace.clock()
        )

    async def _shipped(self, workspace: Workspace) -> None:
        sku = self._campaign.products[0]
        product = next(each for each in self._script.product if each.sku == sku)
        await fulfilment.add_shipment(
            workspace,
            self._number,
            self._creator.ref,
            campaign=self._campaign.code,
            declared=Money.parse(product.value, self._currency),
            cost=Money.parse(f"{self._random.uniform(5, 19):.2f}", self._currency),
            products=[sku],
        )

    def _wrote(self, text: str) -> Act:
        return lambda workspace: inbox.log_sent(
            workspace, self._ref, text, channel=self._channel, campaign=self._campaign.code
        )

    def _answered(self, text: str) -> Act:
        return lambda workspace: inbox.log_answer(
            workspace, self._ref, text, channel=self._channel, campaign=self._campaign.code
        )

    def _marked(self, state: str) -> Act:
        return lambda workspace: fulfilment.mark(workspace, self._number, state)

    def _moved(self, state: str, reason: str | None = None) -> Act:
        async def act(workspace: Workspace) -> None:
            await collaborations.move(workspace, await self._collaboration(workspace), state, reason)

        return act

    def _counted(self, seen: int) -> Act:
        numbers = Numbers(
            impressions=seen,
            views=round(seen * 0.8),
            likes=round(seen * 0.045),
            comments=round(seen * 0.002) + 1,
            saves=round(seen * 0.006),
            clicks=round(seen * 0.004),
        )
        return lambda workspace: results.add_post(
            workspace, self._url, ref=self._ref, campaign=self._campaign.code, numbers=numbers
        )

    async def _noted(self, workspace: Workspace, terms: dict[str, str], *, agreed: bool) -> None:
        products = [self._campaign.products[0]] if agreed else []
        collaboration = await self._collaboration(workspace)
        await negotiation.note_terms(workspace, collaboration, terms, products=products, agreed=agreed)

    async def _collaboration(self, workspace: Workspace) -> CollaborationId:
        return (await collaborations.of_ref(workspace, self._ref, self._campaign.code)).id

    def _sheet(self, workspace: Workspace) -> dict[str, str]:
        live = moment(workspace.clock() + 16 * DAY_MS).date().isoformat()
        return {
            "content": "1 reel, 3 stories",
            "captions": "#ad first, our handle, no medical claims",
            "go_live": live,
            "placement": f"{self._creator.platform}, own profile",
            "retention": "90 days",
            "rights": "organic, 6 months",
            "fee": str(self._fee),
        }

    def _filled(self, text: str) -> str:
        script, campaign = self._script, self._campaign
        product = next(each for each in script.product if each.sku == campaign.products[0])
        name = (self._creator.name or self._creator.handle).split(" ")[0]
        topic = self._creator.topics[0] if self._creator.topics else campaign.topics[0]
        return text.format(
            name=name,
            brand=campaign.brand,
            topic=topic,
            product=product.name,
            asked=f"{self._asked} {self._currency}",
            offered=f"{self._fee} {self._currency}",
            day="the end of next month",
            days=90,
        )


async def _founded(workspace: Workspace, script: Script, campaign: Campaign, now: int) -> None:
    """Make the campaign, and its brand and products where they are not there yet."""
    brand = script.brand_of(campaign)
    if brand.name not in {each.name for each in await brands.brands(workspace)}:
        await brands.new_brand(workspace, brand.name, brand.fields())
        for product in script.product:
            if product.brand == brand.name:
                await brands.new_product(workspace, brand.name, product.sku, product.fields())
    fields = campaign.fields(
        starts=moment(now - campaign.began * DAY_MS).date(), ends=moment(now - campaign.ended * DAY_MS).date()
    )
    await campaigns.new_campaign(
        workspace, campaign.name, fields, brand=brand.name, code=campaign.code, products=campaign.products
    )


async def _closed(workspace: Workspace, campaign: Campaign) -> None:
    await campaigns.edit_campaign(workspace, campaign.code, {"state": "closed"})


async def tagged(workspace: Workspace, cast: Sequence[Creator], random: Random) -> None:
    """Some tags, as a team leaves them."""
    from influtui.model.editing import read_edit

    for tag, share in (("favourite", 0.04), ("fair", 0.03), ("watch", 0.05)):
        chosen = random.sample([creator.id for creator in cast], k=max(1, int(len(cast) * share)))
        await editing.edit(workspace, sorted(chosen), read_edit([], add_tags=[tag]))
