"""What the person decides, one small struct a step. A step that is not answered yet is None.

Every attribute's name is the `field` of the problems found in it. Secrets are `Secret`, and are not kept
when the set-up is left.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.setup.step import Step
from tui.storage.iscsi.chap import NO_CHAP, NO_SECRET, ChapKind, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.model.iscsi import InterfaceRecord, Portal, Timers
from tui.storage.secret import Secret

NO_TIMERS = Timers()


class NameAnswer(Struct, frozen=True):
    """The initiator name, and whether what is missing may be installed and started.

    Attributes:
        name: as typed; `iscsi_name.name_problems` gives its normal form.
        prepare: install missing packages, load the kernel module, start and enable the daemon.
    """

    name: str = ""
    prepare: bool = True


class ChapChoice(Struct, frozen=True):
    """CHAP for one purpose (discovery or session).

    Attributes:
        kind: none, one-way or mutual.
        username: the name the host proves itself with.
        password: the secret for it. Empty while the host already stores one: that one is kept.
        username_in: the name the target proves itself with.
        password_in: the secret for that; empty as above.
    """

    kind: ChapKind = ChapKind.NONE
    username: str = ""
    password: Secret = NO_SECRET
    username_in: str = ""
    password_in: Secret = NO_SECRET

    @property
    def settings(self) -> ChapSettings:
        """What is written into a record: only what the kind asks for."""
        if self.kind is ChapKind.NONE:
            return NO_CHAP
        if self.kind is ChapKind.ONE_WAY:
            return ChapSettings(self.username, self.password)
        return ChapSettings(self.username, self.password, self.username_in, self.password_in)


class ChapScope(StrEnum):
    """Where the CHAP settings are stored."""

    RECORDS = "records"
    """With the portal asked and the targets chosen here, and nowhere else."""
    DEFAULTS = "defaults"
    """Also as the default of iscsid.conf, so that every record made later begins with them."""


class ChapAnswer(Struct, frozen=True):
    """CHAP for asking the portal and for using the target, which need not be the same."""

    discovery: ChapChoice = ChapChoice()
    session: ChapChoice = ChapChoice()
    scope: ChapScope = ChapScope.RECORDS


class DiscoverAnswer(Struct, frozen=True):
    """Where targets are looked for.

    Attributes:
        kind: SendTargets, iSNS, firmware, or a target typed by hand.
        address: host name, IPv4 or IPv6 (brackets allowed); not asked for firmware.
        port: as typed; 3260 by default, 3205 for iSNS.
        ifaces: names of iface records to go through; empty for any network interface.
        new_iface: an iface record to make first, or None. Its name is among `ifaces`.
        target: the target's name; asked only for a target typed by hand.
    """

    kind: DiscoveryKind = DiscoveryKind.SENDTARGETS
    address: str = ""
    port: str = "3260"
    ifaces: tuple[str, ...] = ()
    new_iface: InterfaceRecord | None = None
    target: str = ""


class TargetChoice(Struct, frozen=True, order=True):
    """One record to use: a target at a portal through an iface."""

    target: str
    portal: Portal
    iface: str = "default"


class Startup(StrEnum):
    """node.startup: what happens to a record at boot."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    ONBOOT = "onboot"


class TimerPreset(StrEnum):
    """Which timers the records get."""

    SINGLE = "single"
    """One path: queue I/O for two minutes while the path is lost."""
    MULTIPATH = "multipath"
    """Several paths: give a lost path up soon, so that the other one takes over."""
    KEEP = "keep"
    """Leave them as they are in the records."""


class TargetAnswer(Struct, frozen=True):
    """Which records are used, and how.

    Attributes:
        chosen: the records.
        startup: whether they are logged in at boot.
        preset: where the timers came from.
        timers: the numbers, in seconds; they may differ from the preset.
    """

    chosen: tuple[TargetChoice, ...] = ()
    startup: Startup = Startup.AUTOMATIC
    preset: TimerPreset = TimerPreset.SINGLE
    timers: Timers = NO_TIMERS


class LogInAnswer(Struct, frozen=True):
    """How the disks are used once they are there.

    Attributes:
        multipath: use a multipath map where one LUN is reached over several paths.
    """

    multipath: bool = True


class VolumesWay(StrEnum):
    """What happens to the disks."""

    EXISTING = "existing"
    """A volume that is there is used as it is."""
    NEW_GROUP = "new-group"
    EXISTING_GROUP = "existing-group"
    """New volumes in a group that is there; chosen disks that are not in it are added."""


