"""What a plugin says of itself before it is installed, for a person who decides."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from influtui.api import API_VERSION
from influtui.host.manifests import Manifest
from influtui.services.plugin.installing import Offer


def facts(offer: Offer) -> Iterator[str]:
    """The lines that a person reads before any of its code is there."""
    for manifest in offer.plugins:
        yield f"{manifest.name} ({manifest.id} {offer.version}, from {offer.distribution})"
        if manifest.description:
            yield manifest.description
        yield f"licence: {manifest.license or 'not said'}; documented at: {manifest.docs or 'not said'}"
        yield from _asks(manifest)
        yield f"fits: made for plugin API {manifest.api}, and this is {API_VERSION}"
    if offer.requires:
        verb = "needs, and is not there" if offer.way == "folder" else "brings or needs"
        yield f"{verb}: {', '.join(offer.requires)}"
    yield f"tier: not known here; `influtui plugin check {offer.plugins[0].id}` computes it afterwards"
    if offer.way == "folder":
        yield f"goes to: {offer.target}" + (f" (in the place of {offer.replaces})" if offer.replaces else "")
    else:
        yield f"installed by: {shlex.join(offer.command)}"


def _asks(manifest: Manifest) -> Iterator[str]:
    for source in manifest.source:
        yield f"source {source.id}: accounts of {source.platform}, asks {', '.join(source.hosts)}"
        for budget in source.budget:
            yield f"  at most {budget.limit:,} {budget.units} in {budget.window}"
        if source.note:
            yield f"  {source.note}"
    for carrier in manifest.carrier:
        yield f"carrier {carrier.id}: tracking links of {', '.join(carrier.carriers)}, asks nobody"
    for field in manifest.fields:
        what = "key" if field.kind == "secret" else "setting"
        yield f"{what} {field.key}: {field.label}{'' if field.required else ' (optional)'}"
        if field.help:
            yield f"  {field.help}"
    if not any(field.kind == "secret" for field in manifest.fields):
        yield "keys: none"
