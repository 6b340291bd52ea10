"""From a host, mostly a captured one, to the description of its twin, and to what cannot be the same.

Whatever the capture says, the outcome is a description that keeps every rule of `allowed.py`, or a refusal in
words. `capture` takes this look as well, so that a capture holds all that a description is made from.
"""

from functools import partial

from tui.practice.rehearsal.allowed import NotAllowed
from tui.practice.rehearsal.described_array import (
    chap,
    describe_disks,
    describe_maps,
    describe_networks,
    describe_tables,
    describe_targets,
)
from tui.practice.rehearsal.described_files import (
    describe_crypttab,
    describe_files,
    describe_folders,
    describe_fstab,
    describe_mount_units,
    describe_services,
)
from tui.practice.rehearsal.described_use import (
    describe_crypts,
    describe_filesystems,
    describe_holders,
    describe_kernel_holders,
    describe_mounts,
    describe_swaps,
    read_holders,
)
from tui.practice.rehearsal.described_volumes import describe_groups
from tui.practice.rehearsal.description import Described, Description
from tui.practice.rehearsal.seen import SeenHost
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_STAND_IN = "host"
"""The name of a twin whose host has one that is not allowed."""


def describe(host: Host, inventory: Inventory | None = None) -> Described:
    """What a twin of a host must have, and in what it will not be the same.

    Args:
        host: the host, live or captured.
        inventory: what was read of it, or None to read it now.

    Raises:
        ConsoleError: there are more LUNs, or larger ones, than a twin can have.
    """
    seen = SeenHost(host, inventory or take_inventory(host))
    _always(seen)
    try:
        description = _described(seen)
    except NotAllowed as error:
        raise ConsoleError(_refused(str(error))) from error
    return Described(description, seen.unlike)


def _described(seen: SeenHost) -> Description:
    inventory = seen.inventory
    targets, disks, users = describe_targets(seen), describe_disks(seen), read_holders(seen)
    make = partial(
        Description,
        taken_at=inventory.taken_at,
        family=inventory.distribution.family,
        networks=describe_networks(seen, targets),
        discovery=next(
            (made for record in inventory.discovery_records if (made := chap(seen, record.chap)) is not None),
            None,
        ),
        targets=targets,
        disks=disks,
        tables=describe_tables(seen),
        crypts=describe_crypts(seen),
        groups=describe_groups(seen),
        filesystems=describe_filesystems(seen),
        swaps=describe_swaps(seen),
        maps=describe_maps(seen),
        files=describe_files(seen, disks),
        fstab=describe_fstab(seen, disks),
        crypttab=describe_crypttab(seen, disks),
        mount_units=describe_mount_units(seen, disks),
        services=describe_services(seen),
        folders=describe_folders(seen),
        mounts=describe_mounts(seen),
        holders=describe_holders(seen, users),
        kernel_holders=describe_kernel_holders(seen, users),
    )
    named = seen.allowed(_("the host's name"), partial(Description, inventory.host))
    initiator = seen.allowed(
        _("the initiator name"), partial(Description, _STAND_IN, initiator=inventory.initiator.name or None)
    )
    return make(
        named.host if named is not None else _STAND_IN,
        initiator=initiator.initiator if initiator is not None else None,
    )


def _always(seen: SeenHost) -> None:
    """What no twin has in common with its host, and what was not read of this one."""
    inventory = seen.inventory
    seen.differs(
        _("data"), _("No file's content is in a capture: the twin's files are empty space of the same size.")
    )
    seen.differs(
        _("durations"), _("The twin's disks are files on one machine: nothing takes as long as on the host.")
    )
    if inventory.distribution.family not in ("", "debian"):
        seen.differs(
            _("the distribution"),
            _("The twin runs Debian: paths, units and versions of tools are not those of {title}.").format(
                title=inventory.distribution.title
            ),
        )
    if not inventory.root:
        seen.differs(
            _("the capture"), _("It was taken without root: LVM, records and holders were not read.")
        )
    for unseen in inventory.unseen:
        seen.differs(unseen.what, _("It was not read on the host: {why}").format(why=unseen.why))


def _refused(why: str) -> Problem:
    return Problem(
        "rehearsal.refused",
        _("A twin of this host cannot be described."),
        cause=_("It has more LUNs, larger ones, or longer lists than a practice machine can have."),
        remedy=_("Practice with one of the scenarios, or capture a smaller host."),
        evidence=(clean(why),),
    )
