"""What an answers file asks for: the answers of the steps, and wishes where the host decides with them."""

import hashlib
import json

from msgspec import Struct

from tui.setup.answers import (
    BootAnswer,
    ChapAnswer,
    DiscoverAnswer,
    LogInAnswer,
    NameAnswer,
    NewVolume,
    Startup,
    TimerPreset,
    VolumeMount,
    VolumesWay,
)
from tui.storage.codec import encode
from tui.storage.model.iscsi import Timers


class TargetWish(Struct, frozen=True):
    """Which of the targets found are wanted; empty tuples mean all of them."""

    names: tuple[str, ...] = ()
    portals: tuple[str, ...] = ()
    startup: Startup = Startup.AUTOMATIC
    preset: TimerPreset | None = None
    timers: Timers | None = None


class VolumesWish(Struct, frozen=True):
    """What is wanted on the disks; what is None is chosen when the disks are known."""

    way: VolumesWay | None = None
    existing: tuple[str, ...] = ()
    disks: tuple[str, ...] = ()
    group: str | None = None
    volumes: tuple[NewVolume, ...] = ()
    erase: tuple[str, ...] = ()


class MountWish(Struct, frozen=True):
    """How one volume is mounted; what is None is as the wizard would offer it."""

    volume: str
    kind: str | None = None
    label: str | None = None
    mount_point: str | None = None
    owner: str = ""
    group: str = ""
    mode: str = ""
    options: tuple[str, ...] | None = None

    def over(self, default: VolumeMount) -> VolumeMount:
        """The entry with what is left open filled in."""
        return VolumeMount(
            default.volume,
            default.kind if self.kind is None else self.kind,
            default.label if self.label is None else self.label,
            default.mount_point if self.mount_point is None else self.mount_point,
            self.owner,
            self.group,
            self.mode,
            default.options if self.options is None else self.options,
        )


class Script(Struct, frozen=True):
    """The content of an answers file. What is None is decided by the defaults of the step."""

    name: NameAnswer | None = None
    chap: ChapAnswer | None = None
    discover: DiscoverAnswer | None = None
    target: TargetWish = TargetWish()
    log_in: LogInAnswer | None = None
    volumes: VolumesWish = VolumesWish()
    mounts: tuple[MountWish, ...] = ()
    boot: BootAnswer | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same answers however the file is written; secrets have no part in it."""
        return hashlib.sha256(json.dumps(encode(self), sort_keys=True).encode()).hexdigest()
