"""One person, now."""

from __future__ import annotations

from typing import Any

import pytest

from influtui.model.creators import Ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.people import adding, creators, likeness
from influtui.services.people.adding import Added, read_words
from influtui.services.workspace import Workspace
from influtui.store import suppressions


async def add(workspace: Workspace, *words: str, platform: str | None = None, **options: Any) -> Added:
    return await adding.add(workspace, read_words(words, platform), **options)


async def test_a_pasted_profile_becomes_an_account_with_where_it_was_found(workspace: Workspace) -> None:
    added = await add(workspace, "https://www.instagram.com/ada.bakes/", found_by="hashtag", found_detail="#sourdough")
    (creator,) = added.new
    assert (creator.ref, creator.found_by, creator.found_detail) == ("instagram:ada.bakes", "hashtag", "#sourdough")
    assert creator.url == "https://www.instagram.com/ada.bakes/"
    assert creator.followers is None


async def test_who_is_known_is_shown_and_not_doubled_nor_changed(workspace: Workspace, account: Any) -> None:
    await account("instagram:Ada.Bakes", name="Ada", email="ada@example.org")
    added = await add(workspace, "instagram:ada.bakes", email="other@example.org")
    assert added.new == ()
    (creator,) = added.known
    assert (creator.name, creator.email) == ("Ada", "ada@example.org")


async def test_an_address_that_was_missing_is_kept_with_who_is_known(workspace: Workspace, account: Any) -> None:
    await account("instagram:ada.bakes")
    added = await add(workspace, "instagram:ada.bakes", email="ada@example.org")
    assert added.known[0].email == "ada@example.org"


async def test_accounts_named_together_are_one_persons_also_with_one_that_is_known(
    workspace: Workspace, account: Any
) -> None:
    await account("instagram:ada.bakes")
    added = await add(workspace, "instagram:ada.bakes", "https://www.tiktok.com/@adabakes", "x:adabakes")
    assert len({creator.person for creator in (*added.new, *added.known)}) == 1
    assert len(await workspace.db.all("SELECT 1 FROM persons")) == 1


async def test_two_people_who_are_known_apart_stay_apart_and_that_is_said(workspace: Workspace, account: Any) -> None:
    await account("instagram:ada.bakes")
    await account("tiktok:adabakes")
    added = await add(workspace, "instagram:ada.bakes", "tiktok:adabakes")
    assert added.apart
    assert len({creator.person for creator in added.known}) == 2


async def test_a_name_alone_is_a_person_without_an_account(workspace: Workspace) -> None:
    added = await add(workspace, "Ada", "Ovenworth", email="ada@example.org", note="from the fair", found_by="referral")
    (creator,) = added.new
    assert (creator.ref, creator.name, creator.email) == ("offline:ada-ovenworth", "Ada Ovenworth", "ada@example.org")
    again = await add(workspace, "Ada Ovenworth", email="Ada@example.org")
    assert [each.id for each in again.known] == [creator.id]
    other = await add(workspace, "Ada Ovenworth", email="another@example.org")
    assert other.new[0].ref == "offline:ada-ovenworth-2"


async def test_a_handle_needs_its_platform(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="which platform"):
        read_words(["@ada"], None)
    assert read_words(["@ada"], "tiktok").profiles[0].platform == "tiktok"
    with pytest.raises(WrongUsage) as refused:
        read_words(["@ada"], "tiktak")
    assert refused.value.hint == "Did you mean tiktok?"


async def test_words_that_name_nobody_are_refused(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="nobody"):
        read_words(["---"], None)


async def test_somebody_who_asked_to_be_forgotten_is_not_added(workspace: Workspace) -> None:
    profile = read_words(["instagram:ada"], None).profiles[0]
    async with workspace.db.write(1) as transaction:
        await suppressions.add(transaction, "forgotten", accounts=[profile])
    with pytest.raises(Failure, match="forgotten"):
        await add(workspace, "instagram:ada")
    assert await workspace.db.all("SELECT 1 FROM creators") == []


async def test_an_unknown_campaign_adds_nobody(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        await add(workspace, "instagram:ada", campaign="NOPE")
    assert await workspace.db.all("SELECT 1 FROM creators") == []


async def test_whoever_is_added_to_a_campaign_becomes_a_candidate_of_it_once(workspace: Workspace) -> None:
    await brands.new_brand(workspace, "Moorhen", {})
    await campaigns.new_campaign(workspace, "Spring", {}, brand="Moorhen", code="SPRING")
    await add(workspace, "instagram:ada", campaign="spring")
    await add(workspace, "instagram:ada", campaign="SPRING")
    rows = await workspace.db.all("SELECT state FROM collaborations")
    assert [row[0] for row in rows] == ["discovered"]


async def test_a_namesake_with_an_account_is_pointed_at_and_merging_leaves_only_the_account(
    workspace: Workspace, account: Any
) -> None:
    await account("instagram:ada.bakes", name="Ada Ovenworth", tags="|vip|")
    await brands.new_brand(workspace, "Moorhen", {})
    await campaigns.new_campaign(workspace, "Spring", {}, brand="Moorhen", code="SPRING")
    added = await add(workspace, "Ada Ovenworth", email="ada@example.org", campaign="SPRING")
    assert [each.ref for each in added.namesakes] == ["instagram:ada.bakes"]
    before = await dump(workspace)
    joined = await likeness.join(workspace, added.namesakes[0], added.new[0])
    assert joined.accounts == ("instagram:ada.bakes",)
    creator = await creators.find(workspace, Ref("instagram", "ada.bakes"))
    assert (creator.email, creator.tags) == ("ada@example.org", ("vip",))
    rows = await workspace.db.all("SELECT person_id, creator_id FROM collaborations")
    assert [tuple(row) for row in rows] == [(creator.person, creator.id)]
    assert (await upkeep.undo(workspace)).left == ()
    assert await dump(workspace) == before


async def dump(workspace: Workspace) -> list[Any]:
    return [
        {name: value for name, value in dict(row).items() if name != "version"}
        for table in ("persons", "creators", "collaborations")
        for row in await workspace.db.all(f"SELECT * FROM {table} ORDER BY id")
    ]
