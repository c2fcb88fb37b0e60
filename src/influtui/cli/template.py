"""`template`: the letters that campaigns write from."""

from __future__ import annotations

import click

from influtui.cli.contact import show_row
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.cli.writing import written
from influtui.mail.templates import FILTERS
from influtui.model.failures import WrongUsage
from influtui.model.templates import VARIABLES, Template
from influtui.model.text import safe
from influtui.services.outgoing import outreach, templates
from influtui.services.people.selection import select
from influtui.services.workspace import Workspace


@click.group(cls=Noun, no_args_is_help=True)
def template() -> None:
    """Letters with variables. A built-in one can be used as it is; editing it makes one of your own."""


@template.command("list")
@click.argument("words", nargs=-1, metavar="[WORDS]")
@with_workspace
async def list_templates(workspace: Workspace, out: Output, words: tuple[str, ...]) -> None:
    """All templates, the built-in ones included; with WORDS those that have each of them somewhere."""
    found = await templates.templates(workspace, " ".join(words))
    if out.json:
        for each in found:
            out.data(each)
        return
    rows = [
        (
            safe(each.name),
            safe(each.channel),
            safe("built in" if each.built_in else "yours"),
            safe(each.note or each.subject),
        )
        for each in found
    ]
    out.table(("name", "channel", "", "what for"), rows)


@template.command("show")
@click.argument("name")
@with_workspace
async def show(workspace: Workspace, out: Output, name: str) -> None:
    """A template's subject and body."""
    found = await templates.template(workspace, name)
    if out.json:
        out.data(found)
        return
    if found.channel == "email":
        out.say(f"Subject: {found.subject}\n")
    out.say(found.body)


@template.command("variables")
@with_workspace
async def variables(workspace: Workspace, out: Output) -> None:
    """What may stand in a template."""
    if out.json:
        for name, meaning in VARIABLES.items():
            out.data({"schema": "influtui.variable/1", "name": name, "meaning": meaning})
        return
    out.table(("variable", "stands for"), [(safe(name), safe(meaning)) for name, meaning in VARIABLES.items()])
    out.say("")
    out.say('A fallback: {{ first_name or "there" }} · a condition: {% if topic %}…{% else %}…{% endif %}')
    out.say(f"Filters: {', '.join(f'{{{{ followers|{name} }}}}' if name == 'short' else name for name in FILTERS)}")


@template.command("new")
@click.argument("name")
@click.option("--subject", help="The subject line; may hold variables.")
@click.option("--body", help="The text; - reads it from standard input.")
@click.option("--editor", is_flag=True, help="Write the body in $VISUAL or $EDITOR.")
@click.option("--from", "start", help="Begin with another template.")
@click.option("--channel", type=click.Choice(["email", "dm"]), help="Default: that of --from, else email.")
@with_workspace
async def new(
    workspace: Workspace,
    out: Output,
    name: str,
    subject: str | None,
    body: str | None,
    editor: bool,
    start: str | None,
    channel: str | None,
) -> None:
    """Make a template.

    \b
    influtui template new hello \\
        --subject 'Hi {{ first_name or "there" }}' --body - < hello.txt
    influtui template new mine --from gift --editor
    """
    model = await templates.template(workspace, start) if start else None
    text = written(body, editor=editor, start=model.body if model else "")
    made = await templates.new(
        workspace,
        Template(
            name=name,
            channel=channel or (model.channel if model else "email"),
            subject=subject if subject is not None else (model.subject if model else ""),
            body=text if text is not None else (model.body if model else ""),
        ),
    )
    _done(out, made, "Made")


@template.command("edit")
@click.argument("name")
@click.option("--subject", help="A new subject line.")
@click.option("--body", help="A new text; - reads it from standard input.")
@click.option("--editor", is_flag=True, help="Change the body in $VISUAL or $EDITOR.")
@with_workspace
async def edit(
    workspace: Workspace, out: Output, name: str, subject: str | None, body: str | None, editor: bool
) -> None:
    """Change a template's subject or body."""
    if subject is None and body is None and not editor:
        raise WrongUsage("nothing to change was given", hint="Use --subject, --body or --editor.")
    before = await templates.template(workspace, name)
    text = written(body, editor=editor, start=before.body)
    _done(out, await templates.edit(workspace, name, subject=subject, body=text), "Changed")


@template.command("delete")
@click.argument("name")
@with_workspace
async def delete(workspace: Workspace, out: Output, name: str) -> None:
    """Remove a template of your own. `undo` brings it back."""
    await templates.delete(workspace, name)
    if out.json:
        out.data({"schema": "influtui.template_deleted/1", "name": name})
    else:
        out.say(f"Removed template {name}.")


@template.command("preview", cls=QueryCommand)
@click.argument("name")
@click.argument("words", nargs=-1, metavar="[REF…|QUERY]")
@click.option("--campaign", metavar="CODE", help="Whose brand and product to write of. Default: the one in use.")
@click.option("--account", metavar="ADDRESS", help="Which mailbox would write.")
@click.option(
    "--limit", metavar="N", default=5, show_default=True, type=click.IntRange(1), help="How many people to show."
)
@with_workspace
async def preview(
    workspace: Workspace,
    out: Output,
    name: str,
    words: tuple[str, ...],
    campaign: str | None,
    account: str | None,
    limit: int,
) -> int:
    """What people would get, down to the footer: the REFs, who matches, or else the campaign's picks.

    Each in their language where the template has a variant for it (`gift.de` is `gift` in German). Exit 3 where something
    is missing for somebody.
    """
    if words:
        refs = outreach.refs_of(await select(workspace, words, campaign=campaign))[:limit]
    else:
        refs = (await outreach.picks_of(workspace, campaign))[:limit]
    made = await outreach.preview(workspace, campaign, refs, name, account=account)
    for row in made.rows:
        show_row(out, row, name)
    return 0 if made.is_complete else 3


@template.command("lint")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@with_workspace
async def lint(workspace: Workspace, out: Output, names: tuple[str, ...]) -> int:
    """What is said against templates (all of them, or those named): length, links, spam words, what is missing.

    Exit 3 where there is something. It is advice: nothing is kept from being sent by it.
    """
    found = await templates.linted(workspace, names)
    for each in found:
        if out.json:
            out.data(each)
        else:
            out.say(f"{each.template}: {each.says}. {each.hint}")
    if not found and not out.json:
        out.note("Nothing is said against them.")
    return 3 if found else 0


def _done(out: Output, made: Template, verb: str) -> None:
    if out.json:
        out.data(made)
    else:
        out.say(f"{verb} template {made.name}. `influtui template preview {made.name} REF` shows it with values.")
