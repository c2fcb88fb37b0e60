"""What every carrier is held to: links that are pure, offline and harmless."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from influtui.api import Carrier
from influtui.testing.plugins import carriers_of, manifest_of
from influtui.testing.process import another_machine
from influtui.testing.watch import watched

PLAIN = ("1Z5R89390357567127", "RB123456785GB", "JJD000123456789012345", "00340434161094042557")
ODD = ("1Z5R89390357567127", "RB123456785GB", "0", "A" * 60, "1Z&x=1#/../?y", "\u202e123", "")


class CarrierContract:
    """Subclass it, name `package` and `carrier`."""

    package: ClassVar[str]
    carrier: ClassVar[str]

    def test_the_hook_supplies_what_the_manifest_announces(self) -> None:
        """Every id of `[[carrier]]`, and no other."""
        manifest = manifest_of(self.package)
        assert carriers_of(manifest).keys() == {entry.id for entry in manifest.carrier}

    def test_every_announced_carrier_has_a_link_that_is_https_and_bears_the_number(self) -> None:
        """For a plain number there is a page."""
        for code in self._codes():
            link = self._made().tracking_url(code, "1234567890")
            assert link is not None, f"no link for {code}: give one, or take it out of `carriers` in the manifest"
            assert urlsplit(link).scheme == "https", f"{link} is not https"
            assert urlsplit(link).hostname, f"{link} has no host"
            assert "1234567890" in link, f"1234567890 is not in {link}"

    def test_whatever_the_number_is_a_link_leads_to_the_same_host(self) -> None:
        """A number cannot leave its place in the address, nor put anything into it but printable ASCII."""
        for code in self._codes():
            host = urlsplit(self._made().tracking_url(code, "1234567890") or "").netloc
            for number in ODD:
                link = self._made().tracking_url(code, number)
                assert link is None or (urlsplit(link).netloc and link.isascii() and link.isprintable()), (
                    f"{code}, the number {number!r}: {link!r} is no address: urllib.parse.quote(number, safe='')"
                )
                assert link is None or " " not in link, f"{link} has a blank in it: quote the number"
                assert link is None or code == "s10" or urlsplit(link).netloc == host, (
                    f"{code}, the number {number!r} leads to {urlsplit(link).netloc}: quote the number"
                )

    def test_the_same_number_has_the_same_link(self) -> None:
        """No clock, no randomness, no memory, and nothing of the machine."""
        for code in self._codes():
            with another_machine():
                elsewhere = self._made().tracking_url(code, "123")
            here = self._made().tracking_url(code, "123")
            assert here == elsewhere == self._made().tracking_url(code, "123"), (
                f"one number has two links: {here}, {elsewhere}"
            )

    def test_a_carrier_that_was_not_announced_has_no_link(self) -> None:
        """Better none than a wrong one."""
        link = self._made().tracking_url("a_carrier_that_nobody_announced", "123")
        assert link is None, f"{link!r} for a carrier that it does not know: None"

    def test_a_link_bears_the_whole_number_and_no_other(self) -> None:
        """Letters and length included: a number that is cut or changed is another parcel, or none."""
        for code in self._codes():
            for number in PLAIN:
                link = self._link(code, number)
                assert link is None or number in link, f"{number} is not in {link}: hand it on as it is, quoted"

    def test_a_number_stays_in_its_place(self) -> None:
        """Quoted, once: it adds neither a folder nor a question to the address."""
        for code in (each for each in self._codes() if each != "s10"):
            plain = self._link(code, "1234567890") or ""
            for number in ODD:
                link = self._link(code, number)
                for sign in "/?#&":
                    assert link is None or link.count(sign) <= plain.count(sign), f"{number} puts {sign} into {link}"
                assert link is None or "%25" not in link, f"{number} is quoted twice in {link}"

    def _link(self, code: str, number: str) -> str | None:
        with watched(self.package):
            return self._made().tracking_url(code, number)

    def _codes(self) -> tuple[str, ...]:
        entries = {entry.id: entry for entry in manifest_of(self.package).carrier}
        return entries[self.carrier].carriers

    def _made(self) -> Carrier:
        kind: type[Carrier] = carriers_of(manifest_of(self.package))[self.carrier]
        return kind()
