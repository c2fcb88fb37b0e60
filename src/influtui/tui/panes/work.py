"""What a campaign has of a person, and the acts on it that several panes offer: terms, posts, tags, people pasted in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from influtui.model.creators import Ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.text import plural
from influtui.services.workspace import Workspace
from influtui.tui.render import work as render
from influtui.tui.render.spans import Line, Look, Span, cell

if TYPE_CHECKING:
    from influtui.model.shortlist import Pick
    from influtui.tui.app import InflutuiApp

YES = frozenset({"yes", "y", "true", "1"})


async def picks(workspace: Workspace) -> dict[int, Pick]:
    """What was decided about whom in the campaign in use; nothing without one."""
    from influtui.services.campaign import campaigns

    if await campaigns.in_use(workspace) is None:
        return {}
    return {pick.person: pick for pick in await campaigns.shortlist(workspace)}


async def lines_of(workspace: Workspace, ref: Ref, look: Callable[[], Look]) -> Callable[[int], Sequence[Line]]:
    """What the campaign in use has of a person, as lines; none where they are not in it."""
    from influtui.services.campaign import collaborations, results
    from influtui.services.parcel import fulfilment

    try:
        found = await collaborations.of_ref(workspace, ref)
    except (NotFound, WrongUsage):
        return lambda width: ()
    known = await collaborations.show(workspace, found.id)
    parcels = []
    if found.parcels:
        parcels = [each for each in await fulfilment.list_shipments(workspace) if each.collaboration == found.id]
    result = None
    if known.posts:
        every = await results.results(workspace, found.campaign)
        result = next((each for each in every.results if each.collaboration.id == found.id), None)
    return lambda width: render.collaboration(known, parcels, result, width, look())


async def tag(workspace: Workspace, ids: Sequence[CreatorId], words: Sequence[str]) -> str:
    """Add the words as tags, take away those with a minus. Returns what was done, in words."""
    from influtui.model.editing import read_edit
    from influtui.services.people import editing

    added = [word.lstrip("#") for word in words if not word.startswith("-")]
    removed = [word[1:].lstrip("#") for word in words if word.startswith("-")]
    edit = read_edit([], add_tags=added, remove_tags=removed)
    report = await editing.edit(workspace, ids, edit)
    return f"{edit.words()}: {plural(report.changed, 'account')}"


async def note(desk: InflutuiApp, ids: Sequence[CreatorId], who: str) -> bool:
    """Ask for a note and put it on one person or on many, as one change. Whether it was."""
    from influtui.model.editing import read_edit
    from influtui.services import meanwhile
    from influtui.services.people import editing

    stale = (await meanwhile.watch(desk.workspace, ids)).told
    text = await desk.answer(f"note on {who}", kind="note", stale=stale)
    if not text:
        return False
    await editing.edit(desk.workspace, ids, read_edit([], note=text))
    desk.notice(f"Noted on {who}. u takes it back.", "good")
    return True


async def note_terms(desk: InflutuiApp, ref: Ref, who: str) -> None:
    """Open the sheet of terms as a form. What is filled in is noted as one change."""
    from influtui.services import drafts, meanwhile
    from influtui.services.campaign import collaborations, negotiation

    found = await collaborations.of_ref(desk.workspace, ref)
    sheet = await negotiation.sheet(desk.workspace, found.id)
    form = render.terms_form(sheet.terms, who=who, campaign=found.campaign, agreed=sheet.agreement is not None)
    place = f"terms:{found.id}"
    begun = await drafts.kept(desk.workspace, place)

    async def keep(text: str) -> None:
        await drafts.keep(desk.workspace, place, "" if text == form else text)

    async def accept(text: str) -> bool:
        try:
            said = read_form(text)
            noted = await negotiation.note_terms(
                desk.workspace,
                found.id,
                {
                    name: value
                    for name, value in said.items()
                    if value not in ("", "-") and name not in ("agreed", "product")
                },
                waive=[name for name, value in said.items() if value == "-"],
                clear=[name for name, value in said.items() if not value and sheet.terms.get(name) is not None],
                products=[each.strip() for each in said.get("product", "").split(",") if each.strip() not in ("", "-")],
                agreed=said.get("agreed", "").casefold() in YES,
            )
        except Failure as failure:
            desk.failed(failure)
            return False
        await drafts.keep(desk.workspace, place, "")
        await desk.refresh_panes()
        word = "agreed" if noted.agreed_now else "noted"
        desk.notice(f"Terms with {who} {word}. u takes it back.", "good")
        return True

    others = await meanwhile.watch(desk.workspace, [ref.id] if ref.id is not None else [])

    async def stale() -> str | None:
        now, told = await negotiation.sheet(desk.workspace, found.id), await others.told()
        if now.terms == sheet.terms and (now.agreement is None) == (sheet.agreement is None):
            return told
        return "Somebody else has changed these terms meanwhile: esc keeps what you wrote; the detail shows theirs."

    desk.pane.write(f"Terms with {who}", text=begun or form, verb="notes them", accept=accept, keep=keep, stale=stale)


def read_form(text: str) -> dict[str, str]:
    """The `name: value` lines of a form. Raises `WrongUsage` for a line that is neither that nor a remark."""
    said: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise WrongUsage(f"line {number} of the form is no “name: value”", hint="Put a # before a remark.")
        said[name.strip().casefold().replace(" ", "_")] = value.strip()
    return said


async def file_post(desk: InflutuiApp, ref: Ref, who: str) -> None:
    """Ask for a post's link and for what was counted of it; then say what a thousand impressions cost."""
    from influtui.model.posts import Numbers
    from influtui.services import meanwhile
    from influtui.services.campaign import results

    stale = (await meanwhile.watch(desk.workspace, [ref.id] if ref.id is not None else [])).told
    url = await desk.answer(f"link of {who}'s post", kind="link", stale=stale)
    if not url:
        return
    counted = await desk.answer(
        "impressions", kind="number", hint="as a number; enter alone when nobody has counted yet", stale=stale
    )
    if counted is None:
        return
    numbers = Numbers(impressions=_count(counted)) if counted else Numbers()
    done = await results.add_post(desk.workspace, url, ref=ref, numbers=numbers)
    await desk.refresh_panes()
    every = await results.results(desk.workspace, done.collaboration.campaign)
    mine = next((each for each in every.results if each.collaboration.id == done.collaboration.id), None)
    cpm = mine.figures.cpm if mine else None
    told = f" CPM {cpm:,.2f} {every.campaign.currency}." if cpm is not None else ""
    said = f"Post {'filed' if done.new else 'known already'}.{told}" + "".join(f" Note: {note}." for note in done.notes)
    desk.notice(said, "warn" if done.notes else "good")


