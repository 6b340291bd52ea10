"""F03: lines of fstab for network volumes without _netdev."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.filesystem.fstab_lines import (
    NOT_LOCAL,
    lines_on_luns,
    place_of_line,
    rung_of_line,
)
from tui.recovery.findings.repair_plans import repair
from tui.storage.files.mount_options import DEVICE_TIMEOUT
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.files import FstabEntry
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_options
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

NO_NETDEV = "F03.no-netdev"


def missing_netdev(evidence: Evidence) -> Iterator[Finding]:
    """F03: a risk for each line of fstab for a volume on a LUN that does not say it needs the network."""
    for entry, _device, line in lines_on_luns(evidence):
        if "_netdev" in entry.options or set(entry.options) & set(NOT_LOCAL):
            continue
        swap = entry.kind == "swap"
        place = clean(place_of_line(entry), 80)
        wanted = ("_netdev", "nofail", f"x-systemd.device-timeout={DEVICE_TIMEOUT}s")
        reason = _("The volume is on the network, so it must be mounted after the login.")
        title = _("Mark {place} in {fstab} as needing the network (_netdev)").format(fstab=FSTAB, place=place)
        careful = _("The boot then waits at most {seconds} s for it, and continues without it.").format(
            seconds=DEVICE_TIMEOUT
        )
        strict_title = _("Same, but fail the boot if it is missing")
        strict = _(
            "For a volume that every service of this host needs: without it the boot ends in the "
            "rescue shell."
        )
        meaning = (
            _(
                "systemd treats it as a local disk: at boot it waits for it before the network and the login "
                "are up, and gives up. At shutdown the network may stop before it is disabled, and what is "
                "on it is lost to the programs."
            )
            if swap
            else _(
                "systemd treats it as a local disk: it tries to mount it before the network and the "
                "login are up, and the boot ends in the rescue shell. At shutdown the network may stop "
                "before it is unmounted, and the shutdown hangs."
            )
        )
        yield Finding(
            NO_NETDEV,
            _("The fstab line of {place} does not say that the volume needs the network (_netdev).").format(
                place=place
            ),
            meaning,
            RungKind.SWAP if swap else RungKind.MOUNT,
            (rung_of_line(evidence, entry),),
            seen=(
                Seen(f"{FSTAB}:{entry.line}", (clean(line.strip()),)),
                *_unit_seen(evidence, entry),
            ),
            ruled_out=(RuledOut(_("a local disk"), _("The device that it names is on a LUN of a session.")),),
            fixes=(
                Fix(
                    title,
                    careful,
                    repair(title, careful, ChangeFstabLine(line, with_options(line, wanted), reason)),
                    confirm=(
                        _(
                            "May this host start without it? Services may then write to the empty "
                            "directory until it is mounted."
                        ),
                    ),
                ),
                Fix(
                    strict_title,
                    strict,
                    repair(
                        strict_title, strict, ChangeFstabLine(line, with_options(line, wanted[:1]), reason)
                    ),
                ),
            ),
            never=(
                Never(
                    _("Delete the line without keeping a copy"),
                    _("Nobody then knows what was mounted where, and with which options."),
                ),
            ),
            weight=Weight.RISK,
        )


def _unit_seen(evidence: Evidence, entry: FstabEntry) -> Iterator[Seen]:
    unit = mount_unit(entry.mount_point)
    found = next((known for known in evidence.units if known.name == unit), None)
    if found is not None and found.required_by:
        yield Seen(f"systemctl show {clean(unit)}", (f"RequiredBy={clean(' '.join(found.required_by))}",))
