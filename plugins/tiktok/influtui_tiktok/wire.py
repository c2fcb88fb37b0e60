"""What TikTok sends, as far as we read it, in its three envelopes; and the fields that are asked for.

After specs of TikTok One (v1.3), the open API (v2: display, commercial content, research) and oEmbed. Everything but what
says whose entry it is may be missing. What comes and is not read is in `ignored.toml`, each key with its reason.
"""

from __future__ import annotations

from typing import Final

import msgspec

from influtui.api import Number

Key = str | int
"""An id: text in one API, a number beyond 2^53 in the other."""

VIDEO_FIELDS: Final = "id,create_time,share_url,video_description,title,view_count,like_count,comment_count,share_count"
ME_FIELDS: Final = "open_id,display_name,username,bio_description,follower_count,following_count,video_count"
LIBRARY_FIELDS: Final = "id,create_timestamp,create_date,label,brand_names,creator,videos"
RESEARCH_FIELDS: Final = (
    "id,video_description,create_time,region_code,share_count,view_count,like_count,comment_count,hashtag_names,"
    "username"
)
RESEARCHED_FIELDS: Final = "display_name,bio_description,bio_url,follower_count,following_count,video_count"


class Label(msgspec.Struct, frozen=True):
    """What TikTok takes a creator to be about."""

    label_name: str = ""


class Creator(msgspec.Struct, frozen=True):
    """A creator of TikTok One: short in a search, longer where one is asked for by name."""

    handle_name: str
    display_name: str | None = None
    bio: str | None = None
    creator_id: Key | None = None
    followers_count: Number = None
    following_count: Number = None
    videos_count: Number = None
    industry_labels: list[Label] = []
    content_labels: list[Label] = []


class OnePost(msgspec.Struct, frozen=True):
    """A video in TikTok One. `collaboration_status` is TikTok's own word for paid ones."""

    video_id: Key
    caption: str | None = None
    create_time: Number = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    video_views: Number = None
    collaboration_status: str | None = None


class OnePages(msgspec.Struct, frozen=True):
    """Where a list of TikTok One goes on: numbered pages, or a cursor."""

    page: Number = None
    total_page: Number = None


class Creators(msgspec.Struct, frozen=True):
    """A page of a search. Creators are read one by one, so that an odd one costs only itself."""

    creators: list[msgspec.Raw]
    page_info: OnePages = OnePages()


class OnePosts(msgspec.Struct, frozen=True):
    """A creator's videos."""

    posts: list[msgspec.Raw]


class Business(msgspec.Struct, frozen=True):
    """The envelope of business-api.tiktok.com: HTTP 200 also where `code` says that it failed."""

    code: int
    message: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class OpenError(msgspec.Struct, frozen=True):
    """How an answer of the open API went: well only where `code` is `ok`, whatever the status."""

    code: str
    message: str = ""


class Open(msgspec.Struct, frozen=True):
    """The envelope of open.tiktokapis.com."""

    error: OpenError
    data: msgspec.Raw = msgspec.Raw(b"null")


class Token(msgspec.Struct, frozen=True):
    """The answer of the token endpoint, the third envelope: a token, or an error in one word."""

    access_token: str = ""
    refresh_token: str = ""
    expires_in: Number = None
    error: str = ""


class Me(msgspec.Struct, frozen=True):
    """The account that logged in."""

    username: str
    open_id: str | None = None
    display_name: str | None = None
    bio_description: str | None = None
    follower_count: Number = None
    following_count: Number = None
    video_count: Number = None


class MeFrame(msgspec.Struct, frozen=True):
    """The frame around it."""

    user: Me


class OwnVideo(msgspec.Struct, frozen=True):
    """A video of the account that logged in."""

    id: Key
    title: str | None = None
    video_description: str | None = None
    create_time: Number = None
    share_url: str | None = None
    view_count: Number = None
    like_count: Number = None
    comment_count: Number = None
    share_count: Number = None


class Videos(msgspec.Struct, frozen=True):
    """A page of videos: one's own, or those of a research query."""

    videos: list[msgspec.Raw]
    cursor: Number = None
    has_more: bool | str = False
    search_id: Key | None = None


class LibraryCreator(msgspec.Struct, frozen=True):
    """Who published it; now and then nobody is named."""

    username: str = ""


class LibraryVideo(msgspec.Struct, frozen=True):
    """The video, by its address."""

    url: str | None = None


class Commercial(msgspec.Struct, frozen=True):
    """An entry of the commercial content library."""

    id: str
    label: str | None = None
    brand_names: list[str] = []
    create_date: str | None = None
    create_timestamp: Number = None
    creator: LibraryCreator = LibraryCreator()
    videos: list[LibraryVideo] = []


class Library(msgspec.Struct, frozen=True):
    """A page of the library. `has_more` comes as a truth value, and as text."""

    commercial_contents: list[msgspec.Raw]
    has_more: bool | str = False
    search_id: Key | None = None


class ResearchVideo(msgspec.Struct, frozen=True):
    """A video of a research query. The account's name is the key; there is no id."""

    username: str
    id: Key | None = None
    video_id: Key | None = None
    video_description: str | None = None
    create_time: Number = None
    region_code: str | None = None
    hashtag_names: list[str] = []
    view_count: Number = None
    like_count: Number = None
    comment_count: Number = None
    share_count: Number = None


class Researched(msgspec.Struct, frozen=True):
    """An account, as the Research API shows it: without its name."""

    display_name: str | None = None
    bio_description: str | None = None
    bio_url: str | None = None
    follower_count: Number = None
    following_count: Number = None
    video_count: Number = None


class Embed(msgspec.Struct, frozen=True):
    """What oEmbed says of a video."""

    title: str | None = None
    author_name: str | None = None
    author_url: str | None = None
    author_unique_id: str | None = None


def goes_on(said: bool | str) -> bool:
    """`has_more`, in whichever type it came."""
    return said if isinstance(said, bool) else said.casefold() == "true"
