"""What can be asked of campaigns, their shortlists, collaborations, posts, brands and products: the qualifiers of each list."""

from __future__ import annotations

from typing import Final

from influtui.model.campaigns import CAMPAIGN_STATES, GOALS
from influtui.model.creators import PLATFORMS
from influtui.model.pipeline import pipeline
from influtui.model.posts import METRICS
from influtui.model.qualifiers import Qualifier, Table
from influtui.model.shortlist import VERDICTS
from influtui.model.today import kinds

_WHO: Final = (
    Qualifier(
        name="platform", kind="platform", choices=PLATFORMS, meaning="the platform of the account",
        examples=("platform:instagram",),
    ),
    Qualifier(name="handle", kind="handle", meaning="the handle of the account", examples=("handle:anna",)),
    Qualifier(name="country", kind="country", meaning="where the person is", examples=("country:DE,AT",)),
    Qualifier(name="followers", kind="number", meaning="followers of the account", examples=("followers:>10k",)),
)  # fmt: skip
_CAMPAIGN: Final = Qualifier(
    name="campaign", kind="campaign", aliases=("in",),
    meaning="of another campaign than the one in use: its code, or `any`", examples=("campaign:SPRING26", "campaign:any"),
)  # fmt: skip
_STATE: Final = Qualifier(
    name="state", kind="choice", choices=pipeline().names, meaning="how far the collaboration is",
    examples=("state:negotiating,agreed", "-state:declined"),
)  # fmt: skip

COLLABORATIONS: Final = Table(
    noun="collaborations",
    text="name and handle",
    qualifiers=(
        _STATE,
        Qualifier(
            name="since", kind="time", field="state_at", meaning="how long it has been in this state",
            examples=("since:>7d",),
        ),
        Qualifier(
            name="late", kind="yes_no", meaning="it has been in this state longer than it should",
            examples=("late:yes",),
        ),
        Qualifier(name="agreed", kind="yes_no", meaning="an agreement is in force", examples=("agreed:yes",)),
        Qualifier(name="fee", kind="number", meaning="the fee noted", examples=("fee:>200", "fee:0")),
        Qualifier(name="posts", kind="number", meaning="posts recorded", examples=("posts:0",)),
        Qualifier(name="parcels", kind="number", meaning="parcels recorded", examples=("parcels:>0",)),
        _CAMPAIGN,
        *_WHO,
        Qualifier(name="id", kind="account_id", meaning="the collaboration's number here", examples=("id:3",)),
    ),
)  # fmt: skip

POSTS: Final = Table(
    noun="posts",
    text="address, and name and handle of whose it is",
    qualifiers=(
        *(
            Qualifier(name=metric, kind="number", meaning=f"{metric}, as last counted", examples=(f"{metric}:>1k",))
            for metric in METRICS
        ),
        Qualifier(
            name="posted", kind="time", field="posted_at", meaning="when it went live", examples=("posted:<7d",)
        ),
        Qualifier(
            name="counted", kind="time", field="counted_at", meaning="when its numbers were last read",
            examples=("counted:>3d",),
        ),
        _CAMPAIGN,
        *_WHO,
        Qualifier(name="id", kind="account_id", meaning="the post's number here", examples=("id:3",)),
    ),
)  # fmt: skip

PICKS: Final = Table(
    noun="picks",
    text="name, handle and reason",
    qualifiers=(
        Qualifier(
            name="verdict", kind="choice", choices=VERDICTS, meaning="what was decided", examples=("verdict:reserve",)
        ),
        Qualifier(name="rank", kind="number", meaning="place in the reserve", examples=("rank:..5",)),
        Qualifier(
            name="judged", kind="time", field="judged_at", meaning="when it was decided", examples=("judged:<2d",)
        ),
        Qualifier(name="by", kind="text", field="judged_by", meaning="who decided it", examples=("by:mia",)),
        Qualifier(name="reason", kind="text", meaning="words of the reason", examples=("reason:competitor",)),
        _STATE,
        *_WHO,
    ),
)  # fmt: skip

TODAY: Final = Table(
    noun="what waits",
    text="name and handle, and what was said or happened",
    qualifiers=(
        Qualifier(
            name="kind", kind="choice", choices=tuple(each.name for each in kinds()), meaning="what it is that waits",
            examples=("kind:reply", "-kind:numbers"),
        ),
        Qualifier(name="late", kind="yes_no", meaning="its time is over", examples=("late:yes",)),
        Qualifier(name="since", kind="time", meaning="since when it waits", examples=("since:>3d",)),
        Qualifier(
            name="campaign", kind="campaign", aliases=("in",),
            meaning="of a campaign: its code, or `campaign` for the one in use", examples=("campaign:SPRING26",),
        ),
        *_WHO,
    ),
)  # fmt: skip

CAMPAIGNS: Final = Table(
    noun="campaigns",
    text="code, name and brand",
    qualifiers=(
        Qualifier(
            name="state", kind="choice", choices=CAMPAIGN_STATES, meaning="whether it runs", examples=("state:active",)
        ),
        Qualifier(name="goal", kind="choice", choices=GOALS, meaning="what it is for", examples=("goal:conversion",)),
        Qualifier(name="brand", kind="text", meaning="words of the brand's name", examples=("brand:acme",)),
        Qualifier(name="niche", kind="set", meaning="what it is about", examples=("niche:vegan",)),
        Qualifier(name="wanted", kind="number", meaning="collaborations wanted", examples=("wanted:>10",)),
        Qualifier(name="budget", kind="number", meaning="what it may cost", examples=("budget:>5000",)),
    ),
)  # fmt: skip

BRANDS: Final = Table(
    noun="brands",
    text="name",
    qualifiers=(
        Qualifier(name="currency", kind="code", meaning="what it counts in", examples=("currency:EUR",)),
        Qualifier(name="values", kind="set", meaning="what it stands for", examples=("values:vegan",)),
    ),
)

PRODUCTS: Final = Table(
    noun="products",
    text="SKU and name",
    qualifiers=(
        Qualifier(name="brand", kind="text", meaning="words of the brand's name", examples=("brand:acme",)),
        Qualifier(name="cost", kind="number", meaning="cost of goods", examples=("cost:<10",)),
        Qualifier(name="value", kind="number", meaning="retail value", examples=("value:>50",)),
    ),
)
