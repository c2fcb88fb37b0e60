"""Posts: whose they are and what they are called, read off their addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.failures import WrongUsage
from influtui.model.posts import Numbers, Snapshot, is_shortened, newest, patterns, post_address

KNOWN = [
    ("https://www.instagram.com/p/C1a2b3-_x/", "instagram", None, "C1a2b3-_x", "https://www.instagram.com/p/C1a2b3-_x/"),
    ("https://instagram.com/reel/C1a2b3/?igsh=abc", "instagram", None, "C1a2b3", "https://www.instagram.com/p/C1a2b3/"),
    ("instagram.com/anna.k/reel/C1a2b3", "instagram", "anna.k", "C1a2b3", "https://www.instagram.com/p/C1a2b3/"),
    (
        "https://www.instagram.com/stories/anna/3141592653/", "instagram", "anna", "3141592653",
        "https://www.instagram.com/stories/anna/3141592653/",
    ),
    (
        "https://www.tiktok.com/@anna.k/video/7300000000000000001?is_from_webapp=1", "tiktok", "anna.k",
        "7300000000000000001", "https://www.tiktok.com/@anna.k/video/7300000000000000001",
    ),
    ("https://youtu.be/dQw4w9WgXcQ?si=x", "youtube", None, "dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    (
        "https://m.youtube.com/watch?t=3s&v=dQw4w9WgXcQ", "youtube", None, "dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    ),
    (
        "https://youtube.com/shorts/dQw4w9WgXcQ", "youtube", None, "dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    ),
    ("https://twitter.com/anna/status/123456789", "x", "anna", "123456789", "https://x.com/anna/status/123456789"),
    ("https://x.com/anna/status/123456789/photo/1", "x", "anna", "123456789", "https://x.com/anna/status/123456789"),
    ("https://threads.net/@anna/post/Cxyz123", "threads", "anna", "Cxyz123", "https://www.threads.com/@anna/post/Cxyz123"),
    (
        "https://bsky.app/profile/anna.example.org/post/3kabcd", "bluesky", "anna.example.org", "3kabcd",
        "https://bsky.app/profile/anna.example.org/post/3kabcd",
    ),
    ("https://www.twitch.tv/videos/123456", "twitch", None, "123456", "https://www.twitch.tv/videos/123456"),
    ("https://clips.twitch.tv/FunnyName-abc", "twitch", None, "FunnyName-abc", "https://clips.twitch.tv/FunnyName-abc"),
    ("https://pinterest.de/pin/12345678/", "pinterest", None, "12345678", "https://www.pinterest.com/pin/12345678/"),
    ("https://www.facebook.com/reel/12345678", "facebook", None, "12345678", "https://www.facebook.com/reel/12345678"),
    (
        "https://www.linkedin.com/posts/anna-k_news-activity-7123456789012345678-AbCd", "linkedin", "anna-k",
        "7123456789012345678", "https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345678/",
    ),
    ("https://social.example/@anna/11122233344", "mastodon", "anna@social.example", "11122233344", "https://social.example/@anna/11122233344"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "platform", "handle", "native_id", "url"), KNOWN)
def test_a_post_is_known_by_its_address(text: str, platform: str, handle: str | None, native_id: str, url: str) -> None:
    assert post_address(text) == (url, platform, handle, native_id)


@pytest.mark.parametrize("url", [row[4] for row in KNOWN])
def test_the_kept_form_of_an_address_is_known_as_the_same_post(url: str) -> None:
    assert post_address(url).url == url


def test_every_pattern_of_the_table_is_tried_by_a_test() -> None:
    assert {pattern.platform for pattern in patterns().pattern} - {row[1] for row in KNOWN} <= {"snapchat"}


def test_a_blog_is_kept_as_it_is_but_for_what_follows_the_reader_about() -> None:
    found = post_address("https://blog.example.org:8443/a/b?id=3&utm_source=mail#part")
    assert found == ("https://blog.example.org:8443/a/b?id=3", None, None, None)


@pytest.mark.parametrize(
    "url", ["https://www.instagram.com/anna/", "https://www.tiktok.com/@anna", "https://youtube.com/@anna"]
)
def test_a_profile_is_not_taken_for_a_post(url: str) -> None:
    assert post_address(url).platform is None


def test_a_shortened_link_is_known_as_one() -> None:
    assert is_shortened(post_address("https://vm.tiktok.com/ZMabc/").url)
    assert not is_shortened("https://www.instagram.com/p/C1a2b3/")


@pytest.mark.parametrize(
    "text", ["", "anna", "ftp://x.com/a", "javascript:alert(1)", "https://", "https://[::1", "https://a b.c/"]
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="is not the address of a post"):
        post_address(text)


@given(st.text(max_size=80))
def test_no_text_makes_anything_but_an_address_or_a_clear_refusal(text: str) -> None:
    for pasted in (text, f"https://www.tiktok.com/@{text}", f"https://example.org/{text}?{text}"):
        try:
            found = post_address(pasted)
        except WrongUsage:
            continue
        assert found.url.startswith(("http://", "https://"))
        assert "\n" not in found.url


def test_the_newest_known_value_of_each_metric_counts() -> None:
    series = [
        Snapshot(at=2, source="hand", numbers=Numbers(likes=20)),
        Snapshot(at=1, source="hand", numbers=Numbers(likes=10, impressions=1000)),
    ]
    assert newest(series) == Numbers(likes=20, impressions=1000)
