"""Templates: the built-in ones to begin with and a workspace's own, which stand in front of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from influtui.mail import templates as language
from influtui.mail.linting import Finding, lint
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.templates import NAME_LIMIT, Template
from influtui.model.text import from_outside
from influtui.services.workspace import Workspace
from influtui.store import templates as stored


async def templates(workspace: Workspace, words: str = "") -> list[Template]:
    """Templates by name, those that have each of `words` somewhere; one's own hides the built-in one of its name."""
    found = {**language.built_in(), **{each.name: each for each in await stored.all_of_them(workspace.db)}}
    wanted = words.casefold().split()
    return [found[name] for name in sorted(found) if all(word in _searched(found[name]) for word in wanted)]


async def template(workspace: Workspace, name: str) -> Template:
    """The template of that name. Raises `NotFound` with the nearest one."""
    own = await stored.named(workspace.db, name)
    if own is not None:
        return own[1]
    if name in language.built_in():
        return language.built_in()[name]
    near = nearest(name, [each.name for each in await templates(workspace)])
    raise NotFound(
        f"there is no template “{name}”",
        hint=f"Did you mean {near}?" if near else "`influtui template list` shows them.",
    )


async def variants(workspace: Workspace, chosen: Template) -> dict[str, Template]:
    """The variants of a template by language: `gift.de` is `gift` for those whose language is German."""
    start = f"{chosen.name}."
    found = {each.name.removeprefix(start): each for each in await templates(workspace) if each.name.startswith(start)}
    return {code: each for code, each in found.items() if each.channel == chosen.channel and "." not in code}


async def linted(workspace: Workspace, names: Sequence[str]) -> list[Finding]:
    """What is said against templates: those named, else all."""
    chosen = [await template(workspace, name) for name in names] if names else await templates(workspace)
    return [finding for each in chosen for finding in lint(each)]


async def new(workspace: Workspace, given: Template) -> Template:
    """Keep a new template of one's own. Raises `WrongUsage` where the name is taken or the template is not right."""
    checked = _checked(given)
    if await stored.named(workspace.db, checked.name) is not None:
        raise WrongUsage(f"there is a template {checked.name} already", hint="`influtui template edit` changes it.")
    async with workspace.change("template.new", f"made template {checked.name}") as unit:
        await unit.insert("templates", {"name": checked.name, "created_at": unit.at, **_columns(checked)})
    return checked


async def edit(workspace: Workspace, name: str, *, subject: str | None = None, body: str | None = None) -> Template:
    """Change a template. A built-in one becomes one of the workspace's own, under its name."""
    before = await template(workspace, name)
    after = _checked(
        Template(
            name=name,
            channel=before.channel,
            subject=before.subject if subject is None else subject,
            body=before.body if body is None else body,
        )
    )
    own = await stored.named(workspace.db, name)
    async with workspace.change("template.edit", f"changed template {name}") as unit:
        if own is None:
            await unit.insert("templates", {"name": name, "created_at": unit.at, **_columns(after)})
        else:
            await unit.update("templates", own[0], _columns(after))
    return after


async def delete(workspace: Workspace, name: str) -> None:
    """Remove a template of one's own; where it hid a built-in one, that one shows again."""
    own = await stored.named(workspace.db, name)
    if own is None:
        found = await template(workspace, name)
        raise WrongUsage(f"template {found.name} is built in and stays", hint="Edit it to make one of your own.")
    async with workspace.change("template.delete", f"removed template {name}") as unit:
        await unit.delete("templates", own[0])


def _checked(given: Template) -> Template:
    name = given.name.strip()
    if not re.fullmatch(r"[\w.-]+", name) or len(name) > NAME_LIMIT:
        raise WrongUsage(f"“{name[:NAME_LIMIT]}” is not a name for a template", hint="Use letters, digits, - and _.")
    checked = Template(
        name=name,
        channel=given.channel,
        subject=from_outside(" ".join(given.subject.split())),
        body=from_outside(given.body.replace("\r\n", "\n").strip("\n") + "\n"),
    )
    language.check(checked)
    return checked


def _searched(each: Template) -> str:
    return f"{each.name} {each.channel} {each.subject} {each.body} {each.note or ''}".casefold()


def _columns(given: Template) -> dict[str, str]:
    return {"channel": given.channel, "subject": given.subject, "body": given.body}
