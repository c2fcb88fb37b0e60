from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mail_receiver import MailReceiver
from worlds import picture

from influtui.model.creators import parse_ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.sequences import step_from
from influtui.model.settings import MailAccount
from influtui.services import inbox, upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.campaign.collaborations import collaborations, move
from influtui.services.mailbox import accounts
from influtui.services.mailbox.backoff import Backoff
from influtui.services.outgoing import enrolling, sending, sequences, stepping, suppressing, templates
from influtui.services.outgoing.forecast import forecast
from influtui.services.settings import change
from influtui.services.workspace import Workspace, opened
from influtui.store import sequences as stored
from influtui.store import suppressions
from influtui.worker.loop import once
from influtui.worker.rounds import Round, round_of

ANNA, BEN, CLEO = "instagram:anna", "tiktok:ben", "instagram:cleo"
REFS = (ANNA, BEN, CLEO)
DAY = 86_400_000


@pytest.fixture
async def campaign(workspace: Workspace, receiver: MailReceiver, account: Any) -> str:
    """A campaign, a mailbox without pace and hours, and three people."""
    for ref in REFS:
        handle = ref.partition(":")[2]
        await account(ref, name=handle.capitalize(), email=f"{handle}@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road, 12345 Town"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    await accounts.add(
        workspace,
        MailAccount(
            address="jo@brand.test", name="Jo Doe", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none"
        ),
    )
    for key, value in {"gap_s": "0", "jitter_s": "0", "window": "00:00-24:00", "days": "mon-sun"}.items():
        change(workspace.folder, f"sending.{key}", value)
    return made.campaign.code


@asynccontextmanager
async def after(workspace: Workspace, days: float) -> AsyncIterator[Workspace]:
    at = workspace.clock() + round(days * DAY)
    async with opened(workspace.folder, clock=lambda: at) as then:
        yield then


async def work(workspace: Workspace, days: float = 0) -> Round:
    async with after(workspace, days) as then:
        return await once(then)


async def enroll(workspace: Workspace, campaign: str, *refs: str, name: str = "gift", **options: Any) -> list[str]:
    refs_ = [parse_ref(ref) for ref in refs or REFS]
    report = await enrolling.enroll(workspace, name, campaign, refs_, **{"trusted": True, **options})
    return [row.state for row in report.rows]


async def test_three_people_get_the_first_letter_and_those_who_do_not_answer_the_second(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    assert await enroll(workspace, campaign) == ["written"] * 3
    assert receiver.received == []
    assert (await work(workspace)).sent == 3
    assert (await work(workspace, 2)).sent == 0
    async with after(workspace, 2.5) as then:
        await inbox.log_answer(then, parse_ref(BEN), "Yes, gladly!", channel="email")
    done = await work(workspace, 3)
    assert (done.written, done.sent) == (2, 2)
    first, second = receiver.to("anna@mail.test")
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert second.message["Subject"] == f"Re: {first.message['Subject']}"
    assert len(receiver.to("ben@mail.test")) == 1
    by_ref = {each.ref: each for each in await enrolling.enrolments(workspace, name="gift")}
    assert (by_ref[BEN].state, by_ref[BEN].why) == ("stopped", "they answered")
    assert [step.state for step in by_ref[ANNA].steps] == ["sent", "sent", "ahead"]


async def test_it_ends_after_the_last_letter_and_a_month(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    for day in (0, 3, 7, 8, 16, 24):
        await work(workspace, day)
    assert len(receiver.received) == 3
    assert (await work(workspace, 30)).ended == 1
    [row] = await enrolling.enrolments(workspace)
    assert (row.state, row.why) == ("finished", "no answer in 30 days")
    [collaboration] = await collaborations(workspace, campaign=campaign)
    assert collaboration.state == "unresponsive"
    assert (await work(workspace, 31)).sent == 0


async def test_without_somebody_who_vouches_every_letter_waits_to_be_approved(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA, BEN, trusted=False)
    assert (await work(workspace)).sent == 0
    rows = await sending.outgoing(workspace, query="state:draft")
    assert [row.why for row in rows] == ["it waits to be approved"] * 2
    await sending.approve(workspace, [rows[0].id])
    assert (await work(workspace)).sent == 1
    # The follow-up is there a day before it is due, to be read in time, and goes on its day.
    assert (await work(workspace, 2.1)).written == 1
    async with after(workspace, 2.2) as then:
        [draft] = [row for row in await sending.outgoing(then, query="state:draft") if row.kind == "follow_up"]
        await sending.approve(then, [draft.id])
    assert (await work(workspace, 2.3)).sent == 0
    assert (await work(workspace, 3)).sent == 1
    assert receiver.to("ben@mail.test") == []


async def test_a_letter_that_waited_bears_the_time_at_which_it_goes_and_keeps_it_when_it_is_tried_again(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    receiver.script["DATA"] = "451 4.7.1 later"
    await work(workspace, 2)
    receiver.script.clear()
    await work(workspace, 5)
    [letter] = receiver.received
    assert letter.message["Date"] == "Tue, 24 Nov 2026 12:00:00 +0000"


async def test_words_changed_later_change_nothing_for_who_is_in_it(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    await templates.edit(workspace, "follow-up", body="Changed. {{ opt_out }}")
    await work(workspace)
    await work(workspace, 3)
    assert "got lost" in receiver.received[1].text


async def test_pausing_and_going_on_sends_nothing_twice(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    await enrolling.pause(workspace, [parse_ref(ANNA)], why="holidays")
    assert (await work(workspace)).sent == 0
    [row] = await sending.outgoing(workspace)
    assert "holidays" in row.why
    await enrolling.resume(workspace, [parse_ref(ANNA)])
    await work(workspace)
    async with after(workspace, 1) as then:
        await enrolling.pause(then, [parse_ref(ANNA)])
    assert (await work(workspace, 4)).sent == 0
    async with after(workspace, 5) as then:
        await enrolling.resume(then, [parse_ref(ANNA)])
    assert (await work(workspace, 5)).sent == 1
    assert len(receiver.received) == 2
    with pytest.raises(NotFound):
        await enrolling.resume(workspace, [parse_ref(ANNA)])


async def test_two_workers_write_and_send_a_letter_once(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    async def both(days: float) -> None:
        async with after(workspace, days) as one, after(workspace, days) as other:
            await asyncio.gather(round_of(one), round_of(other))

    await enroll(workspace, campaign)
    await both(0)
    assert len(receiver.received) == 3
    await both(3)
    assert len(receiver.received) == 6


async def test_who_comes_second_to_a_step_writes_no_second_letter(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    """Defence: a step is looked at once more where nobody else can write. Both workers saw it due before either wrote."""
    await enroll(workspace, campaign, ANNA)
    await work(workspace)
    async with after(workspace, 3) as then:
        [row] = await stored.enrolments(then.db, going_only=True)
        assert [await stepping._advance(then, row) for _ in range(2)] == ["written", "elsewhere"]
        assert len(await then.db.all("SELECT 1 FROM messages WHERE direction = 'out'")) == 2


@pytest.mark.parametrize(
    ("kind", "state", "sent_on_day_nine"),
    [("auto_reply", "paused", 1), ("bounce", "stopped", 0), ("unsubscribe", "stopped", 0), ("question", "stopped", 0)],
)
async def test_an_answer_stops_and_an_automatic_one_pauses_until_its_writer_is_back(
    workspace: Workspace, campaign: str, receiver: MailReceiver, kind: str, state: str, sent_on_day_nine: int
) -> None:
    await enroll(workspace, campaign, ANNA)
    await work(workspace)
    async with after(workspace, 1) as then:
        [row] = await collaborations(then, campaign=campaign)
        async with then.change("inbox.sync", "took in mail") as unit:
            await sequences.answered(unit, row.person, row.id, kind, until=workspace.clock() + 8 * DAY)
    [enrolled] = await enrolling.enrolments(workspace)
    assert enrolled.state == state
    assert (await work(workspace, 4)).sent == 0
    assert (await work(workspace, 9)).sent == sent_on_day_nine


async def test_an_answer_calls_off_the_letter_that_waits(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    await inbox.log_answer(workspace, parse_ref(ANNA), "I wrote to you first", channel="email")
    assert (await work(workspace)).sent == 0
    assert await sending.outgoing(workspace) == []
    assert receiver.received == []


async def test_a_follow_up_does_not_go_while_nobody_knows_of_the_letter_before(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    from mail_receiver import DROP

    await enroll(workspace, campaign, ANNA)
    receiver.script["KEPT"] = DROP
    await work(workspace)
    receiver.script.clear()
    assert (await work(workspace, 4)).written == 0
    [row] = await sending.outgoing(workspace)
    await sending.resolve(workspace, row.id, "sent")
    assert (await work(workspace, 4)).sent == 1
    assert len(receiver.received) == 2


async def test_whoever_was_moved_on_by_hand_gets_no_follow_up(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA, BEN, trusted=False)
    await sending.approve(workspace, [row.id for row in await sending.outgoing(workspace)])
    await work(workspace)
    await work(workspace, 2.1)
    async with after(workspace, 2.2) as then:
        drafts = [row.id for row in await sending.outgoing(then, query="state:draft")]
        await sending.approve(then, drafts)
        for each in await collaborations(then, campaign=campaign):
            if each.ref == ANNA:
                await move(then, each.id, "declined", "price: asked 400")
    assert (await work(workspace, 3)).sent == 1
    assert len(receiver.to("anna@mail.test")) == 1
    assert await sending.outgoing(workspace) == []
    [anna] = [each for each in await enrolling.enrolments(workspace) if each.ref == ANNA]
    assert (anna.state, anna.why) == ("stopped", "they are declined")


async def test_a_refused_first_letter_ends_the_sequence(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    receiver.script["RCPT"] = "550 5.1.1 no such user"
    await work(workspace)
    receiver.script.clear()
    await work(workspace, 3)
    [row] = await enrolling.enrolments(workspace)
    assert (row.state, row.why) == ("stopped", "letter 1 was refused")
    assert receiver.received == []


async def test_who_lacks_what_a_later_letter_needs_is_not_begun_with(
    workspace: Workspace, campaign: str, account: Any
) -> None:
    await templates.edit(workspace, "last-note", body="{{ topic }} {{ opt_out }}")
    await account("instagram:dora", email="dora@mail.test", topics="|baking|")
    report = await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA), parse_ref("instagram:dora")])
    assert {row.ref: row.state for row in report.rows} == {"instagram:dora": "written", ANNA: "skipped"}
    assert "step 3: topic is not known" in (report.rows[-1].reason or "")


async def test_nobody_is_in_two_sequences_of_a_campaign(workspace: Workspace, campaign: str) -> None:
    await enroll(workspace, campaign, ANNA)
    assert await enroll(workspace, campaign, ANNA, again=True) == ["skipped"]
    await enrolling.stop(workspace, [parse_ref(ANNA)])
    assert await enroll(workspace, campaign, ANNA, again=True) == ["written"]


async def test_a_step_whose_condition_does_not_hold_is_passed_over(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    steps = [step_from("0:gift"), step_from("3:follow-up:state:negotiating"), step_from("5:last-note:state:contacted")]
    await enrolling.new(workspace, "mine", steps)
    await enroll(workspace, campaign, ANNA, name="mine")
    for day in (0, 3, 5):
        await work(workspace, day)
    [row] = await enrolling.enrolments(workspace)
    assert [step.state for step in row.steps] == ["sent", "skipped", "sent"]


@pytest.mark.parametrize("step", ["follow-up", "x:gift", "-1:gift"])
async def test_what_is_no_step_is_refused(step: str) -> None:
    with pytest.raises(WrongUsage):
        step_from(step)


async def test_the_plan_of_seven_days_shows_letters_that_are_still_to_be_written(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    async with after(workspace, 0) as now:
        found = await forecast(now, 7)
        assert [(each.step, (each.at or "")[:10]) for each in found] == [
            (None, "2026-11-22"), ("gift, letter 2", "2026-11-25"), ("gift, letter 3", "2026-11-29"),
        ]  # fmt: skip
    assert receiver.received == []


async def test_a_mailbox_that_cannot_send_keeps_no_other_from_it_and_is_left_alone_for_longer_each_time(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    dead = MailAccount(address="dead@brand.test", smtp_host="127.0.0.1", smtp_port=9, smtp_security="none")
    await accounts.add(workspace, dead)
    await enroll(workspace, campaign, ANNA, account=dead.address)
    await enroll(workspace, campaign, BEN)
    backoff = Backoff()
    tries = []
    for minute in (0, 0.5, 1, 2, 5, 7):
        async with after(workspace, minute / 1440) as then:
            done = await round_of(then, backoff=backoff)
            tries.append(len(done.troubles))
    assert tries == [1, 0, 1, 0, 0, 1]
    assert len(receiver.to("ben@mail.test")) == 1
    assert "dead@brand.test cannot send" in (await work(workspace, 1)).troubles[0]


async def test_who_is_suppressed_by_hand_leaves_every_sequence_and_what_waits_is_called_off(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA, BEN)
    await suppressing.suppress(workspace, [ANNA], "opted_out")
    await suppressing.suppress(workspace, [BEN], "by_hand")
    by_ref = {each.ref: each for each in await enrolling.enrolments(workspace)}
    assert (by_ref[ANNA].state, by_ref[ANNA].why) == ("stopped", "they asked not to be written to")
    assert (by_ref[BEN].state, by_ref[BEN].why) == ("stopped", "they must not be written to")
    assert await sending.outgoing(workspace) == []
    states = {each.ref: each.state for each in await collaborations(workspace, campaign=campaign)}
    assert states == {ANNA: "opted_out", BEN: "discovered"}
    assert (await work(workspace)).sent == 0


async def test_a_letter_to_somebody_who_is_on_the_list_says_that_it_is_called_off(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    await enroll(workspace, campaign, ANNA)
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "bounced", emails=["anna@mail.test"])
    [row] = await sending.outgoing(workspace)
    assert row.why == "it is called off: they must not be written to (bounced)"
    assert [each.at for each in await forecast(workspace, 7)] == [None]
    assert (await work(workspace)).sent == 0
    assert await sending.outgoing(workspace) == []


async def test_whoever_has_answered_is_not_begun_with(workspace: Workspace, campaign: str) -> None:
    await inbox.log_answer(workspace, parse_ref(ANNA), "Yes, gladly!", channel="email", campaign=campaign)
    report = await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA)], trusted=True)
    assert [row.reason for row in report.rows] == [
        "is in conversation, and a sequence is for those who have not answered"
    ]


async def test_an_address_that_mail_came_back_from_does_not_bar_the_next_one(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    async with workspace.db.write(workspace.clock()) as transaction:
        await suppressions.add(transaction, "bounced", emails=["anna@mail.test"])
    [row] = (await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA)], trusted=True)).rows
    assert (row.reason, "--set email=" in (row.hint or "")) == ("mail to anna@mail.test came back", True)
    async with workspace.change("test.edit", "noted another address") as unit:
        await unit.update("persons", row.person, {"email": "anna@new.test"})
    assert await enroll(workspace, campaign, ANNA) == ["written"]
    assert (await work(workspace)).sent == 1
    assert len(receiver.to("anna@new.test")) == 1


async def test_a_stop_is_taken_back_unless_a_letter_was_called_off(workspace: Workspace, campaign: str) -> None:
    await enroll(workspace, campaign, ANNA, BEN)
    await work(workspace)
    await enrolling.stop(workspace, [parse_ref(ANNA)])
    assert (await upkeep.undo(workspace)).done
    assert {row.ref: row.state for row in await enrolling.enrolments(workspace)} == {ANNA: "running", BEN: "running"}
    await enroll(workspace, campaign, CLEO)
    await enrolling.stop(workspace, [parse_ref(CLEO)])
    assert "stopped the sequence of 1 person" in (await upkeep.undo(workspace)).skipped


async def test_the_plan_says_that_a_sequence_is_paused_before_that_its_letter_wants_a_yes(
    workspace: Workspace, campaign: str
) -> None:
    await enroll(workspace, campaign, ANNA, trusted=False)
    await sending.approve(workspace, [], query="state:draft")
    await work(workspace)
    [first] = await forecast(workspace, 7)
    assert (first.why or "").startswith("written about Tue 24 Nov, then it waits to be approved")
    await enrolling.pause(workspace, [parse_ref(ANNA)], why="on holiday")
    assert (await forecast(workspace, 7))[0].why == "its sequence is paused (on holiday)"


async def test_a_pasted_answer_says_what_it_was_taken_for_and_what_it_ended(
    workspace: Workspace, campaign: str
) -> None:
    await enroll(workspace, campaign, ANNA, BEN)
    yes = await inbox.log_answer(workspace, parse_ref(ANNA), "Yes please, count me in!", channel="dm")
    assert (yes.kind, yes.stopped, yes.unconfirmed) == ("interested", 1, None)
    stop = await inbox.log_answer(workspace, parse_ref(BEN), "please stop writing to me", channel="dm")
    assert (stop.kind, stop.stopped, stop.unconfirmed) == ("unsubscribe", 1, "it was pasted in")
    ours = await inbox.log_sent(workspace, parse_ref(BEN), "Sorry to bother you.")
    assert (ours.kind, ours.stopped) == (None, 0)


async def test_drafts_are_taken_back_as_one_act_until_one_of_them_was_approved(
    workspace: Workspace, campaign: str, receiver: MailReceiver
) -> None:
    before = await picture(workspace)
    await enroll(workspace, campaign, trusted=False)
    undone = await upkeep.undo(workspace)
    assert (undone.done, undone.left) == (True, ())
    after = await picture(workspace)
    # The words that they were to be written with are kept once and for all, whoever uses them.
    assert {**after, "template_versions": []} == {**before, "template_versions": []}
    assert not (await upkeep.redo(workspace)).done
    await enroll(workspace, campaign, trusted=False)
    [first, *_] = await sending.outgoing(workspace)
    await sending.approve(workspace, [first.id])
    undone = await upkeep.undo(workspace)
    assert any("enrolled 3 people" in said for said in undone.skipped)
    assert len(await enrolling.enrolments(workspace)) == 3
    assert (await work(workspace)).sent == 1
