"""HTML mail is read as text: nothing of it is fetched, run, hidden or believed."""

from __future__ import annotations

import socket

import pytest

from influtui.mail.html_text import html_text
from influtui.mail.parsing import parse


@pytest.mark.parametrize(
    "inside",
    [
        "<script>EVIL</script>",
        "<style>EVIL</style>",
        "<template>EVIL</template>",
        "<noscript>EVIL</noscript>",
        "<object>EVIL</object>",
        "<svg><text>EVIL</text></svg>",
        "<!-- EVIL -->",
        "<title>EVIL</title>",
        "<a href='x' onclick='EVIL'>click</a>",
        "<iframe srcdoc='EVIL'></iframe>",
    ],
)
def test_only_what_a_reader_would_see_is_text(inside: str) -> None:
    """Defence: scripts, styles, comments and handlers are no words of anybody."""
    assert "EVIL" not in html_text(f"<p>Hello</p>{inside}<p>Bye</p>").text


@pytest.mark.parametrize(
    "style",
    [
        "display:none", "DISPLAY : NONE", "visibility:hidden", "mso-hide:all", "font-size:0", "font-size:0px;color:red",
        "max-height:0", "opacity:0", "opacity: 0.0 !important",
    ],
)  # fmt: skip
def test_what_is_hidden_is_not_read(style: str) -> None:
    """Defence: a hidden `STOP`, or a hidden yes, would be taken for their answer."""
    assert html_text(f"<div style='{style}'>STOP</div><p>Yes, gladly</p>").text == "Yes, gladly"
    assert html_text("<div hidden>STOP</div><p>Yes, gladly</p>").text == "Yes, gladly"


@pytest.mark.parametrize("style", ["font-size:10px", "opacity:0.5", "line-height:0", "max-height:0.5em", "color:red"])
def test_what_is_only_small_is_read(style: str) -> None:
    assert html_text(f"<div style='{style}'>Yes</div>").text == "Yes"


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("<a href='https://evil.test/x'>www.bank.test</a>", "www.bank.test [evil.test]"),
        ("<a href='https://evil.test'>here</a>", "here [evil.test]"),
        ("<a href='https://bank.test@evil.test/'>bank.test</a>", "bank.test [evil.test]"),
        ("<a href='https://www.bank.test/x'>bank.test</a>", "bank.test"),
        ("<a href='javascript:alert(1)'>click</a>", "click"),
        ("<a href=' JaVaScRiPt:alert(1)'>click</a>", "click"),
        ("<a href='data:text/html,x'>click</a>", "click"),
        ("<a href='file:///etc/passwd'>click</a>", "click"),
        ("<a href='vbscript:x'>click</a>", "click"),
    ],
)
def test_a_link_shows_where_it_leads_and_only_web_addresses_are_links(link: str, text: str) -> None:
    """Defence: a link to another host than it names shows both; one that would run or open something shows its words."""
    assert html_text(f"<p>{link}</p>").text == text


def test_nothing_is_fetched_and_what_would_be_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Defence: reading a mail tells its sender nothing."""
    monkeypatch.setattr(socket, "socket", pytest.fail)
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)
    page = (
        "<link rel=stylesheet href='https://t.test/a.css'><img src='https://t.test/logo.png' alt=Logo>"
        "<img src='//t.test/b.png'><img src='https://t.test/p.gif' width=1 height=1><img src='cid:1' alt=Inline>"
        "<img src='https://t.test/q.gif' style='width:1px;height:0'><iframe src='https://t.test/'></iframe>"
    )
    message = parse(f"Content-Type: text/html\n\n{page}".encode())
    assert (message.remote_images, message.tracking_pixels) == (4, 2)
    assert message.body == "[Logo][Inline]"


def test_a_page_that_is_built_to_be_slow_loses_its_shape_and_no_words() -> None:
    """Defence: a browser's rules multiply what nests without end; its words are read without them."""
    assert html_text("<div>" * 500 + "deep" + "</div>" * 500).text == "deep"