class NewVolume(Struct, frozen=True):
    """A logical volume to make; `size` as typed: `10G`, `512 MiB`, `50%` of what the sized ones leave."""

    name: str
    size: str = "100%"


class VolumesAnswer(Struct, frozen=True):
    """What is wanted on the disks.

    Attributes:
        way: use what is there, a new group, or a group that is there.
        existing: what is used as it is: `VG/LV`, or the WWID of a disk that carries a file system itself.
        disks: WWIDs of the disks that a group is made of or extended with.
        group: name of the volume group.
        volumes: the logical volumes to make.
        erase: the disks whose content may be destroyed, each by its exact WWID or `IQN/LUN`.
    """

    way: VolumesWay = VolumesWay.NEW_GROUP
    existing: tuple[str, ...] = ()
    disks: tuple[str, ...] = ()
    group: str = ""
    volumes: tuple[NewVolume, ...] = ()
    erase: tuple[str, ...] = ()


class VolumeMount(Struct, frozen=True):
    """How one volume is mounted.

    Attributes:
        volume: `VG/LV`, or the WWID of a disk that carries a file system itself.
        kind: ext4, xfs or btrfs for a new file system; what is there for an existing one.
        label: of a new file system, or empty.
        mount_point: the folder.
        owner: user name or number for the folder, or empty to leave it.
        group: likewise.
        mode: permission bits in octal, such as `0755`, or empty to leave them.
        options: mount options.
    """

    volume: str
    kind: str = "ext4"
    label: str = ""
    mount_point: str = ""
    owner: str = ""
    group: str = ""
    mode: str = ""
    options: tuple[str, ...] = ("rw", "noatime")


class MountAnswer(Struct, frozen=True):
    """How the volumes are mounted, one entry a volume."""

    mounts: tuple[VolumeMount, ...] = ()


class BootWay(StrEnum):
    """How the mount comes back after a reboot."""

    FSTAB_UUID = "fstab-uuid"
    FSTAB_PATH = "fstab-path"
    MOUNT_UNIT = "mount-unit"
    NONE = "none"
    """Not at all: it is mounted until the next reboot."""


class BootAnswer(Struct, frozen=True):
    """What is arranged for the next boot.

    Attributes:
        way: fstab by UUID or by path, a systemd mount unit, or nothing.
        device_timeout: seconds the boot waits for the disk, as typed.
        services: enable the services that log in and activate at boot.
        replace_rc_local: take old lines that log in or mount this out of rc.local.
    """

    way: BootWay = BootWay.FSTAB_UUID
    device_timeout: str = "60"
    services: bool = True
    replace_rc_local: bool = True


Answer = (
    NameAnswer
    | ChapAnswer
    | DiscoverAnswer
    | TargetAnswer
    | LogInAnswer
    | VolumesAnswer
    | MountAnswer
    | BootAnswer
)
"""The answer of any step."""


class Answers(Struct, frozen=True):
    """All answers; None where the person has not decided, so that the defaults stand."""

    name: NameAnswer | None = None
    chap: ChapAnswer | None = None
    discover: DiscoverAnswer | None = None
    target: TargetAnswer | None = None
    log_in: LogInAnswer | None = None
    volumes: VolumesAnswer | None = None
    mount: MountAnswer | None = None
    boot: BootAnswer | None = None

    def with_answer(self, answer: Answer) -> "Answers":
        """The same answers with one replaced."""
        match answer:
            case NameAnswer():
                return replace(self, name=answer)
            case ChapAnswer():
                return replace(self, chap=answer)
            case DiscoverAnswer():
                return replace(self, discover=answer)
            case TargetAnswer():
                return replace(self, target=answer)
            case LogInAnswer():
                return replace(self, log_in=answer)
            case VolumesAnswer():
                return replace(self, volumes=answer)
            case MountAnswer():
                return replace(self, mount=answer)
            case BootAnswer():
                return replace(self, boot=answer)

    def of(self, step: Step) -> Answer | None:
        """The answer of a step, or None where it is not decided or the step asks nothing."""
        answers: dict[Step, Answer | None] = {
            Step.NAME: self.name,
            Step.CHAP: self.chap,
            Step.DISCOVER: self.discover,
            Step.TARGET: self.target,
            Step.LOG_IN: self.log_in,
            Step.VOLUMES: self.volumes,
            Step.MOUNT: self.mount,
            Step.BOOT: self.boot,
        }
        return answers.get(step)


NOTHING_DECIDED = Answers()
