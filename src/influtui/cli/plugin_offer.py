"""What a plugin says of itself before it is installed, for a program; for a person, `services/plugin/offer_facts.py`."""

from __future__ import annotations

from typing import Any

from influtui.services.plugin.installing import Offer


def document(offer: Offer, *, installed: bool) -> dict[str, Any]:
    """The same as `influtui.plugin-install/1`."""
    return {
        "schema": "influtui.plugin-install/1",
        "distribution": offer.distribution,
        "version": offer.version,
        "plugins": [
            {
                "id": manifest.id,
                "name": manifest.name,
                "description": manifest.description,
                "license": manifest.license,
                "api": manifest.api,
                "hosts": list(manifest.hosts),
                "secrets": [
                    {"key": field.key, "label": field.label, "required": field.required, "help": field.help}
                    for field in manifest.fields
                    if field.kind == "secret"
                ],
                "sources": [source.id for source in manifest.source],
                "carriers": [code for carrier in manifest.carrier for code in carrier.carriers],
            }
            for manifest in offer.plugins
        ],
        "requires": list(offer.requires),
        "command": list(offer.command),
        "folder": str(offer.target) if offer.way == "folder" else None,
        "replaces": offer.replaces,
        "installed": installed,
    }
