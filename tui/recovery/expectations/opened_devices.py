"""F52: encrypted devices that crypttab opens, and arrays of md that assemble by themselves."""

from collections.abc import Iterator

from tui.maintenance.disconnect_back import lasting_path
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.fstab_lines import names_device
from tui.recovery.expectations.unit_text import unit_seen
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, Seen
from tui.recovery.findings.repair_plans import repair, rung_on
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.recovery.wished import wished
from tui.storage.devices.identity import luns_below
from tui.storage.files.unit_names import escape_path
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import CrypttabEntry
from tui.storage.operations.arrays.md import AssembleArray
from tui.storage.operations.crypt.luks import OpenLuks, opened
from tui.storage.probe.mounts.crypttab import CRYPTTAB
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

NOT_OPEN = "F52.not-open"
NOT_ASSEMBLED = "F52.not-assembled"


def expected_devices(evidence: Evidence) -> Iterator[Expectation]:
    """One for each device of crypttab that is opened at boot, and for each array of md on LUNs.

    Only those on a LUN, or that need the network, or whose device is not here.
    """
    yield from _encrypted(evidence)
    yield from _arrays(evidence)


def _encrypted(evidence: Evidence) -> Iterator[Expectation]:
    inventory, away = evidence.inventory, wished(evidence)
    for entry in inventory.crypttab:
        device = inventory.device(entry.device) if entry.device else None
        on_luns = device is not None and bool(luns_below(inventory, device))
        if not entry.at_boot or not (on_luns or "_netdev" in entry.options or _is_gone(entry, device)):
            continue
        is_open = any(known.map_name == entry.name for known in inventory.devices) or (
            device is not None and opened(inventory, device.content_uuid) is not None
        )
        source = Seen(f"{CRYPTTAB}:{entry.line}", (_line(entry),))
        standing = (
            Standing.MET if is_open else Standing.AS_WISHED if away.closed(entry.name) else Standing.UNMET
        )
        yield Expectation(
            Subject.ENCRYPTED,
            entry.name,
            source,
            standing,
            rungs=()
            if device is None
            else (f"crypt:{device.content_uuid}", rung_on(evidence.stacks, device.name)),
            device=entry.device,
            is_gone=device is None,
            told=_not_open(evidence, entry, device, source) if standing is Standing.UNMET else None,
        )


def _is_gone(entry: CrypttabEntry, device: BlockDevice | None) -> bool:
    """Whether its device is not here; swap with a random key, or a file, is the host's own affair."""
    return device is None and names_device(entry.spec) and not entry.key.startswith("/dev/")


def _line(entry: CrypttabEntry) -> str:
    """The line, without the path of its key."""
    key = _("(a key file)") if entry.key_file else entry.key or "none"
    return clean(f"{entry.name} {entry.spec} {key} {','.join(entry.options)}".strip())


def _not_open(evidence: Evidence, entry: CrypttabEntry, device: BlockDevice | None, source: Seen) -> Finding:
    name = clean(entry.name, 60)
    unit_name = f"systemd-cryptsetup@{escape_path(f'/{entry.name}')}.service"
    unit = next((unit for unit in evidence.boot_units if unit.name == unit_name), None)
    missing = _(
        "The disk of the encrypted device {name} is not on this host: {spec} (crypttab, line {line})."
    )
    closed = _("The encrypted device {name} is not open, though crypttab opens it at boot.")
    words = (missing if device is None else closed).format(
        name=name, spec=clean(entry.spec, 80), line=entry.line
    )
    return Finding(
        NOT_OPEN,
        words,
        _("What is on it cannot be used until it is opened. Nothing is damaged."),
        RungKind.CRYPT,
        (f"crypt:{device.content_uuid}",) if device is not None else (),
        device.name if device is not None else entry.name,
        seen=(source, *unit_seen(evidence, unit)),
        hypotheses=(
            Hypothesis(
                _("It was not opened at boot: no key, no answer, or the disk appeared too late."),
                _("`systemctl status {unit}` shows what it reported.").format(unit=clean(unit_name)),
            ),
        ),
        fixes=tuple(_opening(evidence, entry, device, clean(unit_name))),
        never=(Never(_("cryptsetup luksFormat"), _("It destroys the header, and all data with it.")),),
    )


