"""From a capture to what it says of its host: the diagnosis is that of `doctor --recorded`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tui.fleet.cells import lun_cell, portal_cell, target_cell
from tui.fleet.compared import read_compared
from tui.fleet.expecting import expected
from tui.fleet.facts import (
    GroupFacts,
    HostFacts,
    LunFacts,
    PortalFacts,
    TargetFacts,
    Unreadable,
    UseFacts,
)
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.gather import gather
from tui.storage.host.interface import Answer, Host
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Portal, SessionState
from tui.storage.probe.iscsi.iscsid_conf import read_iscsid_conf
from tui.storage.problem import ConsoleError, Problem
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

WITHIN = 20.0
"""Seconds that the diagnosis of one capture may take: it waits for nothing but the processor."""

_UNIQUE = ("naa.2", "naa.5", "naa.6", "eui.")
"""Identities that vendors assign worldwide (SPC-5 7.7.6). Others (`t10.`, NAA 3h) repeat: that of tgt's first
LUN is the same on every array."""

_NAME = 223
"""Characters of the longest iSCSI name (RFC 7143 4.2.7)."""
_WORD = 100


def read_capture(path: Path) -> HostFacts | Unreadable:
    """What one file says; never raises.

    Args:
        path: a capture, or whatever else lies in the directory.
    """
    file = clean(path.name)
    try:
        host = RecordedHost(str(path))
        return facts_of(file, host, diagnose(gather(host, WITHIN)))
    except ConsoleError as error:
        return Unreadable(file, _why_unreadable(error.problem))
    except (MemoryError, RecursionError):
        return Unreadable(file, _("It is too large or too deep to be read."))
    except Exception as error:  # noqa: BLE001 (a stranger's file: the others count)
        return Unreadable(file, _("Reading it failed ({kind}).").format(kind=type(error).__name__))


def _why_unreadable(problem: Problem) -> str:
    """Why `RecordedHost` refused a file, in a few words; which file it is, is known."""
    evidence = enumerated(problem.evidence) or problem.summary
    if problem.code == "recorded.malformed":
        return _("not a capture of this program, or truncated ({why})").format(why=evidence)
    return evidence


def facts_of(file: str, host: Host, diagnosis: Diagnosis) -> HostFacts:
    """What is compared, of a captured host and the diagnosis of it.

    Args:
        file: name of the capture.
        host: the captured host.
        diagnosis: of the same host.
    """
    inventory, judgement = diagnosis.evidence.inventory, diagnosis.judgement
    compared = read_compared(host)
    system = (inventory.distribution.identifier, inventory.distribution.version)
    layers = _Layers(diagnosis)
    return HostFacts(
        file,
        clean(inventory.host, _WORD),
        diagnosis.evidence.now,
        whole=inventory.root and not inventory.unseen,
        machine=compared.machine,
        addresses=tuple(sorted({nic.address for nic in diagnosis.evidence.nics if nic.address.strip("0:")})),
        initiator=clean(inventory.initiator.name, _NAME),
        system=clean(" ".join(word for word in system if word), _WORD),
        versions=compared.versions,
        settings=_settings(host),
        verdict=judgement.verdict,
        problems=judgement.problems,
        told=tuple(told for told in judgement.told if not told.reason),
        unexplained=len(diagnosis.unexplained),
        luns=tuple(layers.luns()),
        targets=tuple(layers.targets()),
        portals=tuple(layers.portals()),
        uses=tuple(layers.uses()),
        groups=tuple(layers.groups()),
        expected=tuple(dict.fromkeys(expected(diagnosis))),
    )


def _settings(host: Host) -> tuple[tuple[str, str], ...]:
    """What iscsid.conf sets; CHAP and names differ from host to host by right."""
    found = {
        clean(setting.key, _WORD): clean(setting.value, _WORD)
        for setting in read_iscsid_conf(host).lines
        if isinstance(setting.value, str) and ".auth." not in setting.key
    }
    return tuple(sorted(found.items()))


class _Layers:
    """The layers of one host, each of its LUNs, targets and portals once."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self._inventory = diagnosis.evidence.inventory
        self._answers = {_place(reply.portal): reply.answer.answer for reply in diagnosis.evidence.portals}
        self._rungs = {rung.key: rung for stack in diagnosis.stacks for rung in stack.rungs}
        self._paths: dict[str, list[Lun]] = {}
        self._below: dict[str, set[str]] = {}
        for lun in self._inventory.luns:
            if lun.kind == 0:
                key = self._key(lun)
                self._paths.setdefault(key, []).append(lun)
                for device in (lun.disk, *(upper.name for upper in self._inventory.above(lun.disk))):
                    self._below.setdefault(device, set()).add(key)
        self._below.pop("", None)

    def _key(self, lun: Lun) -> str:
        return clean(lun.wwid, _NAME) if lun.wwid.startswith(_UNIQUE) else self._lun_place(lun)

    def _lun_place(self, lun: Lun) -> str:
        session = self._inventory.session(lun.sid)
        target = clean(session.target, _NAME) if session is not None else ""
        return _("{target} LUN {number}").format(target=target, number=lun.number)

    def luns(self) -> Iterator[LunFacts]:
        """The LUNs."""
        inventory = self._inventory
        used = self._used()
        on = self._held()
        for key, paths in self._paths.items():
            first = paths[0]
            rungs = [rung for lun in paths if (rung := self._rung_of(lun)) is not None]
            yield LunFacts(
                key,
                clean(first.wwid, _NAME),
                tuple(dict.fromkeys(self._lun_place(lun) for lun in paths)),
                min((lun.size for lun in paths if lun.size), default=0),
                clean(" ".join(word for word in (first.vendor, first.model) if word), _WORD),
                lun_cell(rungs, used.get(key, ())),
                tuple(sorted(on.get(key, ()))),
                _policy(inventory, first.disk),
            )

    def _rung_of(self, lun: Lun) -> Rung | None:
        session = self._inventory.session(lun.sid)
        return self._rungs.get(lun_key(session, lun)) if session is not None else None

    def _used(self) -> dict[str, list[str]]:
        """What is mounted, swap space, or active on each LUN, in words."""
        found: dict[str, list[str]] = {}
        for use in self.uses():
            for key in use.luns:
                found.setdefault(key, []).append(use.place)
        for volume in self._inventory.logical_volumes:
            for key in self._below.get(volume.device, ()):
                if not any(place for place in found.get(key, ()) if not place.startswith("LV ")):
                    words = f"LV {clean(volume.volume_group, _WORD)}/{clean(volume.name, _WORD)}"
                    found.setdefault(key, []).append(words)
        return found

    def _held(self) -> dict[str, set[str]]:
        """What each LUN holds that a host can expect by its UUID."""
        inventory = self._inventory
        held = [(one.device, f"fs:{one.uuid}") for one in inventory.filesystems if one.uuid]
        held += [(one.device, f"pv:{one.uuid}") for one in inventory.physical_volumes if one.uuid]
        found: dict[str, set[str]] = {}
        for device, what in held:
            for key in self._below.get(device, ()):
                found.setdefault(key, set()).add(clean(what, _WORD))
        return found

    def uses(self) -> Iterator[UseFacts]:
        """What is mounted on LUNs, and the swap space there."""
        inventory = self._inventory
        uuids = {one.device: one.uuid for one in inventory.filesystems}
        seen: set[tuple[str, str]] = set()
        for mount in inventory.mounts:
            luns = self._on(mount.devices)
            uuid = uuids.get(mount.device, "")
            if luns and (uuid, mount.target) not in seen:
                seen.add((uuid, mount.target))
                kind, place = clean(mount.kind, _WORD), clean(mount.target, _NAME)
                yield UseFacts(clean(uuid, _WORD), kind, place, luns, mount.read_only)
        for swap in inventory.swaps:
            luns = self._on((swap.device,))
            device = inventory.device(swap.device)
            if luns:
                uuid = device.content_uuid if device is not None else ""
                yield UseFacts(clean(uuid, _WORD), "swap", "swap", luns)

    def _on(self, devices: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({key for device in devices for key in self._below.get(device, ())}))

    def groups(self) -> Iterator[GroupFacts]:
        """The VGs on LUNs that LVM lets this host use alone."""
        inventory = self._inventory
        for group in inventory.volume_groups:
            luns = self._on(member.device for member in inventory.members_of(group))
            if luns and group.uuid and not (group.foreign or group.shared or group.exported):
                active = any(volume.active for volume in inventory.volumes_of(group))
                name, owner = clean(group.name, _WORD), clean(group.system_id, _WORD)
                yield GroupFacts(name, clean(group.uuid, _WORD), owner, active, luns)

    def targets(self) -> Iterator[TargetFacts]:
        """The targets of records and sessions."""
        sessions: dict[str, list[Rung]] = {}
        for rung in self._rungs.values():
            if rung.kind is RungKind.SESSION and rung.target:
                sessions.setdefault(rung.target, []).append(rung)
        for target, rungs in sessions.items():
            yield TargetFacts(clean(target, _NAME), target_cell(rungs), tuple(self._record_settings(target)))

    def _record_settings(self, target: str) -> Iterator[tuple[str, str]]:
        """The settings of its records; those of which some cannot be read are left out."""
        records = [record for record in self._inventory.node_records if record.target == target]
        readable = [record for record in records if record.readable]
        if not readable or len(readable) < len(records):
            return
        for name, setting in _SETTINGS:
            values = {
                str(value) for record in readable if (value := getattr(record.timers, name)) is not None
            }
            if values:
                yield setting, " / ".join(sorted(values))
        startups = {clean(record.startup, _WORD) for record in readable if record.startup}
        if startups:
            yield "node.startup", " / ".join(sorted(startups))

    def portals(self) -> Iterator[PortalFacts]:
        """The portals of records and sessions, each once for all targets."""
        inventory = self._inventory
        places: dict[str, set[str]] = {}
        up: set[str] = set()
        for portal in (
            *(session.portal for session in inventory.sessions),
            *(record.portal for record in inventory.node_records),
        ):
            if portal.address:
                places.setdefault(_place(portal), set()).add(portal.label)
        for session in inventory.sessions:
            if session.state is SessionState.LOGGED_IN:
                up.add(_place(session.portal))
        standing: dict[str, list[Rung]] = {}
        for rung in self._rungs.values():
            if rung.kind is RungKind.SESSION:
                for lower in rung.stands_on:
                    portal_rung = self._rungs.get(lower)
                    if portal_rung is not None:
                        standing.setdefault(portal_rung.name, []).append(rung)
        for place, labels in places.items():
            answer = self._answers.get(place)
            reached = True if place in up else None if answer is None else answer is Answer.OPEN
            rungs = [rung for label in labels for rung in standing.get(label, ())]
            name = clean(place, _NAME)
            yield PortalFacts(name, portal_cell(rungs, answer, reached=reached), reached)


