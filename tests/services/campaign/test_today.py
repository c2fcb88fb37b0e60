"""What waits for a person today: read from what happened, ordered by what a day's delay costs, gone when it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from influtui.mail.footers import footers
from influtui.model.creators import parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.ids import CollaborationId
from influtui.model.shortlist import outreach_target
from influtui.model.times import Millis
from influtui.model.today import DAY_MS, HOUR_MS, Waiting, kind_named, kinds
from influtui.services.campaign import brands, campaigns, collaborations, negotiation, results, today
from influtui.services.workspace import Workspace, opened
from influtui.store import suppressions
from influtui.store.picks import meter

MakeAccount = Callable[..., Awaitable[int]]
ANNA = parse_ref("instagram:anna")


@pytest.fixture
async def anna(workspace: Workspace, account: MakeAccount) -> int:
    """Somebody who was picked for a campaign that wants one person and contacts one. Returns her collaboration."""
    await account("instagram:anna", followers=5000)
    await brands.new_brand(workspace, "Acme", {})
    await campaigns.new_campaign(workspace, "Spring", {"wanted": "1", "outreach_ratio": "1"}, code="SPRING")
    await campaigns.judge(workspace, None, [ANNA], "pick")
    return (await collaborations.of_ref(workspace, ANNA)).id


@pytest.fixture
def write(workspace: Workspace) -> Callable[..., Awaitable[int]]:
    """Puts a row into the store as the services do."""

    async def insert(noun: str, **columns: object) -> int:
        async with workspace.change("test", "wrote a row") as unit:
            return await unit.insert(noun, columns)

    return insert


async def waiting(workspace: Workspace, query: str = "") -> list[tuple[str, bool]]:
    """The kinds that wait and whether each is late, in their order."""
    return [(each.kind, each.is_late(workspace.clock())) for each in await today.today(workspace, query)]


def ago(workspace: Workspace, **length: float) -> Millis:
    """A time before now."""
    return Millis(int(workspace.clock() - length.get("days", 0) * DAY_MS - length.get("hours", 0) * HOUR_MS))


async def a_message(
    write: Callable[..., Awaitable[int]],
    of: int,
    *,
    at: int,
    direction: str = "out",
    state: str = "sent",
    **more: object,
) -> tuple[int, int]:
    """A conversation with one message in it; returns both numbers."""
    awaiting = "us" if direction == "in" else "them"
    conversation = await write(
        "conversations", person_id=1, collaboration_id=of, channel="email", last_at=at, awaiting=awaiting
    )
    columns = {"state": state, "body": "hello there", "at": at, "written_by": "test", **more}
    return conversation, await write("messages", conversation_id=conversation, direction=direction, **columns)


async def test_nothing_waits_in_an_empty_workspace(workspace: Workspace) -> None:
    assert await today.today(workspace) == []
    assert (await today.count(workspace)).count == 0


async def test_who_is_picked_and_not_written_to_waits_as_one_line_of_the_campaign(
    workspace: Workspace, anna: int, account: MakeAccount
) -> None:
    await account("tiktok:ben")
    await campaigns.judge(workspace, None, [parse_ref("tiktok:ben")], "pick")
    (only,) = await today.today(workspace)
    assert (only.kind, only.campaign, only.many, only.ref) == ("to_contact", "SPRING", 2, None)
    assert only.next.startswith("campaign contact SPRING")


async def test_an_answer_waits_for_a_day_and_is_late_after_it(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    fresh, _ = await a_message(write, anna, at=ago(workspace, hours=23), direction="in", state="received")
    old, _ = await a_message(write, anna, at=ago(workspace, hours=25), direction="in", state="received")
    first, second = await today.today(workspace, "kind:reply")
    assert (first.conversation, first.is_late(workspace.clock()), first.detail) == (old, True, "hello there")
    assert (second.conversation, second.is_late(workspace.clock())) == (fresh, False)
    assert first.next == f"inbox show {old}"
    assert await waiting(workspace, "late:yes") == [("reply", True)]


async def test_a_doubtful_message_comes_before_everything_else(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await a_message(write, anna, at=ago(workspace, days=9), direction="in", state="received")
    _, doubtful = await a_message(write, anna, at=ago(workspace, hours=1), state="unknown")
    first, *_ = await today.today(workspace)
    assert (first.kind, first.message) == ("doubt", doubtful)


async def test_a_refused_message_waits_until_another_one_goes(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    conversation, _ = await a_message(
        write, anna, at=ago(workspace, hours=2), state="failed", outcome="550 no such user"
    )
    (refused,) = await today.today(workspace, "kind:refused")
    assert refused.detail == "550 no such user"
    await write(
        "messages", conversation_id=conversation, direction="out", state="sent", body="again", at=workspace.clock(),
        written_by="test",
    )  # fmt: skip
    assert await waiting(workspace, "kind:refused") == []


async def test_a_parcel_that_is_stuck_or_gone_waits_and_a_replacement_settles_a_gone_one(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    now = workspace.clock()
    one = {"collaboration_id": anna, "person_id": 1, "carrier": "ups", "valid": 1, "created_at": now, "updated_at": now}
    await write("shipments", number="STUCK", state="exception", state_at=ago(workspace, days=2), **one)
    await write("shipments", number="LOST", state="lost", state_at=ago(workspace, days=1), **one)
    assert {each.number for each in await today.today(workspace, "kind:parcel")} == {"STUCK", "LOST"}
    await write("shipments", number="NEW", state="in_transit", state_at=now, **one)
    assert {each.number for each in await today.today(workspace, "kind:parcel")} == {"STUCK"}


async def test_a_parcel_of_which_nothing_was_heard_for_a_week_is_asked_about(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    one = {"collaboration_id": anna, "person_id": 1, "carrier": "ups", "valid": 1, "created_at": 0, "updated_at": 0}
    await write("shipments", number="QUIET", state="in_transit", state_at=ago(workspace, days=7), **one)
    await write("shipments", number="MOVES", state="in_transit", state_at=ago(workspace, days=6), **one)
    assert [each.number for each in await today.today(workspace, "kind:quiet_parcel")] == ["QUIET"]


async def test_what_was_agreed_waits_to_be_shipped_and_for_its_day_on_line(workspace: Workspace, anna: int) -> None:
    said = {
        "content": "1 reel", "captions": "#ad first", "go_live": "2026-11-21", "placement": "reel",
        "retention": "90 days", "rights": "organic, 6 months", "fee": "250",
    }  # fmt: skip
    await brands.new_product(workspace, "Acme", "SERUM", {"name": "Serum"})
    await negotiation.note_terms(workspace, CollaborationId(anna), said, products=["SERUM"], agreed=True)
    assert await waiting(workspace) == [("go_live", True), ("to_ship", False)]
    await results.add_post(workspace, "https://www.instagram.com/p/C1abcdefghi/", ref=ANNA)
    assert "go_live" not in dict(await waiting(workspace))


async def test_the_numbers_of_a_post_are_asked_for_after_a_day_and_then_each_week_of_the_first_month(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    post = await write(
        "posts", collaboration_id=anna, url="https://example.com/1", recorded_at=ago(workspace, days=40),
        posted_at=ago(workspace, days=2),
    )  # fmt: skip
    assert ("numbers", True) in await waiting(workspace)
    await write("post_snapshots", post_id=post, at=ago(workspace, days=1), source="hand", views=10)
    assert "numbers" not in dict(await waiting(workspace))
    old = await write(
        "posts", collaboration_id=anna, url="https://example.com/2", recorded_at=0, posted_at=ago(workspace, days=60)
    )
    await write("post_snapshots", post_id=old, at=ago(workspace, days=28), source="hand", views=10)
    assert "numbers" not in dict(await waiting(workspace))


@pytest.mark.parametrize(
    ("days", "found"), [(29, False), (30, True)], ids=["within the month of outreach", "after the month of outreach"]
)
async def test_who_does_not_answer_is_asked_about_when_the_month_of_outreach_is_over(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]], days: int, found: bool
) -> None:
    await a_message(write, anna, at=ago(workspace, days=days))
    assert (("no_answer", True) in await waiting(workspace)) is found


async def test_more_people_are_asked_for_only_when_nobody_who_is_picked_is_left(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await campaigns.edit_campaign(workspace, None, {"wanted": "10", "outreach_ratio": "1.1"})
    assert [kind for kind, _ in await waiting(workspace)] == ["to_contact"]
    await a_message(write, anna, at=workspace.clock())
    (only,) = await today.today(workspace, "kind:too_few")
    campaign = await campaigns.needed(workspace, None)
    found = await meter(workspace.db, campaign)
    assert only.many == outreach_target(10, 1.1) - found.contacted == 10


async def test_what_belongs_to_a_campaign_that_does_not_run_does_not_wait(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await campaigns.edit_campaign(workspace, None, {"state": "paused"})
    assert await waiting(workspace) == []
    # But somebody who wrote still waits for an answer.
    await a_message(write, anna, at=workspace.clock(), direction="in", state="received")
    assert await waiting(workspace) == [("reply", False)]


async def test_late_things_stand_first_and_within_them_the_more_costly(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    one = {"collaboration_id": anna, "person_id": 1, "carrier": "ups", "valid": 1, "created_at": 0, "updated_at": 0}
    await write("shipments", number="S", state="exception", state_at=ago(workspace, days=20), **one)
    await a_message(write, anna, at=ago(workspace, days=2), direction="in", state="received")
    await a_message(write, anna, at=ago(workspace, hours=2), direction="in", state="received")
    assert await waiting(workspace, "kind:reply,parcel") == [("reply", True), ("parcel", True), ("reply", False)]


async def test_the_count_counts_what_the_list_lists(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await a_message(write, anna, at=ago(workspace, days=2), direction="in", state="received")
    listed = await today.today(workspace, "campaign:spring handle:anna")
    counted = await today.count(workspace, "campaign:spring handle:anna")
    assert (counted.count, counted.late, counted.kinds) == (len(listed), 1, {"reply": 1})


async def test_a_wrong_kind_is_refused_with_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="replay") as refused:
        await today.today(workspace, "kind:replay")
    assert "reply" in (refused.value.hint or "")


def test_every_kind_names_a_command_that_can_be_written_out() -> None:
    for kind in kinds():
        one = Waiting(kind=kind.name, since=Millis(0), due=Millis(0), campaign="C", ref="x:y", conversation=None)
        assert "{" not in one.next
        assert one.says


async def test_letters_that_wait_for_a_yes_are_one_line_and_whoever_they_are_for_is_not_asked_about_again(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    _, message = await a_message(write, anna, at=workspace.clock(), state="queued")
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run(
            "INSERT INTO outbox (message_id, account, envelope_from, envelope_to, raw, raw_sha256)"
            " VALUES (?, 'us@example.org', 'us@example.org', 'anna@example.org', x'', '')",
            (message,),
        )
    (only,) = await today.today(workspace)
    assert (only.kind, only.many, only.next) == ("approve", 1, "outbox approve campaign:SPRING")


async def test_who_is_in_a_sequence_that_runs_is_left_to_it(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await a_message(write, anna, at=ago(workspace, days=31))
    assert await waiting(workspace) == [("no_answer", True)]
    enrolment = await write(
        "enrolments", collaboration_id=anna, sequence="s", account="us@example.org", state="running", enrolled_at=0,
        enrolled_by="test", expires_at=0,
    )  # fmt: skip
    assert await waiting(workspace) == []
    async with workspace.change("test", "ended") as unit:
        await unit.update("enrolments", enrolment, {"state": "finished"})
    assert await waiting(workspace) == [("no_answer", True)]


async def test_what_nobody_can_be_sure_of_and_whom_nobody_knows_wait_on_lines_of_their_own(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    asked, _ = await a_message(
        write, anna, at=workspace.clock(), direction="in", state="received", unconfirmed="unsubscribe: not verified"
    )
    stranger = await write(
        "conversations", person_id=1, channel="email", last_at=workspace.clock(), awaiting="us", matched=0
    )
    found = {each.kind: each.conversation for each in await today.today(workspace, "-kind:too_few")}
    assert found == {"confirm": asked, "unmatched": stranger}


async def test_a_paused_mailbox_comes_before_answers(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await a_message(write, anna, at=ago(workspace, days=9), direction="in", state="received")
    await write("sender_pauses", account="us@example.org", why="too many bounces", paused_at=0, paused_by="worker")
    first, *_ = await today.today(workspace)
    assert (first.kind, first.next, first.detail) == (
        "paused_mailbox",
        "outbox resume us@example.org",
        "too many bounces",
    )


@pytest.fixture
async def listed(workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]) -> int:
    """Anna has an address, and mail to it came back. Returns her collaboration."""
    async with workspace.change("test", "noted an address") as unit:
        await unit.update("persons", 1, {"email": "anna@mail.test"})
    await a_message(write, anna, at=workspace.clock(), state="failed", outcome="came back: 550 5.1.1 unknown")
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "bounced", emails=["anna@mail.test"])
    return anna


async def test_who_cannot_be_reached_is_not_offered_as_somebody_to_write_to(workspace: Workspace, listed: int) -> None:
    only, more = await today.today(workspace)
    assert (only.kind, only.next) == ("no_address", "creators edit instagram:anna --set email=ADDRESS")
    assert (only.detail, more.kind) == ("came back: 550 5.1.1 unknown", "too_few")
    async with workspace.change("test", "found another address") as unit:
        await unit.update("persons", 1, {"email": "anna@new.test"})
    assert {kind for kind, _ in await waiting(workspace)} == {"to_contact", "refused"}


async def test_who_must_not_be_written_to_is_to_be_taken_off(workspace: Workspace, anna: int) -> None:
    async with workspace.change("test", "noted an address") as unit:
        await unit.update("persons", 1, {"email": "anna@mail.test"})
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "complained", emails=["anna@mail.test"])
    (first, _) = await today.today(workspace)
    assert (first.kind, first.next) == ("barred", "campaign shortlist SPRING reject instagram:anna --reason TEXT")


async def test_the_reserve_comes_before_new_people_and_who_is_on_the_way_counts(
    workspace: Workspace, anna: int, account: MakeAccount, write: Callable[..., Awaitable[int]]
) -> None:
    await campaigns.edit_campaign(workspace, None, {"wanted": "4"})
    await a_message(write, anna, at=workspace.clock(), state="queued")
    assert [(each.kind, each.many) for each in await today.today(workspace)] == [("too_few", 3)]
    for name in ("ben", "cleo"):
        await account(f"tiktok:{name}")
        await campaigns.judge(workspace, None, [parse_ref(f"tiktok:{name}")], "reserve")
    found = await today.today(workspace)
    assert [(each.kind, each.many) for each in found] == [("reserve", 2), ("too_few", 1)]
    assert found[0].next == "campaign contact SPRING --query verdict:reserve --template NAME"
    shown = await meter(workspace.db, await campaigns.needed(workspace, None))
    assert shown.line().endswith("to contact 4, contacted 0, 1 on their way")


async def test_who_fell_silent_in_the_middle_of_talking_is_asked_about_after_some_days(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    conversation, _ = await a_message(write, anna, at=ago(workspace, days=9), direction="in", state="received")
    assert await waiting(workspace, "-kind:too_few") == [("reply", True)]
    await write(
        "messages", conversation_id=conversation, direction="out", state="sent", body="which size?", written_by="test",
        at=ago(workspace, days=6),
    )  # fmt: skip
    async with workspace.change("test", "answered") as unit:
        await unit.update("conversations", conversation, {"awaiting": "them", "last_at": ago(workspace, days=6)})
    (only,) = await today.today(workspace)
    assert (only.kind, only.next) == ("silent", f"inbox reply {conversation}")
    async with workspace.change("test", "answered") as unit:
        await unit.update("conversations", conversation, {"last_at": ago(workspace, days=4)})
    assert await waiting(workspace) == []


async def test_an_agreement_without_a_product_does_not_rest_either(workspace: Workspace, anna: int) -> None:
    terms = {
        "content": "1 reel", "captions": "#ad first", "go_live": "2027-05-01", "placement": "reel", "retention": "90 days",
        "rights": "organic, 6 months", "fee": "250",
    }  # fmt: skip
    await negotiation.note_terms(workspace, CollaborationId(anna), terms, waive=["product"], agreed=True)
    assert await waiting(workspace) == []
    async with opened(workspace.folder, clock=lambda: Millis(workspace.clock() + 3 * DAY_MS)) as then:
        assert await waiting(then) == [("next_step", True)]


async def test_who_was_let_go_after_they_wrote_waits_for_nothing(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    await a_message(write, anna, at=ago(workspace, hours=3), direction="in", state="received")
    assert await waiting(workspace, "kind:reply") == [("reply", False)]
    await collaborations.move(workspace, CollaborationId(anna), "declined", "not interested")
    assert await waiting(workspace, "kind:reply") == []
    await a_message(write, anna, at=workspace.clock() + 1, direction="in", state="received")
    assert await waiting(workspace, "kind:reply") == [("reply", False)]


async def test_whose_data_was_promised_to_go_after_a_year_without_an_answer_is_named_then(
    workspace: Workspace, anna: int, write: Callable[..., Awaitable[int]]
) -> None:
    conversation, message = await a_message(write, anna, at=ago(workspace, days=364))
    columns = {"person_id": 1, "message_id": message, "basis": "legitimate interest", "source": "you follow us"}
    await write("privacy_notices", **columns, at=ago(workspace, days=364))
    assert await waiting(workspace, "kind:retention") == []
    async with opened(workspace.folder, clock=lambda: Millis(workspace.clock() + 2 * DAY_MS)) as then:
        (only,) = await today.today(then, "kind:retention")
        assert (only.ref, only.next) == ("instagram:anna", "creators forget instagram:anna")
    await write(
        "messages", conversation_id=conversation, direction="in", state="received", body="yes", written_by="", at=1
    )
    async with opened(workspace.folder, clock=lambda: Millis(workspace.clock() + 2 * DAY_MS)) as then:
        assert await waiting(then, "kind:retention") == []


def test_the_year_of_the_notice_is_the_year_of_today() -> None:
    assert footers().notice.months * 365 == kind_named("retention").hours // 24 * 12  # type: ignore[operator]
