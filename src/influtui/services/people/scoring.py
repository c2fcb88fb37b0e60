"""Scores: made for many accounts in one resumable run, and explained to the last number for one.

A run reads accounts in chunks and writes each chunk in a transaction of its own, so that it can be stopped anywhere; the
next run skips what is newer than the account's last change. Peers are the catalogue as it stands when the run begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

import msgspec

from influtui.model.creators import Creator, Ref, split
from influtui.model.failures import NeedsConfiguration
from influtui.model.ids import CampaignId, CreatorId
from influtui.model.scoring.authenticity import authenticity
from influtui.model.scoring.engagement import Rate, counted, headline_variant, rate, rates
from influtui.model.scoring.facts import Aim, Facts
from influtui.model.scoring.fit import fit
from influtui.model.scoring.peers import PeerTable
from influtui.model.scoring.reach import reach
from influtui.model.scoring.records import Score
from influtui.model.scoring.relevance import relevance
from influtui.model.scoring.rules import Rules, default_rules, overridden
from influtui.model.times import Millis
from influtui.services.campaign import campaign_choice, campaigns
from influtui.services.workspace import Workspace
from influtui.store import creators as creator_rows
from influtui.store import scores as store
from influtui.store.scores import NO_CAMPAIGN, Account, ScoreRow

RULES: Final = "scoring.toml"
"""A user's own weights and thresholds, in the workspace's folder."""

_CHUNK: Final = 500
_DETECTORS: Final = ("bought_followers", "bought_engagement", "pods")

Progress = Callable[[int, int], None]
"""Told how many accounts are done, of how many."""


class ScoreReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.score/1"):
    """What a run did: how many accounts were asked for, scored now, and already up to date."""

    asked: int
    scored: int
    up_to_date: int
    campaign: str | None
    model: str


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What the last run said of an account: the values that searches show and sort by."""

    at: Millis
    model: str
    values: dict[str, float | None]
    up_to_date: bool
    """Whether the account, the campaign and the rules are still what they were."""


