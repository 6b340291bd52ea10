"""The tasks for a volume group, each with its fields and its proposal."""

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace
from textual import on

from tui.maintenance import renaming, volumes
from tui.maintenance.proposal import Proposal
from tui.setup.size_text import Bytes, Share, parse, problems
from tui.storage.devices.contents import contents
from tui.storage.host.interface import Host
from tui.storage.lvm.names import logical_volume_name_problems, volume_group_name_problems
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup, VolumeKind
from tui.storage.operations.guards.lvm_guard import why_not_ours
from tui.storage.operations.lvm.thin import metadata_extents
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _
from widgets.fields.choice_field import CheckField, Choice, ChoiceField
from widgets.fields.form import Field
from widgets.fields.text_field import TextField

GROUP = "the group itself"
"""Key of the group among its volumes, where either can be renamed; no volume can be called so."""

DISK, VOLUME, NAME, SIZE, LEAVE, POOL = "disk", "volume", "name", "size", "leave", "pool"

Typed = Callable[[str], str]
"""What the person chose or typed in the field of that identifier; `yes` in a marked check box."""


class Task(Struct, frozen=True):
    """One thing that can be done.

    Attributes:
        key: the letter that chooses it.
        label: what it does, with a capital.
        words: what there is for it, in a few words.
        why: a sentence or two over the form.
        fields: makes the fields of the form.
        propose: the proposal for what was typed.
        reason: why it cannot be done now, without a full stop; empty when it can.
        read: what makes the proposal where a disk has to be read for it; called in the background.
    """

    key: str
    label: str
    words: str
    why: str
    fields: Callable[[], tuple[Field, ...]]
    propose: Callable[[Typed], Proposal]
    reason: str = ""
    read: Callable[[Host, Typed], Proposal] | None = None


def tasks(inventory: Inventory, group: VolumeGroup) -> tuple[Task, ...]:
    """Return everything that can be done with a group, the likeliest first."""
    found = (
        _new(inventory, group),
        _add(inventory, group),
        _snapshot(inventory, group),
        _roll_back(inventory, group),
        _move(inventory, group),
        _rename(inventory, group),
        _pool(inventory, group),
        _thin(inventory, group),
        _remove(inventory, group),
    )
    reason = why_not_ours(group)
    return tuple(replace(task, reason=reason) for task in found) if reason else found


def _new(inventory: Inventory, group: VolumeGroup) -> Task:
    def fields() -> tuple[Field, ...]:
        return (_name(inventory, group, ""), _size(group, "100%"))

    def propose(typed: Typed) -> Proposal:
        return volumes.new_volume(group, typed(NAME), _bytes(typed(SIZE), group.free))

    return Task(
        "n", _("New volume"), _("{size} free").format(size=size_words(group.free)),
        _("The volume is allocated from the VG's free space. It can be extended later."),
        fields, propose, _no_space(group),
    )  # fmt: skip


def _add(inventory: Inventory, group: VolumeGroup) -> Task:
    disks = volumes.free_disks(inventory)

    def fields() -> tuple[Field, ...]:
        choices = (
            Choice(disk.name, f"{clean(disk.path, 40)} {size_words(disk.size)}".strip()) for disk in disks
        )
        return (ChoiceField(_("Disk"), tuple(choices), id=DISK),)

    def propose(typed: Typed) -> Proposal:
        disk = next(disk for disk in disks if disk.name == typed(DISK))
        return volumes.add_disk(inventory, group, disk)

    def read(host: Host, typed: Typed) -> Proposal:
        disk = next(disk for disk in disks if disk.name == typed(DISK))
        return volumes.add_disk(inventory, group, disk, contents(host, inventory, disk))

    return Task(
        "a", _("Add a disk"), enumerated(clean(disk.path, 30) for disk in disks[:3]),
        _("The disk becomes a PV of the VG, which then depends on it. What is on it is lost."),
        fields, propose, "" if disks else _("no unused iSCSI disk; scan for new LUNs first"), read,
    )  # fmt: skip


