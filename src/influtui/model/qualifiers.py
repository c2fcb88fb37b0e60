"""The qualifiers of each noun, in one table: parser, completion, help and the reference page read this and nothing else.

A qualifier's `field` is the name by which the store knows the value (`store/filters.py` maps it to SQL). What a kind of
value may look like stands in `model/query_values.py`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from influtui.model.creators import PLATFORMS, FoundBy

Kind = Literal[
    "number", "percent", "time", "choice", "tier", "platform", "country", "region", "code", "language", "set", "text", "handle",
    "account_id", "campaign", "has", "values", "ships", "yes_no", "audience",
]  # fmt: skip
"""How a qualifier's value is read."""


class Qualifier(msgspec.Struct, frozen=True, kw_only=True):
    """One word before a colon."""

    name: str
    kind: Kind
    meaning: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """The values there are, for kinds whose values are few."""
    field: str = ""
    """What the store calls it; the name where it is empty."""

    @property
    def stored(self) -> str:
        """The field's name in the tree."""
        return self.field or self.name


class Sort(msgspec.Struct, frozen=True, kw_only=True):
    """One order that rows can be asked for in. Unknown values come last in both directions, unsure scores before them."""

    name: str
    meaning: str
    descending: bool = True
    aliases: tuple[str, ...] = ()
    needs_campaign: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """What can be asked of one noun."""

    noun: str
    text: str
    """What bare words are looked for in; empty where a noun has no text."""
    qualifiers: tuple[Qualifier, ...]
    sorts: tuple[Sort, ...] = ()

    def named(self, word: str) -> Qualifier | None:
        """The qualifier of that name or alias."""
        word = word.casefold()
        return next((each for each in self.qualifiers if word == each.name or word in each.aliases), None)

    def sort(self, word: str) -> Sort | None:
        """The order of that name or alias."""
        word = word.casefold()
        return next((each for each in self.sorts if word == each.name or word in each.aliases), None)


HAVABLE: Final = (
    "email",
    "bio",
    "name",
    "url",
    "country",
    "language",
    "topics",
    "tags",
    "followers",
    "following",
    "posts",
    "er",
    "views",
    "likes",
    "comments",
    "shares",
    "audience",
    "authenticity",
    "reach",
    "relevance",
    "fit",
    "notes",
    "measured",
)
"""What `has:` may ask for."""

VERDICTS: Final = ("pick", "reserve", "rejected", "later")

