"""The brief's tiers and their boundaries."""

from __future__ import annotations

import pytest

from influtui.model.tiers import default_scheme


@pytest.mark.parametrize(
    ("followers", "tier"),
    [
        (None, None), (0, "nano"), (999, "nano"), (1_000, "micro"), (99_999, "micro"), (100_000, "macro"),
        (1_000_000, "macro"), (1_000_001, "mega"), (700_000_000, "mega"),
    ],
)  # fmt: skip
def test_a_boundary_belongs_to_one_tier(followers: int | None, tier: str | None) -> None:
    assert default_scheme().of(followers) == tier


def test_every_count_in_a_tiers_bounds_is_of_that_tier() -> None:
    scheme = default_scheme()
    for tier in scheme.tier:
        bounds = scheme.bounds(tier.name)
        assert bounds is not None
        smallest, following = bounds
        assert scheme.of(smallest) == tier.name
        if following is not None:
            assert scheme.of(following - 1) == tier.name
            assert scheme.of(following) != tier.name
