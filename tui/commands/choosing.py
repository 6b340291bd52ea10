"""From a word on the command line to the one thing on this host that it names."""

from collections.abc import Iterable

from tui.maintenance.dependents import Subject, subject_of, subject_of_target
from tui.maintenance.growth_targets import Subject as Grows, subjects_of
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.problem import Problem, Refused
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.rung_names import names_of
from tui.storage.stacks.stack import stacks
from tui.storage.untrusted import clean
from tui.words import translate as _

_MOST = 12
"""Candidates that a refusal names."""


def rungs_named(inventory: Inventory, word: str) -> tuple[Rung, ...]:
    """The layers that a word names: by key, name, `IQN/LUN`, `VG/LV`, WWID, or the path of a device."""
    found = [rung for stack in stacks(inventory) for rung in stack.rungs]
    by_key = tuple(rung for rung in found if word == rung.key or word in rung.also)
    return by_key or tuple(rung for rung in found if word in names_of(rung, inventory))


def part_named(inventory: Inventory, word: str, *, away: bool = False) -> Subject | None:
    """What a word means that is to be disconnected; None where it is known and not connected now.

    Args:
        inventory: the host.
        word: the name.
        away: something of that name was disconnected before.

    Raises:
        Refused: nothing has that name, or several things have.
    """
    if any(session.target == word for session in inventory.sessions):
        return subject_of_target(word)
    rungs = rungs_named(inventory, word)
    subjects = {subject for rung in rungs if (subject := subject_of(rung, inventory)) is not None}
    if len(subjects) > 1:
        raise several(word, (subject.key for subject in subjects))
    if subjects:
        return subjects.pop()
    if away or rungs or any(record.target == word for record in inventory.node_records):
        return None
    raise nothing_named(word)


def grows_named(inventory: Inventory, word: str) -> Grows:
    """The volume, or file system without LVM, that a word means.

    Raises:
        Refused: nothing that can grow has that name, or several things have.
    """
    found = {grows for rung in rungs_named(inventory, word) for grows in subjects_of(inventory, rung)}
    if len(found) > 1:
        raise several(word, (grows.words for grows in found))
    if not found:
        raise nothing_named(word)
    return found.pop()


def records_named(
    inventory: Inventory, target: str, portal: str = "", iface: str = ""
) -> tuple[NodeRecord, ...]:
    """The node records of a target, or of one portal or iface of it.

    Raises:
        Refused: there is none.
    """
    found = tuple(
        record
        for record in inventory.node_records
        if record.target == target
        and (not portal or portal in (record.portal.label, record.portal.address))
        and (not iface or record.iface == iface)
    )
    if not found:
        raise nothing_named(" ".join(filter(None, (target, portal, iface))))
    return found


def sessions_named(
    inventory: Inventory, target: str, portal: str = "", iface: str = ""
) -> tuple[Session, ...]:
    """The sessions to a target, or through one portal or iface to it; none where nobody is logged in."""
    return tuple(
        session
        for session in inventory.sessions_of(target)
        if (not portal or portal in (session.portal.label, session.portal.address))
        and (not iface or session.iface == iface)
    )


def group_named(inventory: Inventory, word: str) -> VolumeGroup:
    """The VG of that name or UUID.

    Raises:
        Refused: there is none, or several have the name.
    """
    found = [group for group in inventory.volume_groups if word in (group.name, group.uuid)]
    if len(found) > 1:
        raise several(word, (group.uuid for group in found))
    if not found:
        raise nothing_named(word)
    return found[0]


def volume_named(inventory: Inventory, word: str) -> LogicalVolume:
    """The LV that `VG/LV` or a path names.

    Raises:
        Refused: there is none, or several have the name.
    """
    found = [
        volume
        for volume in inventory.logical_volumes
        if word in (f"{volume.volume_group}/{volume.name}", volume.path, volume.uuid)
    ]
    if len(found) > 1:
        raise several(word, (volume.uuid for volume in found))
    if not found:
        raise nothing_named(word)
    return found[0]


def member_named(inventory: Inventory, word: str) -> PhysicalVolume:
    """The PV of a path, a UUID, or a WWID.

    Raises:
        Refused: there is none, or several have the name.
    """
    devices = {rung.device for rung in rungs_named(inventory, word) if rung.device}
    found = [
        member
        for member in inventory.physical_volumes
        if word in (member.path, member.uuid) or (member.device and member.device in devices)
    ]
    if len(found) > 1:
        raise several(word, (member.uuid for member in found))
    if not found:
        raise nothing_named(word)
    return found[0]


def nothing_named(word: str) -> Refused:
    """Nothing on this host has that name."""
    return Refused(
        Problem(
            "choice.none",
            _("Nothing on this host is called {word}.").format(word=clean(word)),
            remedy=_("`iscsi-console status` lists what there is; each layer can also be named by its key."),
        )
    )


def several(word: str, keys: Iterable[str]) -> Refused:
    """Several things have that name."""
    found = sorted(keys)
    return Refused(
        Problem(
            "choice.several",
            _("{word} is the name of several things.").format(word=clean(word)),
            remedy=_("Name one of them exactly."),
            evidence=tuple(clean(key) for key in found[:_MOST]),
        )
    )