def _opening(
    evidence: Evidence, entry: CrypttabEntry, device: BlockDevice | None, unit: str
) -> Iterator[Fix]:
    if device is None:
        yield Fix(
            _("Ask the storage administrator for the LUN"),
            _("No disk of this host is the one that crypttab names."),
            ask=storage_administrator(
                evidence,
                _("A volume that this host opens at boot is on none of the LUNs that are mapped to it."),
                _("Was a LUN unmapped from this initiator name, deleted, or replaced? Please map it again."),
                (_("Looked for: {spec}").format(spec=clean(entry.spec, 120)),),
            ),
            by_hand=("lsblk -f",),
        )
        return
    title, why = _("Open it"), _("Its device appears; the data does not change.")
    if not entry.key_file:
        by_hand = (f"systemctl start {unit}",)
        yield Fix(title, _("A passphrase or a token is needed, so you open it."), by_hand=by_hand)
        return
    discard = ("--allow-discards",) if "discard" in entry.options else ()
    path = lasting_path(evidence.inventory, device.name)
    step = OpenLuks(entry.name, path, device.content_uuid, entry.key_file, discard, unit)
    yield Fix(title, why, repair(title, why, step))


def _arrays(evidence: Evidence) -> Iterator[Expectation]:
    """Udev assembles every array whose members appear, unless mdadm.conf says otherwise (mdadm(8), -I)."""
    away = wished(evidence)
    left_alone = _left_alone(evidence.arrays)
    for stack in evidence.stacks:
        for rung in stack.rungs:
            if rung.kind is not RungKind.RAID or not rung.key.startswith("md:"):
                continue
            uuid = rung.key.removeprefix("md:")
            wanted = away.stopped_array(uuid) or left_alone
            missing = Standing.AS_WISHED if wanted else Standing.UNMET
            standing = missing if rung.health is Health.ABSENT else Standing.MET
            yield Expectation(
                Subject.ARRAY,
                rung.name,
                Seen("udev", (f"linux_raid_member {clean(uuid)}",)),
                standing,
                rungs=(rung.key, *rung.stands_on),
                device=rung.device,
                told=_not_assembled(rung, uuid) if standing is Standing.UNMET else None,
            )


def _left_alone(conf: str) -> bool:
    """Whether mdadm.conf(5) turns the assembly off: `AUTO -all`."""
    lines = (line.partition("#")[0].lower().split() for line in conf.split("\n"))
    return any(words[:1] == ["auto"] and "-all" in words and "+1.x" not in words for words in lines)


def _not_assembled(rung: Rung, uuid: str) -> Finding:
    name = clean(rung.name, 80)
    title, why = _("Assemble the array"), _("mdadm finds the members by the UUID in their superblocks.")
    step = AssembleArray(f"/dev/md/{uuid[:8]}", uuid)
    return Finding(
        NOT_ASSEMBLED,
        _("The array {name} is not assembled, though members of it are there.").format(name=name),
        _("What is on it cannot be used. Nothing is damaged."),
        RungKind.RAID,
        (rung.key,),
        seen=(Seen("udev", (f"linux_raid_member {clean(uuid)}",)),),
        hypotheses=(
            Hypothesis(
                _("Too few of its members appeared in time, so it was not started."),
                _("`mdadm --examine` of each member: how many the array has, and their event counts."),
            ),
            Hypothesis(_("Somebody stopped it."), _("Ask; then nothing is wrong.")),
        ),
        fixes=(Fix(title, why, repair(title, why, step)),),
        never=(
            Never(_("mdadm --create"), _("It writes new superblocks over the array.")),
            Never(
                _("mdadm --assemble --force before the event counts are compared"),
                _("An old member would be taken for a current one."),
            ),
        ),
    )
