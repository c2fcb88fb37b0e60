"""A carrier: who brings parcels.

Subclass `Carrier`, name its `id` as the manifest does. `tracking_url` is pure and needs no account with anybody.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar


class Carrier(ABC):
    """Somebody who brings parcels, or a plugin that knows several of them."""

    id: ClassVar[str]
    """As the manifest's `[[carrier]]` has it."""

    @abstractmethod
    def tracking_url(self, carrier: str, number: str) -> str | None:
        """The page where a person can follow `number` of `carrier` (a code: `ups`); None where there is no such page.

        Called with the codes that the manifest announces, with numbers in upper case without blanks.
        """
