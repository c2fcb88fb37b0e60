"""Carriers without an account: the link to each one's tracking page, and nothing that pretends to know more.

What happens to a parcel is recorded by a person (`influtui ship mark`). The links are data, in `links.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import ClassVar
from urllib.parse import quote

from typing_extensions import override

from influtui.api import Carrier, CarriersContext, Plugin, hookimpl


class ManualCarrier(Carrier):
    """Every carrier of `links.toml`."""

    id: ClassVar[str] = "manual"

    @override
    def tracking_url(self, carrier: str, number: str) -> str | None:
        posts, carriers = _links()["post"], _links()["carrier"]
        template = posts.get(number[-2:], posts["any"]) if carrier == "s10" else carriers.get(carrier)
        return template.replace("{number}", quote(number, safe="")) if template else None


class Manual(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_carriers(self, ctx: CarriersContext) -> Iterable[type[Carrier]]:
        return [ManualCarrier]


@cache
def _links() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("influtui_manual").joinpath("links.toml").read_text("utf-8"))
