"""Who a message really came from, as far as our own server found out (Authentication-Results, RFC 8601).

Anybody can write such a header into a message, so only the topmost one counts, and only where it bears the name that our
own server signs with; a test mail to oneself teaches it. Lenient in form: many servers leave parts out.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from influtui.model.incoming import ParsedMessage

_COMMENT: Final = re.compile(r"\([^()]*\)")
_RESULT: Final = re.compile(r"^\s*(spf|dkim|dmarc)\s*=\s*(\w+)(.*)$", re.IGNORECASE | re.DOTALL)
_PROPERTY: Final = re.compile(
    r"(?:header\.d|header\.i|smtp\.mailfrom|header\.from)\s*=\s*\"?@?([^\s;\"]+)", re.IGNORECASE
)


class Verdict(NamedTuple):
    """`is_proven`: our server found that the sender is who it says. `doubt`: why it is not to be believed."""

    is_proven: bool = False
    doubt: str | None = None


def signer(message: ParsedMessage) -> str | None:
    """The name that the topmost header is signed with; None where there is none, or where it leaves the name out."""
    name = _COMMENT.sub("", message.first("authentication-results")).partition(";")[0].split()
    return name[0].casefold() if name and "=" not in name[0] else None


def verdict(message: ParsedMessage, authserv_id: str | None) -> Verdict:
    """What our own server found, which signs as `authserv_id`. Where it is not known, nothing is believed nor doubted."""
    if authserv_id is None or message.sender is None or signer(message) != authserv_id.casefold():
        return Verdict()
    domain = message.sender.rpartition("@")[2].casefold()
    found: dict[str, str] = {}
    for part in _COMMENT.sub("", message.first("authentication-results")).split(";")[1:]:
        result = _RESULT.match(part)
        if result is None:
            continue
        method, outcome = result[1].casefold(), result[2].casefold()
        if method != "dmarc" and outcome == "pass" and not _is_aligned(result[3], domain):
            outcome = "pass for another domain"
        # Of several signatures one that is right is enough.
        if found.get(method) != "pass":
            found[method] = outcome
    dmarc = found.get("dmarc")
    if dmarc == "pass" or (dmarc not in ("fail", "reject") and "pass" in (found.get("spf"), found.get("dkim"))):
        return Verdict(is_proven=True)
    if not found:
        return Verdict()
    said = ", ".join(f"{method}={outcome}" for method, outcome in sorted(found.items()))
    return Verdict(doubt=f"our server could not confirm that it is from {domain} ({said})")


def _is_aligned(properties: str, domain: str) -> bool:
    """Whether what was checked belongs to the domain of From: the same, or one below the other."""
    for each in _PROPERTY.findall(properties):
        other = each.rpartition("@")[2].casefold().rstrip(".")
        if other and "." in other and (other == domain or other.endswith(f".{domain}") or domain.endswith(f".{other}")):
            return True
    return False
