"""The words for a layer and for its health: the same on every screen, in `status` and without a person."""

from tui.storage.stacks.rung import Health, RungKind
from tui.words import translate as _


def layer_word(kind: RungKind) -> str:
    """The field's own short word for a layer."""
    return {
        RungKind.PORTAL: _("portal"),
        RungKind.SESSION: _("session"),
        RungKind.LUN: _("LUN"),
        RungKind.MULTIPATH: _("multipath"),
        RungKind.RAID: _("RAID"),
        RungKind.PARTITION: _("partition"),
        RungKind.CRYPT: _("encrypted"),
        RungKind.OTHER_DEVICE: _("device"),
        RungKind.PHYSICAL_VOLUME: _("PV"),
        RungKind.VOLUME_GROUP: _("VG"),
        RungKind.LOGICAL_VOLUME: _("LV"),
        RungKind.FILESYSTEM: _("filesystem"),
        RungKind.MOUNT: _("mount"),
        RungKind.SWAP: _("swap"),
    }[kind]


def health_word(health: Health) -> str:
    """The word for a health; `widgets.state.state_word` says the same of the state it is drawn in."""
    return {
        Health.GOOD: _("ok"),
        Health.WARN: _("warning"),
        Health.DEGRADED: _("degraded"),
        Health.BAD: _("broken"),
        Health.ABSENT: _("not there"),
        Health.UNKNOWN: _("unknown"),
        Health.AS_WISHED: _("intended"),
    }[health]
