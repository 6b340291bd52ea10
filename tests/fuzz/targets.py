"""Everything that takes what others wrote: parsers, documents, names."""

import contextlib
import json
from collections.abc import Callable
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from tests.fuzz.inputs import ROOT, Input, captures, corpus, whole_capture
from tests.hostile import NASTY, Maker, operations, places, spoil_with, spoiled
from tests.machines.in_use import host_in_use
from tests.recovery.making import HEALTHY, SILENT, evidence_of, lost
from tui.lab.san import SanError, parse as parse_array
from tui.maintenance.reconnect import disconnected
from tui.practice.notes import read_note
from tui.practice.progress import Progress
from tui.practice.rehearsal import lines
from tui.practice.rehearsal.compared import compare
from tui.practice.rehearsal.described import describe
from tui.practice.rehearsal.description import Described
from tui.recovery.diagnosis import diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.evidence import Evidence
from tui.recovery.gather import gather
from tui.recovery.gathering import device_mapper, host_side, identities, kernel_state, logs, lvm_side
from tui.recovery.gathering.network_paths import parse_segments
from tui.recovery.text import diagnosis_text
from tui.setup.answers_file import read_script
from tui.setup.kept import kept
from tui.setup.size_text import parse as parse_size
from tui.storage.changing.interrupted import all_interrupted
from tui.storage.codec import decode, encode
from tui.storage.files.mount_options import parse_options
from tui.storage.files.rc_local import relevant_lines, storage_lines
from tui.storage.host.recorded import RecordedHost
from tui.storage.host.recording import without_secrets
from tui.storage.iscsi.discovery import parse_targets
from tui.storage.iscsi.iscsi_name import is_usable_target, name_problems, name_warnings, normalise
from tui.storage.iscsi.record_file import edit_conf, edit_record
from tui.storage.lvm.filters import rejects
from tui.storage.lvm.metadata_backup import NotNotes, parse_notes
from tui.storage.model.iscsi import Portal
from tui.storage.news.daemon_log import daemon_line
from tui.storage.news.daemon_words import meaning_of_daemon_line
from tui.storage.news.kernel_log import kernel_line
from tui.storage.news.kernel_words import meaning_of_kernel_line
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.printing import json_text
from tui.storage.probe.devices import (
    all_signatures,
    fill,
    geometry,
    group_sequence,
    lvm_report,
    raid,
    signatures,
    sizes,
    udev,
)
from tui.storage.probe.holders import cgroup, users
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.iscsi import database, initiator, records, settings
from tui.storage.probe.mounts import crypttab, fstab, mounts
from tui.storage.probe.system import distribution, modules, services
from tui.storage.probe.system.routes import parse_addresses, parse_route
from tui.storage.problem import ConsoleError, problem_text
from tui.storage.stacks.judgement import judge
from tui.storage.stacks.stack import stacks
from tui.storage.status import status_json, status_text
from tui.storage.untrusted import as_typed, clean, clean_lines, visible_lines

Parse = Callable[[str], object]

_ARRAYS = tuple(path.read_text() for path in sorted((ROOT / "tui" / "lab" / "sans").glob("*.toml")))
_ANSWERS = tuple(path.read_text() for path in sorted((ROOT / "tui" / "lab" / "answers").glob("*.toml")))


class Target(Struct, frozen=True):
    """What takes inputs.

    Attributes:
        take: takes one; what it returns is printed text to look through, or anything else.
        weight: how often it is chosen.
        declared: what it may raise.
    """

    take: Callable[[Input], object]
    weight: int = 10
    declared: tuple[type[Exception], ...] = ()


def _parser(parse: Parse, *declared: type[Exception], like: str = "") -> Target:
    """What reads a text; most of its inputs are made of texts that hold `like`, its own kind."""

    def take(source: Input) -> object:
        own = source.random.random() < 0.8
        return (parse(source.text(_like(like) if own else ())),)

    return Target(take, declared=declared)


