"""HTML mail as text: what a reader would see, without fetching, running or believing anything in it.

A link whose text names another host than it leads to shows both. What is hidden (preheaders, spans of no size) is
dropped, quotations get `>` marks so that they fold like plain ones, and pictures are counted, never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HTML_LIMIT: Final = 1_000_000
"""Characters of HTML that are read."""
DEPTH: Final = 200
"""Levels that are walked; what is deeper is shown as plain text."""
NODES: Final = 200_000

_SKIPPED: Final = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "select"}
)
_BLOCKS: Final = frozenset(
    {"p", "div", "table", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer",
     "pre", "address", "center", "form", "fieldset", "figure", "dl", "dt", "dd", "blockquote", "li", "main", "body"}
)  # fmt: skip
_MARKED: Final = frozenset({"div", "hr", "span", "p"})
"""Elements in which programs put what they quote."""
_SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?<![-\w])font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$|!)|"
    r"max-height\s*:\s*0(?:px)?\s*(?:;|$|!)|(?<![-\w])opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_TINY: Final = re.compile(r"(?<![-\w])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)", re.IGNORECASE)
# Tags that another of their kind, or their parent's end, closes: mail leaves them open without nesting anything.
_OPEN_ENDED: Final = frozenset(
    {"p", "li", "td", "th", "tr", "tbody", "thead", "dd", "dt", "br", "hr", "img", "meta", "link", "input", "option",
     "col", "area", "base", "wbr", "html", "head", "body"}
)  # fmt: skip
_FORMATTING: Final = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
# How programs mark what is quoted where they do not use a blockquote. Who wrote when stands in elements of their own, so
# that it folds in any language; an answer between Gmail's quotations is in none of them.
_ATTRIBUTIONS: Final = frozenset({"gmail_attr", "moz-cite-prefix"})
_QUOTED_CLASSES: Final = frozenset(
    {"yahoo_quoted", "outlookmessageheader", "tutanota_quote", "zmail_extra", "wm_quote"}
)
_QUOTED_IDS: Final = frozenset({"olk_src_body_section", "reply-intro", "mail-editor-reference-message-container"})
_QUOTED_FROM_HERE: Final = frozenset({"divrplyfwdmsg", "stopspelling", "zwchr"})
_RULE: Final = re.compile(
    r"border:\s*none;\s*border-top:\s*solid #(?:e1e1e1|b5c4df) 1\.0pt|border-top-color: rgb\(229, 229, 229\);",
    re.IGNORECASE,
)
_NESTING: Final = 400
_COPIES: Final = 2_000_000
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]{0,20})", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_HOST: Final = re.compile(r"(?:https?://|www\.|^)([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)


class HtmlText(NamedTuple):
    """The text of a page, and how many pictures it would have fetched."""

    text: str
    remote_images: int
    tracking_pixels: int


class _Page:
    """The text that is being gathered, by line, with the depth of quotation of each."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []
        self.line: list[str] = []
        self.quotes = 0
        self.preformatted = 0
        self.remote = 0
        self.tiny = 0
        self.link: list[str] | None = None
        """What the link says that is open."""

    def put(self, text: str) -> None:
        if self.link is not None:
            self.link.append(text)
        if self.preformatted:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for each in others:
                self.end_line()
                self.line.append(each)
            return
        text = _BLANKS.sub(" ", text)
        if not self.line or self.line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self.line.append(text)

    def end_line(self) -> None:
        text = "".join(self.line)
        self.lines.append((self.quotes, text if self.preformatted else text.strip(" ")))
        self.line = []

    def begin_block(self, *, spaced: bool) -> None:
        if self.line:
            self.end_line()
        if spaced and self.lines and self.lines[-1][1]:
            self.lines.append((self.quotes, ""))

    def text(self) -> str:
        self.begin_block(spaced=False)
        out: list[str] = []
        blank = False
        for quotes, line in self.lines:
            if not line:
                blank = True
                continue
            if blank and out:
                out.append("")
            blank = False
            out.append("> " * quotes + line)
        return "\n".join(out)


def html_text(html: str) -> HtmlText:
    """What a reader would see of `html`. Never raises; a page that was built to be slow loses only its shape."""
    html = html[:HTML_LIMIT]
    if _is_a_trap(html):
        return HtmlText(_stripped(html), 0, 0)
    from selectolax.lexbor import LexborHTMLParser  # 10 ms that only a message with HTML should cost

    page = _Page()
    root = LexborHTMLParser(html).root
    if root is None:
        return HtmlText("", 0, 0)
    for event, node in _walk(root):
        if event == "text":
            page.put(node.text_content or "")
        else:
            _tag(page, node, opens=event == "open")
    return HtmlText(page.text(), page.remote, page.tiny)


