"""The contract kit: subclass one class, say what your platform answers, and learn what the host will hold against you.

    from influtui.testing import SourceContract

    class TestAcme(SourceContract):
        package = "influtui_acme"
        source = "acme"

        def answer(self, path, parameters):
            return 200, {"people": [{"name": "anna", "fans": 12}]}

Needs pytest, no network and no credentials. What each test holds is said by its name.
"""

from influtui.testing.carriers import CarrierContract
from influtui.testing.panes import PaneContract
from influtui.testing.platforms import Answer
from influtui.testing.sources import SourceContract

__all__ = ["Answer", "CarrierContract", "PaneContract", "SourceContract"]