@cache
def _like(words: str) -> tuple[str, ...]:
    found = tuple(text for text in corpus() if words in text)
    assert found, words
    return found


def _capture(source: Input) -> str:
    document = source.document(source.random.choice(captures()))
    path = source.file(json.dumps(document, ensure_ascii=True), "capture.json")
    try:
        host = RecordedHost(path)
    except ConsoleError as error:
        return problem_text(error.problem)
    return told(gather(host, 30.0))


def _rehearsal(source: Input) -> str:
    """Of a capture whatever it says: refused in words, or described by values that are all allowed."""
    known = (whole_capture(), whole_capture(), source.random.choice(captures()))
    document = source.document(source.random.choice(known))
    path = source.file(json.dumps(document, ensure_ascii=True), "rehearsal.json")
    try:
        host = RecordedHost(path)
        inventory = take_inventory(host)
        found = describe(host, inventory)
    except ConsoleError as error:
        return problem_text(error.problem)
    assert decode(Described, encode(found)) == found
    beside = compare(inventory, take_inventory(host_in_use()), found.description.disks)
    said = [f"{difference.what}: {difference.why}" for difference in found.unlike]
    return "\n".join((*said, *(f"{one.thing} {one.host} {one.twin}" for one in beside.differences)))


def _kept(source: Input) -> str:
    """The lines that are kept of a configuration file; no sign of a shell is in them."""
    text = source.text(_like("node.name") if source.random.random() < 0.5 else _like("user_friendly_names"))
    kept = (lines.settings, lines.bindings, lines.wwids, lines.devices_file, lines.multipath_conf)
    said = "".join(keep(text).text for keep in kept)
    assert not set("`;&<>~\0") & set(said)
    return said


def _raw_capture(source: Input) -> str:
    text = json.dumps(source.random.choice(captures()))
    try:
        inventory = take_inventory(RecordedHost(source.file(source.text((text,)), "raw.json")))
    except ConsoleError as error:
        return problem_text(error.problem)
    return status_text(inventory, judge(stacks(inventory)))


def told(evidence: Evidence) -> str:
    """Everything that is printed of a host."""
    diagnosis = diagnose(evidence)
    judged = judge(evidence.stacks, diagnosis.judgement)
    return "\n".join(
        (
            status_text(evidence.inventory, judged),
            status_json(evidence.inventory, judged),
            diagnosis_text(diagnosis),
            json_text(diagnosis_document(diagnosis)),
        )
    )


@cache
def _evidence() -> tuple[Evidence, ...]:
    hosts = [make() for make in HEALTHY.values()]
    broken = [replace(host, daemon_answers=False, mounts=()) for host in hosts]
    return tuple(evidence_of(host, SILENT) for host in (*hosts, *broken, *map(lost, hosts)))


def _names(source: Input) -> str:
    evidence = source.random.choice(_evidence())
    known = sorted(places(evidence))
    chosen = frozenset(source.random.sample(known, source.random.randrange(1, len(known))))
    return told(spoiled(evidence, spoil_with(source.random.choice(NASTY), chosen)))


def _operation(source: Input) -> str:
    kinds = operations()
    operation = Maker(source.random.randrange(2**32)).make(Operation.kinds[source.random.choice(kinds)])
    undone = operation.undo()
    why_not = undone.reason if isinstance(undone, CannotUndo) else ""
    return "\n".join((operation.title(), operation.why(), *operation.shown(), *operation.loses(), why_not))


def _answers(source: Input) -> str:
    try:
        read_script(source.file(source.text(_ANSWERS), "answers.toml"))
    except ConsoleError as error:
        return problem_text(error.problem)
    return ""


