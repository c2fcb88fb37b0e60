"""The hand-kept carriers under the contract that every carrier is held to."""

from __future__ import annotations

from influtui.testing import CarrierContract


class TestManual(CarrierContract):
    package = "influtui_manual"
    carrier = "manual"