CREATORS: Final = Table(
    noun="creators",
    text="handle, name and bio",
    qualifiers=(
        Qualifier(
            name="tier", kind="tier", meaning="size class by followers", examples=("tier:micro", "tier:nano,micro")
        ),
        Qualifier(
            name="followers",
            kind="number",
            meaning="followers",
            examples=("followers:10k..100k", "followers:>1m", "followers:..5k"),
        ),
        Qualifier(
            name="er",
            kind="percent",
            aliases=("engagement", "engagement_rate"),
            field="engagement_rate",
            meaning="engagement rate in percent, in whatever variant is known",
            examples=("er:>3", "er:1.5..4"),
        ),
        Qualifier(
            name="variant",
            kind="code",
            field="engagement_variant",
            meaning="which definition the engagement rate follows",
            examples=("variant:er_followers", "variant:er_views*"),
        ),
        Qualifier(name="following", kind="number", meaning="accounts that it follows", examples=("following:<1k",)),
        Qualifier(name="posts", kind="number", meaning="posts so far", examples=("posts:>100",)),
        Qualifier(
            name="views",
            kind="number",
            field="avg_views",
            meaning="views of a post, on average",
            examples=("views:5k..",),
        ),
        Qualifier(
            name="likes",
            kind="number",
            field="avg_likes",
            meaning="likes of a post, on average",
            examples=("likes:>500",),
        ),
        Qualifier(
            name="comments",
            kind="number",
            field="avg_comments",
            meaning="comments on a post, on average",
            examples=("comments:>20",),
        ),
        Qualifier(
            name="shares",
            kind="number",
            field="avg_shares",
            meaning="shares of a post, on average",
            examples=("shares:>5",),
        ),
        Qualifier(
            name="platform",
            kind="platform",
            choices=PLATFORMS,
            meaning="where the account is",
            examples=("platform:instagram", "platform:tiktok,youtube"),
        ),
        Qualifier(
            name="country",
            kind="country",
            meaning="country of the account, as a two-letter code",
            examples=("country:US,CA", "-country:DE"),
        ),
        Qualifier(
            name="region",
            kind="region",
            field="country",
            meaning="a region of the world or a trade zone, by country",
            examples=("region:dach", "region:latin-america,iberia"),
        ),
        Qualifier(
            name="language",
            kind="language",
            aliases=("lang",),
            meaning="language of the account, as a two-letter code",
            examples=("lang:es", "language:de,fr"),
        ),
        Qualifier(
            name="topic",
            kind="set",
            aliases=("topics", "niche"),
            field="topics",
            meaning="a topic of the account",
            examples=("topic:skincare", "-topic:gambling", "topic:vegan*"),
        ),
        Qualifier(
            name="tag",
            kind="set",
            aliases=("tags",),
            field="tags",
            meaning="a tag that somebody of yours gave",
            examples=("tag:favourite", "-tag:later"),
        ),
        Qualifier(
            name="values",
            kind="values",
            aliases=("value",),
            meaning="a shared value: among topics or tags, or said in the bio",
            examples=("values:vegan", 'values:"fair trade"'),
        ),
        Qualifier(
            name="ships",
            kind="ships",
            choices=("yes", "no"),
            meaning="whether the campaign in use (or its brand) ships to the account's country",
            examples=("ships:yes",),
        ),
        Qualifier(
            name="audience",
            kind="audience",
            meaning="share of its followers from a country or region, of a gender or of an age, in percent, where known",
            examples=("audience:US>40", "audience:dach:20..", "audience:female>60", "audience:18-34:50.."),
        ),
        Qualifier(
            name="has",
            kind="has",
            choices=HAVABLE,
            meaning="has a known value",
            examples=("has:email", "-has:country"),
        ),
        Qualifier(
            name="handle",
            kind="handle",
            meaning="the handle, whole or begun",
            examples=("handle:anna.bakes", "handle:ann*"),
        ),
        Qualifier(
            name="name", kind="text", meaning="a word or phrase in the name", examples=("name:anna", 'name:"anna k*"')
        ),
        Qualifier(
            name="bio", kind="text", meaning="a word or phrase in the bio", examples=("bio:vegan", 'bio:"plant based"')
        ),
        Qualifier(
            name="email", kind="text", meaning="a word or phrase in the e-mail address", examples=("email:gmail.com",)
        ),
        Qualifier(
            name="url",
            kind="text",
            meaning="a word or phrase in the address of the profile",
            examples=("url:linktr.ee",),
        ),
        Qualifier(
            name="note",
            kind="text",
            aliases=("notes",),
            meaning="a word or phrase in a note",
            examples=("note:allergic",),
        ),
        Qualifier(
            name="found",
            kind="choice",
            choices=get_args(FoundBy),
            field="found_by",
            meaning="how it was found",
            examples=("found:own_follower", "found:hashtag,scroll"),
        ),
        Qualifier(
            name="source",
            kind="text",
            meaning="a word of the name of a file, plugin or person that said something of it",
            examples=("source:bluesky", "source:list.csv"),
        ),
        Qualifier(
            name="seen",
            kind="time",
            aliases=("age", "measured"),
            field="as_of",
            meaning="when its numbers were measured last",
            examples=("seen:<30d", "seen:2026-10..", "age:>6mo"),
        ),
        Qualifier(
            name="added",
            kind="time",
            aliases=("created",),
            field="created_at",
            meaning="when it came into this workspace",
            examples=("added:<7d", "added:2026-11-01..2026-11-15"),
        ),
        Qualifier(
            name="changed",
            kind="time",
            aliases=("updated",),
            field="updated_at",
            meaning="when anything of it changed last",
            examples=("changed:<1d",),
        ),
        Qualifier(name="id", kind="account_id", meaning="the account's number", examples=("id:17", "id:100..200")),
        Qualifier(
            name="person", kind="account_id", field="person_id", meaning="the person's number", examples=("person:4",)
        ),
        Qualifier(
            name="accounts",
            kind="number",
            meaning="accounts that its person has here",
            examples=("accounts:>=2",),
        ),
        Qualifier(
            name="in",
            kind="campaign",
            meaning="judged or worked with in a campaign: its code, `campaign` for the one in use, or `any`",
            examples=("in:SPRING26", "in:campaign", "-in:any"),
        ),
        Qualifier(
            name="picked",
            kind="campaign",
            meaning="picked for a campaign: its code, `campaign` for the one in use, or `any`",
            examples=("picked:campaign", "picked:SPRING26"),
        ),
        Qualifier(
            name="verdict",
            kind="choice",
            choices=VERDICTS,
            meaning="how its person was judged in some campaign",
            examples=("verdict:reserve", "-verdict:rejected"),
        ),
        Qualifier(
            name="reason",
            kind="text",
            meaning="a word or phrase in the reason of a verdict",
            examples=("reason:expensive",),
        ),
        Qualifier(name="rank", kind="number", meaning="place in a campaign's ranking", examples=("rank:..5",)),
        Qualifier(
            name="judge", kind="text", field="judged_by", meaning="who judged its person", examples=("judge:kim",)
        ),
        Qualifier(
            name="judged",
            kind="time",
            field="judged_at",
            meaning="when its person was judged",
            examples=("judged:<14d",),
        ),
        Qualifier(
            name="fit",
            kind="percent",
            meaning="fit for the campaign in use, 0-100",
            examples=("fit:>70",),
        ),
        Qualifier(
            name="relevance",
            kind="percent",
            meaning="relevance to the campaign in use, 0-100",
            examples=("relevance:>50",),
        ),
        Qualifier(
            name="authenticity",
            kind="percent",
            meaning="authenticity, 0-100; 100 shows no sign of bought followers or engagement",
            examples=("authenticity:80..",),
        ),
        Qualifier(name="reach", kind="percent", meaning="expected reach as a score, 0-100", examples=("reach:>40",)),
        Qualifier(
            name="confidence",
            kind="number",
            meaning="how much of what a score needs is known, 0-1",
            examples=("confidence:>0.5",),
        ),
    ),
    sorts=(
        Sort(name="followers", meaning="followers"),
        Sort(name="er", aliases=("engagement", "engagement_rate"), meaning="engagement rate"),
        Sort(name="views", aliases=("avg_views",), meaning="average views"),
        Sort(name="likes", aliases=("avg_likes",), meaning="average likes"),
        Sort(name="comments", aliases=("avg_comments",), meaning="average comments"),
        Sort(name="shares", aliases=("avg_shares",), meaning="average shares"),
        Sort(name="following", meaning="accounts that it follows"),
        Sort(name="posts", meaning="posts so far"),
        Sort(name="fit", meaning="fit for the campaign; unsure scores (`~`) after sure ones", needs_campaign=True),
        Sort(name="relevance", meaning="relevance to the campaign; unsure ones later", needs_campaign=True),
        Sort(name="authenticity", meaning="authenticity; unsure ones later"),
        Sort(name="reach", meaning="reach as a score; unsure ones later"),
        Sort(name="confidence", meaning="how much of what a score needs is known"),
        Sort(
            name="match", meaning="how well the words match: handle, begin of the handle, name, other; then followers"
        ),
        Sort(name="name", descending=False, meaning="name, else handle"),
        Sort(name="handle", descending=False, meaning="handle"),
        Sort(name="platform", descending=False, meaning="platform"),
        Sort(name="country", descending=False, meaning="country"),
        Sort(name="age", aliases=("seen", "as_of"), meaning="newest measurement first"),
        Sort(name="added", aliases=("created",), meaning="latest arrival first"),
        Sort(name="changed", aliases=("updated",), meaning="latest change first"),
        Sort(name="id", descending=False, meaning="the account's number"),
    ),
)