def _journal(source: Input) -> str:
    kinds = operations()
    planned = [{"kind": source.random.choice(kinds), "fields": {}} for _turn in range(3)]
    lines = [
        json.dumps({"event": "plan", "title": "\x1b[2J", "sequence": 1, "operations": planned}),
        *(json.dumps({"event": word, "number": number}) for number in range(3) for word in ("begin", "done")),
    ]
    path = source.folder / "journals" / "one.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(source.text(("\n".join(lines) + "\n",)).encode(errors="surrogatepass"))
    said = []
    for found in all_interrupted(path.parent):
        if found.problem is not None:
            said.append(problem_text(found.problem))
        with contextlib.suppress(ConsoleError):
            said.append(clean(found.journal.plan().title))
        _parts = (found.left, found.risk, found.done, found.origin, found.journal.has_changes)
        said += [clean(found.journal.title), found.journal.who.person]
    return "\n".join(said)


def _progress(source: Input) -> None:
    text = '{"schema": 1, "practised": {"01-x": {"started": 1, "solved_at": 1.5}}}'
    source.file(source.text((text,)), "practice.json")
    Progress(source.folder).all()


class _OneFile:
    """A host that has one file, whatever it is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, _path: str) -> str:
        """The text."""
        return self._text

    def names(self, _path: str) -> tuple[str, ...]:
        """One note."""
        return ("20260101-000000-000.json",)


def _notes(source: Input) -> str:
    text = (
        '{"schema": 1, "at": 1.0, "subject": {"kind": "session", "name": "x", "key": "y"}, "operations": []}'
    )
    host = _OneFile(source.text((text,)))
    kept(host)  # type: ignore[arg-type]  # only its files are asked for
    found = disconnected(host)  # type: ignore[arg-type]  # likewise
    return "\n".join(problem_text(one.problem) for one in found if one.problem is not None)


def _initiator_name(source: Input) -> str:
    text = source.text()
    is_usable_target(text)
    _better, own = name_problems(normalise(text))
    found = (*own, *name_problems(text, for_target=True)[1], *name_warnings(text))
    return "\n".join(map(problem_text, found))


def _shown(source: Input) -> str:
    text = source.text().replace("FORGED", "")
    typed = as_typed(tuple(text.split("\n")[:20]))
    return "\n".join((visible_lines(text), clean(text), *clean_lines(text), typed))


_PORTAL = Portal("192.0.2.1", 3260)

TARGETS: dict[str, Target] = {
    "capture": Target(_capture, weight=6),
    "capture, raw": Target(_raw_capture, weight=4),
    "rehearsal": Target(_rehearsal, weight=12),
    "lines of a rehearsal": Target(_kept, weight=20),
    "names": Target(_names, weight=12),
    "operation": Target(_operation, weight=60),
    "answers": Target(_answers, weight=60),
    "journal": Target(_journal, weight=30),
    "progress": Target(_progress, weight=15),
    "notes": Target(_notes, weight=20),
    "shown": Target(_shown, weight=20),
    "practice note": _parser(read_note),
    "array": Target(lambda source: (parse_array(source.text(_ARRAYS)),), declared=(SanError,)),
    "size": _parser(parse_size, like="10G"),
    "initiator name": Target(_initiator_name),
    "LVM filter": _parser(lambda text: rejects(text, ("/dev/sda", "/dev/disk/by-id/x")), like="r|/dev"),
    "LVM metadata": _parser(parse_notes, NotNotes, like="seqno"),
    "LVM report": _parser(lambda text: lvm_report.parse_report(text, text), ValueError, like="pv_uuid"),
    "LVM system ID": _parser(lvm_report.parse_system_id),
    "LVM configuration": _parser(lvm_side.parse_sections),
    "node record": _parser(
        lambda text: records.parse_node_record(text, "iqn.x", _PORTAL, "default", "/x"), like="node.name"
    ),
    "discovery record": _parser(
        lambda text: records.parse_discovery_record(text, "isns", _PORTAL), like="node.name"
    ),
    "interface record": _parser(lambda text: records.parse_interface_record(text, "x"), like="node.name"),
    "portal": _parser(records.parse_portal, like="3260,1"),
    "settings": _parser(settings.parse_settings, like="node.name"),
    "initiator file": _parser(initiator.parse_initiator_file, like="InitiatorName"),
    "strings": _parser(
        lambda text: database.parse_strings(text, database.Database("/etc/iscsi", "/run/lock/iscsi"))
    ),
    "targets": _parser(parse_targets, like="3260,1"),
    "record, edited": _parser(
        lambda text: edit_record(text, {"node.startup": "manual"}), ValueError, like="node.name"
    ),
    "configuration, edited": _parser(
        lambda text: edit_conf(text, {"node.startup": "manual"}), like="node.name"
    ),
    "without secrets": _parser(without_secrets, like="node.name"),
    "mountinfo": _parser(mounts.parse_mountinfo, like=" - ext4"),
    "swaps": _parser(mounts.parse_swaps, like="Filename"),
    "fstab": _parser(fstab.parse_fstab, like="_netdev"),
    "crypttab": _parser(crypttab.parse_crypttab, like="luks-data"),
    "mount options": _parser(parse_options, like="rw,noatime"),
    "rc.local": _parser(
        lambda text: (storage_lines(text), relevant_lines(text, ("/srv/x",))), like="vgchange"
    ),
    "units": _parser(lambda text: services.parse_units(text, ("iscsid.service",)), like="ActiveState"),
    "unit states": _parser(host_side.parse_units, like="ActiveState"),
    "listening": _parser(lambda text: services.parse_listening(text, "x")),
    "modules": _parser(lambda text: (modules.parse_modules(text), modules.parse_builtin_modules(text))),
    "os-release": _parser(distribution.parse_os_release, like="ID=debian"),
    "geometry": _parser(lambda text: (geometry.parse_ext(text), geometry.parse_xfs(text)), like="Inode size"),
    "metadata numbers": _parser(group_sequence.parse_sequence, like="vg_seqno"),
    "blkid": _parser(signatures.parse_export, like="DEVNAME"),
    "wipefs": _parser(all_signatures.parse_wipefs, ValueError, like="signatures"),
    "file system sizes": _parser(
        lambda text: (sizes.parse_ext(text), sizes.parse_xfs(text), sizes.parse_btrfs(text, ("/dev/sda",)))
    ),
    "device-mapper": _parser(
        lambda text: device_mapper.parse_maps(text, device_mapper.parse_lines(text), {}), like="thin-pool"
    ),
    "fill": _parser(lambda text: (fill.parse_status(text), fill.parse_mapped(text)), like="thin-pool"),
    "RAID": _parser(lambda text: raid.parse_status(text, {0: ("sda",)}), like="raid1"),
    "udev": _parser(udev.parse_entry, like="ID_FS"),
    "process": _parser(lambda text: (users.parse_stat(text), kernel_state.parse_stat(text)), like="(a b)"),
    "cgroup": _parser(cgroup.parse_cgroup, like="0::"),
    "identity": _parser(
        lambda text: (
            identities.parse_answer(text),
            identities.parse_identity(text),
            identities.parse_capacity(text),
        )
    ),
    "route": _parser(lambda text: parse_route(text, "192.0.2.1"), like="prefsrc"),
    "addresses": _parser(parse_addresses, like="prefixlen"),
    "segments": _parser(parse_segments),
    "paths": _parser(lambda text: (host_side.parse_paths(text), host_side.parse_queueing(text))),
    "kernel log": _parser(lambda text: logs.parse_kernel(text, 0.0), like="<6>"),
    "kernel record": _parser(lambda text: kernel_line(text, 0.0), like="6,1234"),
    "kernel line": _parser(meaning_of_kernel_line, like="detected conn"),
    "daemon entry": _parser(lambda text: daemon_line(text.encode(errors="surrogatepass")), like="MESSAGE"),
    "daemon line": _parser(meaning_of_daemon_line, like="detected conn"),
}
"""Everything that takes what others wrote."""
