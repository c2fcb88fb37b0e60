"""Attachments become files only when a person asks, and never over, or beside, what they should."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from posts import Post

from influtui.model.failures import NotFound
from influtui.services import inbox
from influtui.services.incoming import saving

PICTURE = b"\x89PNG not really"


async def with_files(post: Post, *names: str) -> int:
    """Anna answers with files of these names. Returns the conversation."""
    parts = "".join(
        f'--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(PICTURE).decode()}\n"
        for name in names
    )
    letter = post.letter_to("anna@mail.test")
    post.deliver(
        (
            f"From: anna@mail.test\nSubject: Re: {letter['Subject']}\nMessage-ID: <files@mail.test>\n"
            f"In-Reply-To: {letter['Message-ID']}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
            f"--b\nContent-Type: text/plain\n\nHere they are.\n{parts}--b--\n"
        ).encode()
    )
    await post.sync()
    [row] = await inbox.conversations(post.workspace, "waits:us")
    return row.id


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_attachments_are_saved_when_asked_for_under_harmless_names_for_their_owner_only(post: Post) -> None:
    """Defences: nothing is written before; no path leads out; files are 0600 in a folder of 0700."""
    number = await with_files(post, "../../../evil.sh", "photo.png")
    folder = post.workspace.folder / saving.FOLDER / str(number)
    assert not folder.exists()
    saved = await saving.save(post.workspace, number)
    assert [Path(each.file) for each in saved] == [folder / "evil.sh", folder / "photo.png"]
    assert [each.warning is not None for each in saved] == [True, False]
    assert (folder / "photo.png").read_bytes() == PICTURE
    assert (mode(folder), mode(folder / "photo.png")) == (0o700, 0o600)


async def test_what_is_there_is_never_written_over(post: Post, tmp_path: Path) -> None:
    """Defence: a file is made anew or not at all, and no link is followed."""
    number = await with_files(post, "photo.png")
    (tmp_path / "mine").write_text("mine")
    to = tmp_path / "to"
    to.mkdir()
    (to / "photo.png").write_text("mine too")
    (to / "photo-2.png").symlink_to(tmp_path / "mine")
    (to / "photo-3.png").symlink_to(tmp_path / "nowhere")
    [saved] = await saving.save(post.workspace, number, to=to)
    assert Path(saved.file).name == "photo-4.png"
    assert ((to / "photo.png").read_text(), (tmp_path / "mine").read_text()) == ("mine too", "mine")
    assert not (tmp_path / "nowhere").exists()


async def test_a_name_in_the_store_is_made_harmless_once_more(post: Post, tmp_path: Path) -> None:
    """Defence in depth: a database that somebody else wrote (a restored copy) leads out of the folder no more than a mail."""
    number = await with_files(post, "photo.png")
    async with post.workspace.db.write(post.workspace.clock()) as transaction:
        await transaction.run(
            'UPDATE received SET attachments = replace(attachments, \'"file_name":"photo.png"\', ?)',
            ('"file_name":"../../out.png"',),
        )
    [saved] = await saving.save(post.workspace, number, to=tmp_path / "a" / "b")
    assert Path(saved.file) == tmp_path / "a" / "b" / "out.png"


async def test_a_file_that_is_not_there_is_named_with_those_that_are(post: Post) -> None:
    number = await with_files(post, "photo.png")
    with pytest.raises(NotFound) as missing:
        await saving.save(post.workspace, number, ["brief.pdf"])
    assert "1 photo.png" in (missing.value.hint or "")
