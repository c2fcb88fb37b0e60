"""What a person pastes to name somebody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.creators import OFFLINE, PLATFORMS
from influtui.model.failures import WrongUsage
from influtui.model.profiles import addresses, from_handle, from_url, looks_like_url, page


@pytest.mark.parametrize(
    ("url", "platform", "handle"),
    [
        ("https://www.instagram.com/ada.bakes/", "instagram", "ada.bakes"),
        ("instagram.com/Ada.Bakes?igsh=abc", "instagram", "Ada.Bakes"),
        ("https://www.instagram.com/ada.bakes/reel/Cx1/", "instagram", "ada.bakes"),
        ("https://www.tiktok.com/@ada.bakes/video/7300000000000000000?lang=en", "tiktok", "ada.bakes"),
        ("https://m.youtube.com/@adabakes/videos", "youtube", "adabakes"),
        ("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv", "youtube", "UCabcdefghijklmnopqrstuv"),
        ("https://www.youtube.com/@%E3%81%82%E3%81%84%E3%81%86", "youtube", "あいう"),
        ("https://bsky.app/profile/ada.example.org", "bluesky", "ada.example.org"),
        ("https://bsky.app/profile/did:plc:abc123", "bluesky", "did:plc:abc123"),
        ("https://social.example/@ada", "mastodon", "ada@social.example"),
        ("https://social.example/@ada@elsewhere.example", "mastodon", "ada@elsewhere.example"),
        ("https://twitter.com/ada/status/1", "x", "ada"),
        ("https://www.threads.net/@ada", "threads", "ada"),
        ("https://www.pinterest.co.uk/adabakes/", "pinterest", "adabakes"),
        ("https://de.pinterest.com/adabakes/", "pinterest", "adabakes"),
        ("https://www.facebook.com/ada.bakes", "facebook", "ada.bakes"),
        ("https://de.linkedin.com/in/ada-bakes", "linkedin", "ada-bakes"),
        ("https://www.snapchat.com/add/adabakes", "snapchat", "adabakes"),
        ("https://www.twitch.tv/adabakes", "twitch", "adabakes"),
    ],
)
def test_a_pasted_profile_address_names_its_account(url: str, platform: str, handle: str) -> None:
    found = from_url(url)
    assert (found.platform, found.handle) == (platform, handle)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://www.instagram.com/p/Cx1/", "not somebody's profile"),
        ("https://www.instagram.com/", "not somebody's profile"),
        ("https://www.facebook.com/profile.php?id=100", "not somebody's profile"),
        ("https://vm.tiktok.com/ZM123/", "shortened"),
        ("https://example.org/blog/ada", "known platform"),
        ("ftp://instagram.com/ada", "not a web address"),
        ("https://[bad/", "not a web address"),
        ("https://evilinstagram.com/ada", "known platform"),
        ("https://instagram.com.evil.example/ada", "known platform"),
    ],
)
def test_an_address_that_is_no_profile_is_refused_saying_what_it_is(url: str, says: str) -> None:
    with pytest.raises(WrongUsage, match=says):
        from_url(url)


def test_every_platform_that_imports_accept_has_a_pattern() -> None:
    assert set(addresses().platform) == set(PLATFORMS) - {OFFLINE}


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name not in ("mastodon", "bluesky", OFFLINE)])
def test_the_page_of_a_handle_leads_back_to_it(platform: str) -> None:
    assert from_url(page(platform, "adabakes")).handle == "adabakes"


def test_a_handle_that_the_platform_cannot_have_is_refused() -> None:
    assert from_handle("@ada.bakes", "instagram").url == "https://www.instagram.com/ada.bakes/"
    with pytest.raises(WrongUsage, match="cannot be a handle"):
        from_handle("ada bakes", "instagram")


def test_a_name_is_not_taken_for_an_address() -> None:
    assert not looks_like_url("Ada Lovelace-Baker")
    assert not looks_like_url("ada.bakes")
    assert looks_like_url("instagram.com/ada")


@given(st.text() | st.from_regex(r"https?://[a-z.]{1,12}/[@\w./-]{0,20}", fullmatch=True))
def test_any_text_is_an_account_of_a_known_platform_or_refused_in_words(text: str) -> None:
    try:
        platform = from_url(text).platform
    except WrongUsage as refused:
        platform = PLATFORMS[0] if refused.hint else "refused without saying what to do"
    assert platform in PLATFORMS
