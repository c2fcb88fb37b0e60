"""A collaboration through anything that can happen to it, in any order, allowed or not: what must hold after each step."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import pytest
from worlds import picture

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure
from influtui.model.pipeline import derive, due, pipeline
from influtui.model.times import Millis, moment
from influtui.services import upkeep
from influtui.services.campaign import (
    brands,
    campaigns,
    collaborations,
    exclusivities,
    guards,
    negotiation,
    results,
    today,
)
from influtui.services.people import creators
from influtui.services.workspace import Workspace, opened
from influtui.store.standing import events_of

NOON: Final = 1_795_348_800_000
DAY: Final = 86_400_000
ANNA = parse_ref("instagram:anna")
TERMS = {
    "content": "1 reel", "captions": "#ad first", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
    "rights": "organic, 6 months", "fee": "250",
}  # fmt: skip
STEPS = 60
WITHOUT_A_LINE = ("vetted",)
"""States that may last although a time is named: the reserve waits until it is needed."""

Act = Coroutine[Any, Any, object]


class Walk:
    """One person in one campaign that ships a product to one country, and somebody who tries everything."""

    def __init__(self, workspace: Workspace, chance: random.Random) -> None:
        self.workspace = workspace
        self.chance = chance
        self.anna = collaborations.CollaborationId(0)
        self.pictures: list[dict[str, Any]] = []
        """What everything looked like before each act that can be taken back, the latest last."""
        self.numbers = 0
        self.seen: set[str] = set()

    async def begin(self) -> None:
        await brands.new_brand(self.workspace, "Acme", {})
        await brands.new_product(self.workspace, "Acme", "SERUM", {})
        await campaigns.new_campaign(self.workspace, "Spring", {"ship_to": "DE"}, products=["SERUM"])
        await campaigns.judge(self.workspace, None, [ANNA], "pick")
        self.anna = (await collaborations.of_ref(self.workspace, ANNA)).id

    async def act(self, doing: Act) -> bool:
        """Do something that may be refused. Returns whether it was done; then it can be taken back."""
        before, entries = await picture(self.workspace), await self._entries()
        try:
            await doing
        except Failure:
            assert await picture(self.workspace) == before, "what was refused left something behind"
            return False
        if await self._entries() > entries:
            self.pictures.append(before)
        return True

    async def _entries(self) -> int:
        return int((await self.workspace.db.all("SELECT count(*) FROM journal WHERE state = 'done'"))[0][0])

    async def mail(self, direction: str, state: str = "received", kind: str | None = None) -> None:
        person = (await collaborations.show(self.workspace, self.anna)).collaboration.person
        rows = await self.workspace.db.all("SELECT id FROM conversations")
        waits_for = "us" if direction == "in" and kind not in ("bounce", "auto_reply") else "them"
        async with self.workspace.change("test", "mail") as unit:
            turn = {"last_at": unit.at, "awaiting": waits_for}
            if rows:
                conversation = rows[0]["id"]
                await unit.update("conversations", conversation, turn)
            else:
                whose = {"person_id": person, "collaboration_id": self.anna, "channel": "dm"}
                conversation = await unit.insert("conversations", {**whose, **turn})
            await unit.insert("messages", {
                "conversation_id": conversation, "direction": direction, "body": "hello", "at": unit.at, "state": state,
                "kind": kind, "written_by": "test",
            })  # fmt: skip

    async def parcel(self) -> None:
        self.numbers += 1
        state = self.chance.choice(("label_created", "in_transit", "exception", "delivered", "lost", "cancelled"))
        async with self.workspace.change("test", "shipped") as unit:
            await unit.insert("shipments", {
                "collaboration_id": self.anna, "carrier": "ups", "valid": 1, "number": f"N{self.numbers}", "state": state,
                "state_at": unit.at, "created_at": unit.at, "updated_at": unit.at,
            })  # fmt: skip

    async def promise(self) -> None:
        anna = await creators.find(self.workspace, ANNA)
        until = moment(self.workspace.clock() + 30 * DAY).date()
        await exclusivities.note(self.workspace, anna, until=until, brand="Rival")

    def post(self) -> Act:
        self.numbers += 1
        url = f"https://www.instagram.com/p/C{10_000 + self.numbers}/"
        counted = results.Numbers(impressions=self.chance.choice((None, 900)))
        return results.add_post(self.workspace, url, ref=ANNA, numbers=counted)

    async def move(self) -> None:
        every = [each for each in pipeline().names if each != "opted_out"]  # Which cannot be taken back.
        allowed = [each for each in (await collaborations.show(self.workspace, self.anna)).allowed if each in every]
        to = self.chance.choice(allowed if allowed and self.chance.random() < 0.7 else every)
        reason = self.chance.choice((None, "price: asked 400"))
        of = await collaborations.needed(self.workspace.db, self.anna)
        unmet = await guards.unmet(self.workspace.db, of, to, self.workspace.clock())
        if await self.act(collaborations.move(self.workspace, self.anna, to, reason)):
            assert not unmet or reason is not None, f"{of.state} was left for {to} although {unmet}"
            assert (await collaborations.needed(self.workspace.db, self.anna)).state == to

    async def undo(self) -> None:
        if self.pictures:
            await upkeep.undo(self.workspace)
            assert await picture(self.workspace) == self.pictures.pop()

    async def undo_and_redo(self) -> None:
        if self.pictures:
            before = await picture(self.workspace)
            await upkeep.undo(self.workspace)
            assert await picture(self.workspace) == self.pictures[-1]
            await upkeep.redo(self.workspace)
            assert await picture(self.workspace) == before

    async def step(self) -> None:
        note, some = negotiation.note_terms, self.chance.choice
        acts: list[Callable[[], Act]] = [
            lambda: self.mail("out", some(("sent", "logged", "queued", "failed", "unknown"))),
            lambda: self.mail("in", kind=some((None, "question", "bounce", "auto_reply", "declined"))),
            lambda: note(self.workspace, self.anna, some(({"fee": "100"}, {"fee": "300"})), agreed=some((False, True))),
            lambda: note(self.workspace, self.anna, TERMS, agreed=True),
            lambda: note(self.workspace, self.anna, {}, clear=some((["fee"], ["content", "rights"]))),
            lambda: note(self.workspace, self.anna, {}, **some(({"products": ["SERUM"]}, {"waive": ["product"]}))),
            lambda: campaigns.judge(
                self.workspace, None, [ANNA], some(("pick", "reserve", "rejected", "later")), "why"
            ),
            self.parcel,
            self.post,
            self.promise,
        ]
        if self.chance.random() < 0.5:
            await self.act(some(acts)())
        else:
            doing: list[Callable[[], Awaitable[None]]] = [
                self.move,
                self.move,
                self.undo,
                self.undo,
                self.undo_and_redo,
            ]
            await some(doing)()

    async def check(self) -> None:
        """What must hold, whatever happened."""
        found = await collaborations.needed(self.workspace.db, self.anna)
        standing = derive((await events_of(self.workspace.db, [self.anna]))[self.anna])
        assert found.state in pipeline().names
        assert found.state == standing.state
        assert set((await collaborations.show(self.workspace, self.anna)).allowed) <= set(pipeline().names)
        row, by = pipeline().state_named(found.state), due(found.state, found.since)
        assert (by is not None) == (row is not None and row.days is not None)
        on_its_way = await self.workspace.db.all("SELECT 1 FROM messages WHERE state = 'queued'")
        patient = found.state in WITHOUT_A_LINE or bool(on_its_way)
        if by is not None and not patient and self.workspace.clock() - by > 30 * DAY:
            self.seen.add(found.state)
            waits = await today.today(self.workspace)
            of_all = ("to_contact",) if found.state == "shortlisted" else ()
            assert any(each.collaboration == self.anna or each.kind in of_all for each in waits), (
                f"{found.state} since {moment(found.since or 0)}: {[each.kind for each in waits]}"
            )


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_the_state_is_known_nobody_is_lost_and_undo_goes_back_exactly(
    workspace: Workspace, account: Callable[..., Awaitable[int]], seed: int
) -> None:
    chance = random.Random(seed)
    await account("instagram:anna", country=chance.choice(("DE", "JP")))
    now = NOON
    async with opened(workspace.folder, clock=lambda: Millis(now)) as then:
        walk = Walk(then, chance)
        await walk.begin()
        for _ in range(STEPS):
            now += 1000 if chance.random() < 0.9 else 80 * DAY
            await walk.check()
            await walk.step()
