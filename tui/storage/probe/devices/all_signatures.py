"""Every signature on a disk, old ones included, read from the disk itself and not from udev's memory."""

from msgspec import Struct

from tui.storage.documents import parse_json
from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice
from tui.storage.probe.devices.signatures import parse_export
from tui.storage.probe.devices.traces import Trace, recognize, spans
from tui.storage.probe.reading import whole_number
from tui.storage.untrusted import clean
from tui.words import translate as _

DEADLINE = 20.0
"""Seconds one look at a disk may take."""

_NOTHING_FOUND = 2
_AMBIVALENT = 8
"""Exit statuses of blkid -p (blkid(8))."""


class Signature(Struct, frozen=True):
    """One signature on a disk, as wipefs(8) lists it.

    Attributes:
        kind: ext4, xfs, LVM2_member, gpt, dos, linux_raid_member …
        offset: where, in bytes.
        uuid: or empty.
        label: or empty; untrusted.
    """

    kind: str
    offset: int = 0
    uuid: str = ""
    label: str = ""

    @property
    def words(self) -> str:
        """Kind, and label or uuid, safe to show."""
        detail = self.label or self.uuid
        return f"{clean(self.kind, 40)} ({clean(detail, 60)})" if detail else clean(self.kind, 40)


class Probing(Struct, frozen=True):
    """What a low-level look at a disk found.

    Attributes:
        done: the disk was read; otherwise nothing is known, and it is not called empty.
        signatures: all of them, also those of older uses that a new file system hides.
        ambivalent: several contradict each other, so that one cannot say what is on it.
        blank: it is zero in every place where something could stand, and in samples; None where that is not
            known (`traces.spans`).
        traces: what was recognized in those places, though no signature leads to it.
        why: why it was not read, or empty.
    """

    done: bool
    signatures: tuple[Signature, ...] = ()
    ambivalent: bool = False
    blank: bool | None = None
    traces: tuple[Trace, ...] = ()
    why: str = ""


def probe(host: Host, device: BlockDevice, *, sample: bool = False) -> Probing:
    """Read a disk's signatures with blkid and wipefs.

    Args:
        host: the host.
        device: the disk, which must answer.
        sample: look for traces without a signature, too, which reads some 20 MiB.
    """
    blkid = host.run(Command(("blkid", "-p", "-o", "export", device.path), deadline=DEADLINE))
    wipefs = host.run(Command(("wipefs", "-J", "--no-act", device.path), deadline=DEADLINE))
    if blkid.status not in (0, _NOTHING_FOUND, _AMBIVALENT) or not wipefs.ok:
        failed = blkid if blkid.status not in (0, _NOTHING_FOUND, _AMBIVALENT) else wipefs
        why = clean(failed.stderr.strip()) if failed.status is not None else _("It did not answer in time.")
        return Probing(done=False, why=why)
    try:
        signatures = parse_wipefs(wipefs.stdout)
    except ValueError:
        return Probing(done=False, why=_("The output of wipefs could not be read."))
    properties = _only(blkid.stdout)
    known = {signature.kind for signature in signatures}
    extra = [
        Signature(kind, 0, properties.get("UUID", properties.get("PTUUID", "")), properties.get("LABEL", ""))
        for key in ("TYPE", "PTTYPE")
        if (kind := properties.get(key, "")) and kind not in known
    ]
    places = spans(device.size) if sample else ()
    read = host.read_device(device.path, places, DEADLINE) if sample else None
    sampled = tuple((offset, data) for (offset, _length), data in zip(places, read or (), strict=False))
    return Probing(
        done=True,
        signatures=(*signatures, *extra),
        ambivalent=blkid.status == _AMBIVALENT,
        blank=None if read is None else not any(any(data) for data in read),
        traces=tuple(
            trace
            for trace in recognize(device.size, sampled)
            if trace.kind not in {signature.kind for signature in signatures}
        ),
    )


def parse_wipefs(output: str) -> tuple[Signature, ...]:
    """Read `wipefs -J`; nothing at all means no signature.

    Raises:
        ValueError: the text is something else.
    """
    if not output.strip():
        return ()
    document = parse_json(output)
    rows = document.get("signatures") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no list of signatures")  # noqa: TRY004 (the text is wrong, not the caller's type)
    return tuple(_signature(row) for row in rows if isinstance(row, dict))


def content_of(host: Host, path: str) -> dict[str, str]:
    """What blkid's low-level probe says of one device (TYPE, UUID, LABEL …); empty when it finds nothing."""
    return _only(host.run(Command(("blkid", "-p", "-o", "export", path), deadline=DEADLINE)).stdout)


def _only(output: str) -> dict[str, str]:
    return next(iter(parse_export(output).values()), {})


def _signature(row: dict[str, object]) -> Signature:
    offset = str(row.get("offset") or "0")
    place = int(offset, 16) if offset.startswith("0x") else whole_number(offset) or 0
    return Signature(
        str(row.get("type") or ""), place, str(row.get("uuid") or ""), str(row.get("label") or "")
    )
