"""Who works on somebody is told what others do to the same person, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from influtui.model.creators import Ref
from influtui.model.editing import read_edit
from influtui.model.ids import CreatorId
from influtui.services import meanwhile, upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.people import creators, editing
from influtui.services.workspace import Workspace

MakeAccount = Callable[..., Awaitable[CreatorId]]


async def test_acts_on_the_same_people_are_told_once_and_others_never(
    workspace: Workspace, account: MakeAccount
) -> None:
    anna, zoe = await account("instagram:anna"), await account("tiktok:zoe")
    await creators.note(workspace, Ref(id=anna), "from before")
    watch = await meanwhile.watch(workspace, [anna])
    await editing.edit(workspace, [zoe], read_edit([], add_tags=["late"]))
    assert await watch.told() is None
    await creators.note(workspace, Ref(id=anna), "asks for oat milk")
    await editing.edit(workspace, [anna, zoe], read_edit([], add_tags=["vegan"]))
    told = await watch.told()
    assert told is not None
    assert told.startswith("Meanwhile you, elsewhere, ")
    assert told.endswith("(and 1 more)")
    assert await watch.told() is None


async def test_a_verdict_that_was_taken_back_is_told_though_its_row_is_gone(
    workspace: Workspace, account: MakeAccount
) -> None:
    anna = await account("instagram:anna")
    await brands.new_brand(workspace, "Brandt & Korn", {})
    await campaigns.new_campaign(workspace, "Spring oats", {}, code="OATS")
    await campaigns.judge(workspace, "OATS", [Ref(id=anna)], "pick")
    watch = await meanwhile.watch(workspace, [anna])
    await upkeep.undo(workspace)
    assert "took back" in str(await watch.told())
