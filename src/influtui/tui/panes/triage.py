"""Deciding about people for the campaign in use: pick, reject with a reason, put off. The cursor goes on by itself."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from influtui.model.creators import Ref
from influtui.model.ids import CreatorId
from influtui.model.text import plural
from influtui.tui.panes.people import People, work
from influtui.tui.render.creators import Judged

NEAR: Final = 8
"""Rows above the cursor among which the next person may be, when several accounts of one person went."""


ASKS_FOR_VERDICTS: Final = re.compile(r"(?<![\w:])(?:verdict|reason|judge|judged):")
"""A search that names verdicts says itself who is wanted."""


class Triage(People):
    """People of whom each is decided about with at most two keys."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.rejections = 0
        """How many people are rejected for the campaign in use."""
        self.shows_rejected = False
        self._decided: Judged | None = None
        """Who was decided about last, one alone."""

    @property
    def hides_rejected(self) -> bool:
        """Whether the rejected are left out: they do not come back unless somebody asks for them."""
        return bool(self.rejections and not self.shows_rejected and not ASKS_FOR_VERDICTS.search(self.query_text))

    def why_not_rejected(self) -> str | None:
        """There must be some."""
        return None if self.rejections else "nobody is rejected for the campaign in use"

    async def do_rejected(self) -> None:
        """Show the rejected too, or hide them again."""
        self.shows_rejected = not self.shows_rejected
        await self.fill(keep_place=True)
        self.draw_title()
        shown = "Their rows are marked. X hides them again." if self.shows_rejected else "X shows them."
        self.desk.notice(f"{plural(self.rejections, 'rejected person', 'rejected people')}. {shown}")

    def why_not_shortlist(self) -> str | None:
        """Deciding needs somebody and a campaign."""
        if not self.table.total:
            return "there is nobody here"
        return None if self.desk.campaign else "no campaign is in use: @ chooses one, :campaign new makes one"

    why_not_reject = why_not_later = why_not_compose = why_not_shortlist

    async def do_shortlist(self) -> None:
        """Pick."""
        await self._judge("pick", None, "Shortlisted")

    async def do_later(self) -> None:
        """Put off."""
        await self._judge("later", None, "Put off")

    async def do_reject(self) -> None:
        """Reject: a digit gives a common reason, words give another one."""
        who = await self.chosen()
        if not who:
            return
        stale = (await self.watching(who)).told
        reason = await self.desk.answer(
            "reject:" if self.narrow else f"reject {self.named(who)}:",
            kind="reason",
            instant=reasons(),
            stale=stale,
            hint="" if self.narrow else "  or words",
        )
        if reason is not None:
            await self._judge("rejected", reason or None, "Rejected", who)

    async def _judge(self, verdict: str, reason: str | None, said: str, who: list[CreatorId] | None = None) -> None:
        from influtui.services.campaign import campaigns

        who = await self.chosen() if who is None else who
        if not who or self.desk.campaign is None:
            return
        one = not self.table.marked
        coming = await self._coming() if one else None
        self._decided = await self.table.current_row() if one else None
        refs = [Ref(id=each) for each in who]
        overruled = await self._overruled() if one else ""
        done = await campaigns.judge(self.desk.workspace, self.desk.campaign, refs, verdict, reason)
        about = self.named(who)
        await self.read_picks()
        self.table.mark_all(False)
        await self.fill(keep_place=True, to=coming.creator.id if coming is not None else None)
        self.follow(now=True, again=True)
        await self.desk.read_standing()
        self.draw_title()
        why = f" ({reason})" if reason else ""
        told = overruled + "".join(f" Note: {note}." for note in done.notes[:2])
        self.desk.notice(f"{said}: {about}{why}. u takes it back.{told}", "warn" if told else "good")

    async def do_undo(self) -> None:
        """Take back one's own latest change. A decision that is taken back leads back to the person it was about."""
        from influtui.tui.everywhere import Everywhere

        who, self._decided = self._decided, None
        before = self.picks.get(who.creator.person) if who else None
        await Everywhere(self.desk).do_undo()
        if who is not None and self.picks.get(who.creator.person) != before:
            await self.fill(keep_place=True, to=who.creator.id)
            self.follow(now=True, again=True)

    async def _overruled(self) -> str:
        """What somebody has decided about the person under the cursor since the row was drawn, as a sentence."""
        here = await self.table.current_row()
        if here is None:
            return ""
        shown, now = (
            self.picks.get(here.creator.person),
            (await work().picks(self.desk.workspace)).get(here.creator.person),
        )
        if now is None or (shown is not None and now.verdict == shown.verdict):
            return ""
        return f" {now.judged_by} had just said: {now.verdict}."

    async def _coming(self) -> Judged | None:
        """Who stands below the cursor and is somebody else."""
        here = await self.table.current_row()
        below = await self.table.slice(self.table.cursor + 1, min(self.table.total, self.table.cursor + 1 + NEAR))
        return next((each for each in below if here and each.creator.person != here.creator.person), None)

    async def read_picks(self) -> None:
        """Look up what was decided about whom in the campaign in use; nothing without one."""
        self.picks = await work().picks(self.desk.workspace)

    async def do_next(self) -> None:
        """To the next person nobody has decided about."""
        position = self.table.cursor + 1
        while position < self.table.total:
            rows = await self.table.slice(position, min(self.table.total, position + 200))
            for offset, judged in enumerate(rows):
                if judged.creator.person not in self.picks:
                    self.table.to(position + offset)
                    self.follow(now=True)
                    return
            position += max(1, len(rows))
        self.desk.notice("Everybody below has been decided about.")


@cache
def reasons() -> dict[str, str]:
    """Common reasons to reject somebody, by the digit that gives them."""
    text = (Path(__file__).parents[1] / "reasons.toml").read_text("utf-8")
    return {str(digit): str(words) for digit, words in enumerate(tomllib.loads(text)["reasons"], 1)}
