"""What can be asked of shipments: the qualifiers of `ship list`."""

from __future__ import annotations

from typing import Final

from influtui.model.creators import PLATFORMS
from influtui.model.qualifiers import Qualifier, Table
from influtui.model.shipping import STATES
from influtui.model.tracking import carriers

SHIPMENTS: Final = Table(
    noun="shipments",
    text="number, service, and the name and handle of whom it is for",
    qualifiers=(
        Qualifier(
            name="state", kind="choice", choices=STATES, meaning="where it is",
            examples=("state:delivered", "-state:delivered")
        ),
        Qualifier(
            name="stage", kind="choice", choices=("before", "moving", "stuck", "ended"),
            meaning="nobody scanned it, on its way, somebody should act, nothing more to come", examples=("stage:stuck",),
        ),
        Qualifier(
            name="carrier", kind="choice", choices=tuple(carriers()), meaning="who brings it",
            examples=("carrier:ups,fedex",),
        ),
        Qualifier(
            name="campaign", kind="campaign", aliases=("in",),
            meaning="of a campaign: its code, or `campaign` for the one in use", examples=("campaign:SPRING26", "in:campaign"),
        ),
        Qualifier(
            name="platform", kind="platform", choices=PLATFORMS, meaning="the platform of whom it is for",
            examples=("platform:instagram",),
        ),
        Qualifier(name="handle", kind="handle", meaning="the handle of whom it is for", examples=("handle:anna",)),
        Qualifier(name="declared", kind="number", meaning="declared value", examples=("declared:>100",)),
        Qualifier(name="cost", kind="number", meaning="what sending it cost", examples=("cost:>20",)),
        Qualifier(
            name="added", kind="time", aliases=("created",), field="created_at", meaning="when it was recorded",
            examples=("added:<7d",),
        ),
        Qualifier(
            name="news", kind="time", aliases=("moved",), field="state_at", meaning="when its state was last heard of",
            examples=("news:>5d",),
        ),
        Qualifier(
            name="delivered", kind="time", field="delivered_at", meaning="when it was delivered", examples=("delivered:<14d",)
        ),
        Qualifier(name="id", kind="account_id", meaning="the shipment's number here", examples=("id:3",)),
    ),
)  # fmt: skip