def _walk(root: LexborNode) -> Iterator[tuple[str, LexborNode]]:
    """`open`, `text` and `close` in the order of the page, without recursion."""
    waiting: list[tuple[str, LexborNode, int]] = [("open", root, 0)]
    seen = 0
    while waiting and seen < NODES:
        event, node, depth = waiting.pop()
        seen += 1
        if event != "open":
            yield event, node
            continue
        tag = node.tag
        if tag == "-text":
            yield "text", node
            continue
        if tag is None or tag.startswith(("-", "_")) or tag in _SKIPPED or _is_hidden(node) or depth > DEPTH:
            continue
        yield "open", node
        waiting.append(("close", node, depth))
        children = []
        child = node.child
        while child is not None:
            children.append(child)
            child = child.next
        waiting.extend(("open", each, depth + 1) for each in reversed(children))


def _tag(page: _Page, node: LexborNode, *, opens: bool) -> None:
    tag = node.tag
    if tag == "br":
        if opens:
            page.end_line()
        return
    if tag in _MARKED:
        quoted = _is_quoted(node)
        if quoted == "on" and opens:
            page.begin_block(spaced=False)
            page.quotes += 1
        elif quoted == "inside":
            page.begin_block(spaced=False)
            page.quotes += 1 if opens else -1
    if tag == "hr":
        if opens:
            page.begin_block(spaced=False)
            page.lines.append((page.quotes, "_" * 32))
        return
    if tag == "img":
        if opens:
            _image(page, node)
        return
    if tag in ("td", "th") and opens and page.line:
        page.put(" ")
    if tag == "a" and opens:
        page.link = []
    elif tag == "a":
        shown, page.link = "".join(page.link or ()).strip(), None
        _link(page, node, shown)
    if tag in _BLOCKS:
        page.begin_block(spaced=tag in _SPACED)
    if tag == "blockquote":
        page.quotes += 1 if opens else -1
    elif tag == "pre":
        page.preformatted += 1 if opens else -1
    elif tag == "li" and opens:
        page.put("- ")


def _is_quoted(node: LexborNode) -> Literal["inside", "on"] | None:
    """Whether a program says that what is in an element, or all from there on, is the message that is answered."""
    attributes = node.attributes
    name = (attributes.get("id") or "").casefold().removeprefix("x_")
    if name in _QUOTED_FROM_HERE or "data-marker" in attributes or _RULE.match((attributes.get("style") or "").strip()):
        return "on"
    if name in _QUOTED_IDS:
        return "inside"
    classes = (attributes.get("class") or "").casefold().split()
    marked = any(each in _ATTRIBUTIONS or each in _QUOTED_CLASSES for each in (c.removeprefix("x_") for c in classes))
    return "inside" if marked else None


def _image(page: _Page, node: LexborNode) -> None:
    attributes = node.attributes
    source = (attributes.get("src") or "").strip()
    if source[:5].casefold() == "http:" or source[:6].casefold() == "https:" or source.startswith("//"):
        page.remote += 1
        small = all(
            (attributes.get(side) or "").strip().removesuffix("px") in ("0", "1") for side in ("width", "height")
        )
        if small or len(_TINY.findall(attributes.get("style") or "")) >= 2:
            page.tiny += 1
            return
    alternative = (attributes.get("alt") or "").strip()
    if alternative:
        page.put(f"[{alternative[:200]}]")


def _link(page: _Page, node: LexborNode, shown: str) -> None:
    """Put the real host behind a link's text, unless the text names it."""
    target = (node.attributes.get("href") or "").strip()
    try:
        parts = urlsplit(target)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        page.put(f" [{target[:100]}]")
        return
    if parts.scheme.casefold() not in ("http", "https") or not host:
        return
    named = _HOST.search(shown)
    if named is None or _bare(named[1]) != _bare(host):
        page.put(f" [{host}]")


def _bare(host: str) -> str:
    return host.casefold().removeprefix("www.")


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _is_a_trap(html: str) -> bool:
    """Whether the page nests so deep, or leaves so much formatting open, that a browser's rules multiply it.

    For every opening tag a parser looks through all that are open, and copies open formatting into every paragraph.
    """
    depth = deepest = formats = most = tags = 0
    for closing, name in _TAG.findall(html):
        tag = name.lower()
        tags += 1
        if tag in _FORMATTING:
            formats = max(0, formats + (-1 if closing else 1))
            most = max(most, formats)
        elif tag not in _OPEN_ENDED:
            depth = max(0, depth + (-1 if closing else 1))
            deepest = max(deepest, depth)
    return deepest > _NESTING or most * tags > _COPIES


def _stripped(html: str) -> str:
    """The text between the tags, without their meaning."""
    parts: list[str] = []
    for piece in html.split("<"):
        tag, ends, text = piece.partition(">")
        if re.match(r"/?(?:br|p|div|tr|li|h\d)\b", tag, re.IGNORECASE):
            parts.append("\n")
        parts.append(text if ends else "")
    return re.sub(r"[ \t]*\n\s*", "\n", unescape("".join(parts))).strip()