def _snapshot(inventory: Inventory, group: VolumeGroup) -> Task:
    origins = [
        volume
        for volume in _volumes(inventory, group)
        if volume.active and not volume.origin and not _is_pool(volume)
    ]

    def fields() -> tuple[Field, ...]:
        first = origins[0].name
        return (
            _of_volumes(origins),
            _name(inventory, group, f"{first}_snap"),
            _size(group, "10%", note=_("not needed for a thin volume")),
        )

    def propose(typed: Typed) -> Proposal:
        origin = _named(origins, typed(VOLUME))
        return volumes.snapshot(inventory, origin, typed(NAME), _bytes(typed(SIZE), group.free))

    reason = _("there is no active volume") if not origins else ""
    if origins and not any(volume.pool for volume in origins):
        reason = _no_space(group)
    return Task(
        "s", _("Take a snapshot"), _("the current state of a volume"),
        _("Preserves the current state of a volume, for example before an upgrade. It is not a backup."),
        fields, propose, reason,
    )  # fmt: skip


def _roll_back(inventory: Inventory, group: VolumeGroup) -> Task:
    snapshots = [volume for volume in _volumes(inventory, group) if volume.origin]

    def fields() -> tuple[Field, ...]:
        return (_of_volumes(snapshots),)

    def propose(typed: Typed) -> Proposal:
        return volumes.roll_back(inventory, _named(snapshots, typed(VOLUME)))

    return Task(
        "b", _("Roll back to a snapshot"), _("loses what was written since"),
        _("The volume becomes what it was when the snapshot was taken. You must type a word to confirm."),
        fields, propose, "" if snapshots else _("there is no snapshot"),
    )  # fmt: skip


def _move(inventory: Inventory, group: VolumeGroup) -> Task:
    members = inventory.members_of(group)

    def fields() -> tuple[Field, ...]:
        choices = (
            Choice(
                volume.uuid,
                _("{path} ({used} used)").format(
                    path=clean(volume.path, 40), used=size_words(volume.size - volume.free)
                ),
            )
            for volume in members
        )
        return (
            ChoiceField(_("Empty"), tuple(choices), id=DISK),
            CheckField(_("Then"), _("remove it from the VG (vgreduce, pvremove)"), value=True, id=LEAVE),
        )

    def propose(typed: Typed) -> Proposal:
        source = next(volume for volume in members if volume.uuid == typed(DISK))
        return volumes.move_off(inventory, source, leave=typed(LEAVE) == "yes")

    return Task(
        "m", _("Empty a disk"), _("move its extents to the other PVs"),
        _("All extents of one PV are moved to the others while in use, so the LUN can be removed."),
        fields, propose, "" if len(members) > 1 else _("the VG has only one PV; add another disk first"),
    )  # fmt: skip


def _rename(inventory: Inventory, group: VolumeGroup) -> Task:
    found = _volumes(inventory, group)

    def fields() -> tuple[Field, ...]:
        here = Choice(GROUP, _("the VG {name}").format(name=clean(group.name, 40)))
        return (
            ChoiceField(
                _("Rename"),
                (*(Choice(volume.name, clean(volume.name, 40)) for volume in found), here),
                id=VOLUME,
            ),
            TextField(_("To"), "", validate=_good_name, max_length=127, id=NAME),
        )

    def propose(typed: Typed) -> Proposal:
        if typed(VOLUME) == GROUP:
            return renaming.rename_group(inventory, group, typed(NAME))
        return renaming.rename_volume(inventory, _named(found, typed(VOLUME)), typed(NAME))

    return Task(
        "r", _("Rename"), _("a volume, or the VG"),
        _("The names under /dev change too. An fstab line with the old path is updated."),
        fields, propose,
    )  # fmt: skip


def _pool(inventory: Inventory, group: VolumeGroup) -> Task:
    extents = group.free_extents
    room = max(0, extents - metadata_extents(extents, group.extent_size)) * group.extent_size

    def fields() -> tuple[Field, ...]:
        return (_name(inventory, group, "pool"), _size(group, "50%"))

    def propose(typed: Typed) -> Proposal:
        return volumes.thin_pool(group, typed(NAME), _bytes(typed(SIZE), room))

    return Task(
        "p", _("New thin pool"), _("space that thin volumes share"),
        _("Thin volumes share the space of a pool and allocate it as they are written to."),
        fields, propose, _no_space(group) if room else _("the VG has no room for a pool"),
    )  # fmt: skip