class Why(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.why/1"):
    """Every score of one account with its components, computed now, and beside it what is stored."""

    ref: str
    campaign: str | None
    model: str
    scores: tuple[Score, ...]
    rates: tuple[Rate, ...]
    """Engagement rates of its own posts, each variant that they allow."""
    stored: Stored | None


@dataclass(frozen=True)
class Judge:
    """All that does not depend on the account: rules, peers, the campaign's aim."""

    rules: Rules
    peers: PeerTable
    aim: Aim | None
    campaign: CampaignId
    code: str | None
    now: Millis

    @property
    def model(self) -> str:
        """The version that stored scores bear: of the rules, and of what the campaign is after."""
        if self.aim is None:
            return self.rules.version
        aimed = blake2s(msgspec.json.encode(self.aim, order="deterministic"), digest_size=3).hexdigest()
        return f"{self.rules.version} {aimed}"

    def facts(self, account: Account) -> Facts:
        """An account's facts, its engagement rate from its own posts where they are known."""
        columns = account.columns
        platform, followers = columns["platform"], columns["followers"]
        settled = counted(account.posts, platform=platform, now=self.now, rules=self.rules.engagement)
        own = rate(headline_variant(platform), settled, followers)
        variant = own.variant if own else columns["engagement_variant"]
        said = f"{own.variant}, median of {own.posts} posts" if own else variant or "of an unknown variant"
        return Facts(
            platform=platform,
            handle=columns["handle_key"],
            now=self.now,
            followers=followers,
            following=columns["following"],
            engagement_rate=own.median if own else columns["engagement_rate"],
            engagement_said=said,
            avg_views=columns["avg_views"],
            avg_likes=columns["avg_likes"],
            avg_comments=columns["avg_comments"],
            country=columns["country"],
            bio=columns["bio"] or "",
            topics=split(columns["topics"]),
            tags=split(columns["tags"]),
            captions=account.captions,
            as_of=columns["as_of"],
            series=account.series,
            posts=settled,
            earlier_posts=[post for post in account.posts if post not in settled],
            comments=account.comments,
            comments_on=account.comments_on,
            peers=self.peers.usual(platform, followers, variant),
        )

    def scores(self, account: Account) -> tuple[Score, ...]:
        """Authenticity and reach, and for a campaign relevance and fit before and after them."""
        facts = self.facts(account)
        clean = authenticity(facts, self.rules)
        if self.aim is None:
            return clean, reach(facts, self.rules)
        fitting, wide = relevance(facts, self.aim, self.rules), reach(facts, self.rules, self.aim)
        return fitting, clean, wide, fit(fitting, clean, wide, self.aim, self.rules)


async def score(
    workspace: Workspace,
    ids: Sequence[CreatorId],
    *,
    campaign: str | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> ScoreReport:
    """Score accounts for a campaign (the one in use where none is named; none at all where none is in use).

    `again` scores also those that are up to date.
    """
    judge = await judging(workspace, campaign)
    done = scored = 0
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        fresh = set() if again else await store.up_to_date(workspace.db, judge.campaign, judge.model, chunk)
        wanted = [each for each in chunk if each not in fresh]
        rows = [_row(judge, account) for account in await store.accounts(workspace.db, wanted)]
        if rows:
            async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
                await store.write(transaction, rows)
        done += len(chunk)
        scored += len(rows)
        if progress is not None:
            progress(done, len(ids))
    return ScoreReport(
        asked=len(ids), scored=scored, up_to_date=len(ids) - scored, campaign=judge.code, model=judge.rules.version
    )


async def why(
    workspace: Workspace, ref: Ref, *, campaign: str | None = None, judge: Judge | None = None
) -> tuple[Creator, Why]:
    """Explain every score of one account, by a judge that is at hand where one is given.

    Raises `NotFound` for an unknown REF or campaign.
    """
    creator = await creator_rows.find(workspace.db, ref)
    judge = judge or await judging(workspace, campaign)
    (account,) = await store.accounts(workspace.db, [creator.id])
    columns = account.columns
    return creator, Why(
        ref=creator.ref,
        campaign=judge.code,
        model=judge.rules.version,
        scores=judge.scores(account),
        rates=rates(
            account.posts,
            columns["followers"],
            platform=columns["platform"],
            now=judge.now,
            rules=judge.rules.engagement,
        ),
        stored=await _stored(workspace, judge, creator.id),
    )


async def own_rates(workspace: Workspace, creator: Creator) -> tuple[Rate, ...]:
    """The engagement rates of an account's own posts, in each variant that they allow; the platform's headline first."""
    posts = await store.posts(workspace.db, creator.id)
    engagement = rules(workspace).engagement
    return rates(posts, creator.followers, platform=creator.platform, now=workspace.clock(), rules=engagement)


async def _stored(workspace: Workspace, judge: Judge, creator: CreatorId) -> Stored | None:
    row = await store.read(workspace.db, judge.campaign, creator)
    if row is None:
        return None
    fresh = await store.up_to_date(workspace.db, judge.campaign, judge.model, [creator])
    kinds = ("authenticity", "reach") if judge.aim is None else ("relevance", "authenticity", "reach", "fit")
    values: dict[str, float | None] = {kind: getattr(row, kind) for kind in kinds}
    return Stored(at=Millis(row.at), model=row.model.partition(" ")[0], values=values, up_to_date=creator in fresh)


def rules(workspace: Workspace) -> Rules:
    """The scoring rules, with the workspace's own laid over the shipped ones."""
    path = workspace.folder / RULES
    if not path.exists():
        return default_rules()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        reason = "it is no UTF-8 text" if isinstance(error, UnicodeError) else error.strerror
        raise NeedsConfiguration(
            f"the scoring rules cannot be read: {reason}", hint=f"Mend {path}, or take it away.", at=str(path)
        ) from error
    return overridden(text, str(path))


async def judging(workspace: Workspace, code: str | None = None) -> Judge:
    """All that the scores of a campaign (the one in use where none is named) need beside the account."""
    campaign = await campaign_choice.chosen(workspace, code)
    found = rules(workspace)
    return Judge(
        rules=found,
        peers=PeerTable(await store.members(workspace.db), found.peers),
        aim=await campaigns.aim(workspace, campaign) if campaign else None,
        campaign=campaign.id if campaign else NO_CAMPAIGN,
        code=campaign.code if campaign else None,
        now=workspace.clock(),
    )


def _row(judge: Judge, account: Account) -> ScoreRow:
    scores = {score.kind: score for score in judge.scores(account)}
    deciding = scores.get("fit") or scores["authenticity"]
    lost = {
        detector: -sum(part.points for part in scores["authenticity"].components if part.detector == detector)
        for detector in _DETECTORS
    }
    unknown = scores["authenticity"].value is None
    return ScoreRow(
        campaign_id=judge.campaign,
        creator_id=CreatorId(account.columns["id"]),
        relevance=scores["relevance"].value if "relevance" in scores else None,
        authenticity=scores["authenticity"].value,
        reach=scores["reach"].value,
        fit=scores["fit"].value if "fit" in scores else None,
        confidence=deciding.confidence,
        relevance_confidence=scores["relevance"].confidence if "relevance" in scores else None,
        authenticity_confidence=scores["authenticity"].confidence,
        reach_confidence=scores["reach"].confidence,
        bought_followers=None if unknown else lost["bought_followers"],
        bought_engagement=None if unknown else lost["bought_engagement"],
        pods=None if unknown else lost["pods"],
        model=judge.model,
        at=judge.now,
    )
