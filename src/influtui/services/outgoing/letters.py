"""One letter to one person: a template's variables filled in, the footer that the law asks for, and the bytes."""

from __future__ import annotations

import base64
import os
from urllib.parse import quote

import msgspec

from influtui.mail import footers
from influtui.mail import templates as language
from influtui.mail.addresses import Mailbox, sendable
from influtui.mail.composing import SIGNATURE, Composed, Draft, compose
from influtui.mail.footers import Notice
from influtui.mail.templates import MissingValue
from influtui.model.creators import Creator
from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.model.templates import Rendered, Template, Value, first_name, of_creator, plain, platform_name
from influtui.model.text import from_outside
from influtui.services.workspace import Workspace
from influtui.store.outreach import Offering, Reachable


class Skip(Exception):
    """One person cannot be written to; the others can."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What has been written to a person for the campaign: a follow-up belongs under it."""

    subject: str | None
    answered: str
    references: tuple[str, ...]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered message to one person, ready to be queued. `composed` is None for a direct message."""

    creator: Creator
    name: str | None
    recipient: str
    template: Template
    """What it was written from: the variant in their language, where there is one."""
    rendered: Rendered
    message_id: str | None = None
    composed: Composed | None = None
    thread: Thread | None = None
    notice: Notice | None = None
    """What it tells the person about their data; None where nothing is due, or they know."""


def letter(
    workspace: Workspace,
    offering: Offering,
    template: Template,
    account: MailAccount | None,
    creator: Creator,
    person: Reachable,
    thread: Thread | None = None,
    *,
    follows: bool | None = None,
    told: bool = False,
) -> Letter:
    """What one person would get. Raises `Skip` where this person cannot be written to.

    With a `thread` and a subject that begins with `Re:` (or where `follows` says so) it is a follow-up: it keeps the
    thread's subject and refers to what it follows, so that mail programs show it there. Who was `told` about their data
    is not told again.
    """
    try:
        rendered = language.render(template, values_for(offering, account, creator, person.name, spoken(template)))
    except MissingValue as missing:
        raise Skip(missing.message, missing.hint) from None
    name = person.name or creator.name
    notice = None if told else _notice(offering, template, creator, person)
    if template.channel != "email" or account is None:
        text = rendered.body if notice is None else f"{rendered.body.rstrip()}\n\n{notice.text}\n"
        return Letter(
            creator=creator,
            name=name,
            recipient=creator.url or creator.ref,
            template=template,
            rendered=Rendered(subject=rendered.subject, body=from_outside(text)),
            notice=notice,
        )
    if not person.emails:
        raise Skip(
            "no e-mail address is known",
            f"Add one with `influtui creators edit {creator.ref} --set email=…`, or write a DM: --template dm-hello",
        )
    try:
        recipient = sendable(person.emails[0])
    except WrongUsage as wrong:
        raise Skip(wrong.message, f"influtui creators edit {creator.ref} --set email=…") from None
    body = with_footer(rendered.body, offering, spoken(template), notice)
    message_id = new_message_id(account.address.rpartition("@")[2])
    under = thread if (follows_up(template) if follows is None else follows) else None
    composed = compose(
        Draft(
            sender=Mailbox(account.name, account.address),
            # No name: profile names in a To line are how automatic mail looks.
            recipient=Mailbox(person.name, recipient),
            subject=_subject(template, rendered, under),
            body=body,
            message_id=message_id,
            at=workspace.clock(),
            in_reply_to=under.answered if under else None,
            references=under.references if under else (),
            reply_to=Mailbox(None, sendable(account.reply_to)) if account.reply_to else None,
            unsubscribe=_ways_out(workspace, account, message_id),
        )
    )
    written = Rendered(subject=from_outside(composed.subject), body=from_outside(composed.body))
    return Letter(
        creator=creator,
        name=name,
        recipient=recipient,
        template=template,
        rendered=written,
        message_id=message_id,
        composed=composed,
        thread=under,
        notice=notice,
    )


def spoken(template: Template) -> str | None:
    """The language of a template, where its name says one: `gift.de` is German."""
    return template.name.rpartition(".")[2] if "." in template.name else None


def _notice(offering: Offering, template: Template, creator: Creator, person: Reachable) -> Notice | None:
    return footers.notice(
        person.country or creator.country,
        spoken(template),
        brand=plain(offering.brand),
        platform=platform_name(creator.platform),
        found_by=creator.found_by,
        by_mail=template.channel == "email",
    )


def _ways_out(workspace: Workspace, account: MailAccount, message_id: str) -> tuple[str, ...]:
    """What mail programs offer as `unsubscribe`: a mail to us, and a click only where somebody takes clicks."""
    token = message_id.strip("<>").partition("@")[0]
    ways = [f"mailto:{account.reply_to or account.address}?subject=unsubscribe%20{token}"]
    address = workspace.settings.sending.unsubscribe_url
    if address:
        if not address.startswith("https://"):
            raise WrongUsage(
                f"sending.unsubscribe_url is “{address}”, and one-click unsubscribing needs https (RFC 8058)",
                hint="config set sending.unsubscribe_url https://…/{token}, or leave it out.",
            )
        ways.append(quote(address.replace("{token}", token), safe=":/?#[]@!$&'()*+;=%"))
    return tuple(ways)


def _subject(template: Template, rendered: Rendered, under: Thread | None) -> str:
    if under is not None:
        return reply_subject(under.subject, answers=True)
    # A `Re:` over a first letter would claim a conversation that there was not.
    return rendered.subject[3:].strip() if follows_up(template) else rendered.subject


def follows_up(template: Template) -> bool:
    """Whether a template is for a second letter: its subject begins with `Re:`."""
    return template.subject.strip()[:3].casefold() == "re:"


def reply_subject(subject: str | None, *, answers: bool) -> str:
    """The subject of an answer: kept, so that mail programs keep the thread, with one `Re:` before it."""
    text = plain(subject) or "your message"
    return text if not answers or text[:3].casefold() == "re:" else f"Re: {text}"


def new_message_id(domain: str) -> str:
    """An id that nobody can guess or has used, at our own domain."""
    return f"<{base64.b32encode(os.urandom(16)).decode('ascii').rstrip('=').lower()}@{domain}>"


def values_for(
    offering: Offering | None,
    account: MailAccount | None,
    creator: Creator | None,
    person_name: str | None,
    speaks: str | None = None,
) -> dict[str, Value]:
    """Every variable that is known here."""
    sender = plain(account.name) if account and account.name else None
    values: dict[str, Value] = {
        "sender": sender,
        "sender_first_name": first_name(sender),
        "sender_address": account.address if account else None,
        "opt_out": footers.opt_out(speaks),
    }
    if offering is not None:
        values |= {
            "campaign": plain(offering.name),
            "brand": plain(offering.brand),
            "product": plain(offering.product) or None,
            "product_url": plain(offering.product_url) or None,
            "postal_address": _postal_address(offering),
        }
    return values | of_creator(creator, person_name, offering.niche if offering else ())


def with_footer(body: str, offering: Offering, speaks: str | None = None, notice: Notice | None = None) -> str:
    """`body` with postal address, way out and notice at its end, where the template has not put them elsewhere."""
    sentence = footers.opt_out(speaks)
    address = plain(offering.postal_address)
    seen = " ".join(body.split()).casefold()
    missing: list[str] = []
    if address.casefold() not in seen:
        missing.append(_postal_address(offering) or address)
    if sentence.casefold() not in seen and not any(word in seen for word in language.opt_out_words()):
        missing.append(sentence)
    if notice is not None:
        missing.append(notice.text)
    if not missing:
        return body
    rule = "" if f"\n{SIGNATURE}\n" in body else f"\n{SIGNATURE}"
    return f"{body.rstrip()}\n{rule}\n" + "\n".join(missing) + "\n"


def _postal_address(offering: Offering) -> str | None:
    """The address on one line, with the brand's name before it where it does not begin with it."""
    address, brand = plain(offering.postal_address), plain(offering.brand)
    if not address or address.casefold().startswith(brand.casefold()):
        return address or None
    return f"{brand}, {address}"
