"""Countries and languages as people write them."""

from __future__ import annotations

import pytest

from influtui.model.places import country_code, language_code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Spain", "ES"), ("es", "ES"), ("España", "ES"), ("U.S.", "US"), ("United States", "US"), ("usa", "US"),
        ("South Korea", "KR"), ("Türkiye", "TR"), ("Côte d'Ivoire", "CI"), ("CÃ´te d'Ivoire", "CI"), ("UK", "GB"),
        ("Trinidad and Tobago", "TT"), ("Czechia", "CZ"), ("Atlantis", None), ("", None), ("0", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_code_and_its_names(written: str, code: str | None) -> None:
    assert country_code(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("English", "en"), ("en-US", "en"), ("pt_BR", "pt"), ("Deutsch", "de"), ("zh-Hant-TW", "zh"), ("Klingon", None)],
)
def test_a_language_is_known_by_its_code_and_its_names(written: str, code: str | None) -> None:
    assert language_code(written) == code