def _count(text: str) -> int:
    from influtui.model.figures import Unreadable, count

    try:
        read = count(text)
    except Unreadable:
        raise WrongUsage(f"“{text}” is no number of impressions", hint="Write it like 12,400 or 12.4K.") from None
    if read is None:
        raise WrongUsage("an unknown number is left out", hint="Enter alone files the link without one.")
    return int(read.value)


PEOPLE_BOX: Final = "people"
"""Where the draft of the paste box is kept."""


def open_people_box(desk: InflutuiApp, text: str) -> None:
    """A box for handles and links, one person a line; each line says what it is taken for."""
    desk.background(_people_box(desk, text))


async def _people_box(desk: InflutuiApp, text: str) -> None:
    from influtui.services import drafts
    from influtui.services.people import adding

    async def keep(written: str) -> None:
        await drafts.keep(desk.workspace, PEOPLE_BOX, written)

    def watch(written: str) -> Sequence[Line]:
        lines = [line.strip() for line in written.splitlines() if line.strip()]
        if not lines:
            return [(Span(" One person a line: a profile link, or platform:handle.", "dim"),)]
        good = 0
        told: list[Line] = []
        for line in lines:
            try:
                named = adding.read_words([line] if " " not in line or "://" not in line else line.split(), None)
                good += 1
                who = (
                    ", ".join(f"{each.platform}:{each.handle}" for each in named.profiles)
                    or f"{named.name} (no account)"
                )
                told.append((Span(f" {desk.look().glyphs.picked} ", "good"), Span(cell(who))))
            except Failure as failure:
                told.insert(
                    0,
                    (
                        Span(f" {desk.look().glyphs.rejected} ", "bad"),
                        Span(cell(line)),
                        Span(f"  {failure.message}", "warn"),
                    ),
                )
        return [(Span(f" {good} of {len(lines)} can be added", "good" if good == len(lines) else "warn"),), *told]

    async def accept(written: str) -> bool:
        added, known, refused = 0, 0, []
        for line in [line.strip() for line in written.splitlines() if line.strip()]:
            try:
                named = adding.read_words([line] if " " not in line or "://" not in line else line.split(), None)
                done = await adding.add(desk.workspace, named)
                added += len(done.new)
                known += not done.new
            except Failure as failure:
                refused.append(f"{line}: {failure.message}")
        await desk.refresh_panes()
        said = f"{plural(added, 'account')} added, {known} known already."
        if refused:
            desk.notice(f"{said} {plural(len(refused), 'line')} refused: {refused[0]}.", "warn")
            return False
        await keep("")
        desk.notice(said, "good")
        return True

    begun = "\n".join(each for each in (await drafts.kept(desk.workspace, PEOPLE_BOX), text) if each.strip())
    desk.pane.write("Add people", text=begun, verb="adds them", accept=accept, keep=keep, watch=watch)