_SETTINGS = (
    ("replacement_timeout", "node.session.timeo.replacement_timeout"),
    ("login_timeout", "node.conn[0].timeo.login_timeout"),
    ("login_retries", "node.session.initial_login_retry_max"),
    ("noop_interval", "node.conn[0].timeo.noop_out_interval"),
    ("noop_timeout", "node.conn[0].timeo.noop_out_timeout"),
)
"""Fields of `Timers`, and the settings of a node record that they are read from."""


def _place(portal: Portal) -> str:
    """`ADDRESS:PORT` in one spelling; of a host name what it stands for, where that is known."""
    numeric = sorted(place for place in portal.places if Portal(*place).is_numeric)
    return Portal(*(numeric or sorted(portal.places))[0]).label


def _policy(inventory: Inventory, disk: str) -> str:
    """How the kernel uses the paths of the map over a disk, where all of them are good."""
    found = inventory.map_over(disk)
    if found is None or found.policy is None or len(found.good_paths) < len(found.paths):
        return ""
    policy = found.policy
    return enumerated(
        (
            clean(policy.selector, _WORD),
            clean(policy.handler, _WORD) or _("no hardware handler"),
            _("one priority group") if policy.groups == 1 else _("several priority groups"),
            _("queue_if_no_path") if policy.queues else _("fails without a path"),
        )
    )
