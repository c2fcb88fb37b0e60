"""Forgetting a person: gone from the bytes, not taken in again, figures kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.model.creators import Ref, parse_ref
from influtui.model.editing import read_edit
from influtui.model.failures import NotFound
from influtui.model.money import Money
from influtui.model.posts import Numbers
from influtui.model.profile_records import Measured, ProfileRecord, SeenComment, SeenPost
from influtui.services import inbox, upkeep
from influtui.services.campaign import brands, campaigns, collaborations, negotiation, results
from influtui.services.importing.intake import ingest
from influtui.services.parcel import fulfilment
from influtui.services.people import creators, editing, forgetting
from influtui.services.workspace import Workspace
from influtui.store import references

ZED = parse_ref("instagram:zedwhistle.bakes")
TRACES = (b"zedwhistle", b"Zedwhistle", b"xylophone", b"zed@quokka", b"RR954014736DE", b"7300000000000000001")
"""What would give the person away: in the handle, name, bio, notes, messages, address, parcel number and post."""


def record(**more: Any) -> ProfileRecord:
    fields = {
        "platform": "instagram",
        "handle": "zedwhistle.bakes",
        "name": "Zoltan Zedwhistle",
        "bio": "xylophone and rye",
        "email": "zed@quokka.example",
        "followers": 5_000,
        "person": "zed",
    }
    return ProfileRecord(**(fields | more))


@pytest.fixture
async def life(workspace: Workspace) -> Workspace:
    """A person with all that can hang on one, beside somebody else."""
    other = ProfileRecord(
        platform="instagram",
        handle="bo.plain",
        followers=10,
        seen_posts=(
            SeenPost(
                platform_post_id="1", seen_comments=(SeenComment(commenter="zedwhistle.bakes", text="xylophone!"),)
            ),
        ),
    )
    series = (Measured(at=1, source="list", followers=4_000), Measured(at=2, source="list", followers=5_000))
    await ingest(workspace, [record(snapshots=series), record(platform="tiktok", handle="zedwhistle")], source="list")
    await ingest(workspace, [other], source="another list")
    await creators.note(workspace, ZED, "plays the xylophone")
    both = [(await creators.find(workspace, ref)).id for ref in (ZED, parse_ref("instagram:bo.plain"))]
    await editing.edit(workspace, both, read_edit(["country=DE"], add_tags=["vip"]))
    await editing.edit(workspace, both[:1], read_edit(["name=Zed Xylophone Zedwhistle"]))
    await brands.new_brand(workspace, "Moorhen", {"postal_address": "4 Heron Lane"})
    await brands.new_product(workspace, "Moorhen", "BALM", {"name": "Balm", "cost": "5", "value": "30"})
    await campaigns.new_campaign(workspace, "Spring", {}, brand="Moorhen", code="SPRING", products=["BALM"])
    await campaigns.judge(workspace, "SPRING", [ZED], "pick", "because of the xylophone")
    await inbox.log_sent(workspace, ZED, "Dear Zedwhistle", channel="email", campaign="SPRING")
    await inbox.log_answer(workspace, ZED, "I play the xylophone", channel="email", campaign="SPRING")
    await inbox.save_draft(workspace, 1, "What a lovely xylophone")
    collaboration = (await collaborations.of_ref(workspace, ZED, "SPRING")).id
    terms = {
        "content": "xylophone reel", "captions": "#ad", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
        "rights": "organic", "fee": "250",
    }  # fmt: skip
    await negotiation.note_terms(workspace, collaboration, terms, products=["BALM"], agreed=True)
    await fulfilment.add_shipment(
        workspace, "RR954014736DE", str(ZED), campaign="SPRING", cost=Money(900, "USD"), products=["BALM"]
    )
    url = "https://www.tiktok.com/@zedwhistle/video/7300000000000000001"
    await results.add_post(workspace, url, ref=ZED, campaign="SPRING", numbers=Numbers(impressions=10_000))
    (workspace.folder / "edit.toml").write_text("# zedwhistle.bakes")
    return workspace


def every_byte(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_the_bytes_of_the_workspace_hold_the_person_before_and_nothing_of_them_after(life: Workspace) -> None:
    before = b"".join(every_byte(life.folder).values())
    assert all(trace in before for trace in TRACES)
    done = await forgetting.forget(life, ZED)
    assert (done.complete, done.accounts, done.figures_kept) == (True, 2, True)
    await life.db.close()
    for path, content in every_byte(life.folder).items():
        assert [trace for trace in TRACES if trace.lower() in content.lower()] == [], path


async def test_the_figures_of_the_campaign_are_the_same_and_nobodys(life: Workspace) -> None:
    before = (await results.results(life, "SPRING")).totals
    await forgetting.forget(life, ZED)
    after = await results.results(life, "SPRING")
    assert after.totals.cost == before.cost
    assert after.totals.numbers == before.numbers
    with pytest.raises(NotFound):
        await creators.find(life, ZED)


async def test_who_was_forgotten_is_not_taken_in_again_by_any_account_or_address(life: Workspace) -> None:
    await forgetting.forget(life, ZED)
    again = [record(), record(platform="youtube", handle="renamed", email="ZED+new@quokka.example", person=None)]
    report = await ingest(life, again, source="list")
    assert (report.added, report.rejected) == (0, 2)


async def test_others_keep_what_was_done_to_them_and_can_undo_it(life: Workspace) -> None:
    await forgetting.forget(life, ZED)
    bo = await creators.show(life, parse_ref("instagram:bo.plain"))
    assert (bo.creator.country, bo.creator.tags) == ("DE", ("vip",))
    summaries = [entry.summary for entry in await upkeep.journal(life, limit=100)]
    assert summaries[0] == "forgot a person"
    assert not any("zedwhistle" in summary.casefold() for summary in summaries)


async def test_forgetting_cannot_be_undone(life: Workspace) -> None:
    await forgetting.forget(life, ZED)
    undone = await upkeep.undo(life)
    assert "forgot a person" in undone.skipped
    with pytest.raises(NotFound):
        await creators.find(life, ZED)


async def test_what_will_go_is_said_before(life: Workspace) -> None:
    will_go = await forgetting.preview(life, Ref(id=(await creators.find(life, ZED)).id))
    assert set(will_go.accounts) == {"instagram:zedwhistle.bakes", "tiktok:zedwhistle"}
    assert (will_go.notes, will_go.verdicts, will_go.conversations, will_go.messages) == (1, 1, 1, 2)
    assert (will_go.parcels, will_go.collaborations) == (1, 1)


async def test_every_table_that_knows_persons_is_thought_of(workspace: Workspace) -> None:
    """A table added later must be looked at here: does it go, or stay without a name?"""
    tables = {each.table for noun in ("persons", "creators") for each in await references.to(workspace.db, noun)}
    assert tables == {
        "collaborations",
        "conversations",
        "creator_posts",
        "creators",
        "exclusivities",
        "notes",
        "picks",
        "privacy_notices",
        "scores",
        "shipments",
        "snapshots",
        "told_apart",
    }


async def test_the_command_does_nothing_without_a_yes_and_all_with_it(
    life: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await life.db.close()
    code = await asyncio.to_thread(main, ["creators", "forget", str(ZED)])
    told = capsys.readouterr()
    assert code == 2
    assert "tiktok:zedwhistle" in told.out
    assert "--yes" in told.err
    assert await asyncio.to_thread(main, ["creators", "show", str(ZED)]) == 0
    capsys.readouterr()
    code = await asyncio.to_thread(main, ["--json", "creators", "forget", str(ZED), "--yes"])
    document = json.loads(capsys.readouterr().out)
    assert (code, document["schema"], document["complete"]) == (0, "influtui.forget/1", True)
    assert await asyncio.to_thread(main, ["creators", "show", str(ZED)]) == 2
