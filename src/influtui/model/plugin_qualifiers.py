"""What can be asked of plugins: the qualifiers of `plugin list`."""

from __future__ import annotations

from typing import Final

from influtui.model.qualifiers import Qualifier, Table

STATES: Final = (
    "ready", "active", "needs_config", "failed", "degraded", "quarantined", "broken", "untrusted", "incompatible", "disabled",
)  # fmt: skip
KINDS: Final = ("source", "carrier", "pane")

PLUGINS: Final = Table(
    noun="plugins",
    text="id, name, description, the state's sentence, hosts, carriers",
    qualifiers=(
        Qualifier(
            name="state", kind="choice", choices=STATES, meaning="how it stands",
            examples=("state:needs_config", "-state:ready,active"),
        ),
        Qualifier(name="kind", kind="choice", choices=KINDS, meaning="what it offers", examples=("kind:source",)),
        Qualifier(
            name="tier", kind="choice", choices=("gold", "silver", "bronze", "none"),
            meaning="what checking it here gave", examples=("tier:silver,gold",),
        ),
    ),
)  # fmt: skip