def _thin(inventory: Inventory, group: VolumeGroup) -> Task:
    pools = [volume for volume in _volumes(inventory, group) if _is_pool(volume)]

    def fields() -> tuple[Field, ...]:
        choices = tuple(
            Choice(pool.name, f"{clean(pool.name, 40)} {size_words(pool.size)}") for pool in pools
        )
        return (
            ChoiceField(_("Pool"), choices, id=POOL),
            _name(inventory, group, ""),
            TextField(_("Size"), "10G", width=12, max_length=20, validate=_wrong_bytes, id=SIZE),
        )

    def propose(typed: Typed) -> Proposal:
        size = _bytes(typed(SIZE), 0)
        return volumes.thin_volume(inventory, _named(pools, typed(POOL)), typed(NAME), size)

    return Task(
        "t", _("New thin volume"), _("space is allocated on write"),
        _("It has the size you give it, and allocates space in its pool only for what is written."),
        fields, propose, "" if pools else _("there is no thin pool yet"),
    )  # fmt: skip


def _remove(inventory: Inventory, group: VolumeGroup) -> Task:
    found = _volumes(inventory, group)

    def fields() -> tuple[Field, ...]:
        return (_of_volumes(found),)

    def propose(typed: Typed) -> Proposal:
        return volumes.remove_volume(inventory, _named(found, typed(VOLUME)))

    return Task(
        "x", _("Remove a volume"), _("with all its data"),
        _("An unused volume is removed with all its data. You must type a word to confirm."),
        fields, propose, "" if found else _("there is no volume"),
    )  # fmt: skip


def _volumes(inventory: Inventory, group: VolumeGroup) -> list[LogicalVolume]:
    return sorted(inventory.volumes_of(group), key=lambda volume: volume.name)


def _is_pool(volume: LogicalVolume) -> bool:
    return volume.kind is VolumeKind.THIN_POOL


def _named(found: Iterable[LogicalVolume], name: str) -> LogicalVolume:
    return next(volume for volume in found if volume.name == name)


def _no_space(group: VolumeGroup) -> str:
    if group.extent_size and group.free >= group.extent_size:
        return ""
    return _("the VG has no free space; add a disk (a) or grow it (g in the console)")


def _of_volumes(found: Iterable[LogicalVolume]) -> ChoiceField:
    choices = (Choice(volume.name, f"{clean(volume.name, 40)} {size_words(volume.size)}") for volume in found)
    return ChoiceField(_("Volume"), tuple(choices), id=VOLUME)


def _name(inventory: Inventory, group: VolumeGroup, offered: str) -> TextField:
    taken = [volume.name for volume in inventory.volumes_of(group)]

    def wrong(text: str) -> str | None:
        return _sentence(logical_volume_name_problems(text, group.name, taken, NAME))

    return TextField(_("Name"), offered, validate=wrong, max_length=127, id=NAME)


def _good_name(text: str) -> str | None:
    return _sentence(volume_group_name_problems(text, (), NAME))


class SizeField(TextField):
    """A size, or a share of what is free in the VG: beside it stands how much that is.

    Args:
        free: bytes that are free in the VG.
        offered: what it holds at first.
        note: what else is good to know.
    """

    def __init__(self, free: int, offered: str, note: str) -> None:
        super().__init__(_("Size"), offered, width=12, max_length=20, validate=_wrong_size, id=SIZE)
        self._free, self._note = free, note

    def on_mount(self) -> None:
        """Say how much the offered size is."""
        self._say()

    @on(Field.Changed)
    def _say(self) -> None:
        free = size_words(self._free)
        if isinstance(parse(self.value), Share):
            amount = size_words(_bytes(self.value, self._free))
            words = _("{amount} of the {free} free").format(amount=amount, free=free)
        else:
            words = _("10G, or a share of the {free} free").format(free=free)
        self.hint = f"{words}; {self._note}" if self._note else words


def _size(group: VolumeGroup, offered: str, *, note: str = "") -> SizeField:
    return SizeField(group.free, offered, note)


def _wrong_size(text: str) -> str | None:
    return _sentence(problems(text, SIZE))


def _wrong_bytes(text: str) -> str | None:
    return None if isinstance(parse(text), Bytes) else _("Enter a size such as 10G.")


def _sentence(found: tuple[Problem, ...]) -> str | None:
    return f"{found[0].summary} {found[0].remedy}" if found else None


def _bytes(text: str, free: int) -> int:
    """Bytes of what was typed; a share counts of what is free, rounded down."""
    match parse(text):
        case Bytes(count):
            return count
        case Share(part):
            return int(free * part)
        case None:
            return 0
