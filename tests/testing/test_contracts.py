"""The contract kit as its subclass sees it. What it catches is measured in `test_seeded_bugs.py`."""

from __future__ import annotations

import pytest

from influtui.testing import SourceContract


def test_a_contract_without_answers_is_red_where_its_author_must_write() -> None:
    class Unwritten(SourceContract):
        package = "influtui_bluesky"
        source = "bluesky"

    with pytest.raises(NotImplementedError, match="say what your platform answers"):
        Unwritten().test_somebody_is_found_and_the_host_lets_everybody_in()
