"""`iscsi-console status`: the whole inventory, as text for people and as JSON for programs.

The states of the layers are those of the diagnosis that `doctor` makes. With `--quick` none is made: then
nothing is called well, and what is missing is not said to be missed.

JSON. The document is one object. `schema` is 1 as long as no field changes its meaning or goes; new ones
may come.

    schema, host, taken_at (seconds since the epoch), root (nothing was hidden), daemon_answers, modules,
    damaged_records (paths), distribution, traits (ostree,
    transactional, no-systemd, selinux), initiator, defaults (of new records), lvm (how far LVM's report
    goes), unseen ([{what, why}])
    services, tools, interfaces, discovery_records, node_records, sessions, luns, devices, multipath_maps,
    physical_volumes, volume_groups, logical_volumes, volume_parts, filesystems, mounts, swaps, fstab,
    crypttab: lists of objects
    stacks: list of {key, health, targets, volume_groups, first_broken, rungs}
    diagnosis: null with `--quick`, else {verdict, problems, risks, told, unread}

The fields of every object are those of the struct of that name in `tui.storage.model`, where their
docstrings say what they mean; sizes are bytes, timers seconds, enums their words. `stack` in an object is
the `key` of the stack it belongs to, or null. `first_broken` is the `key` of a rung or null; the fields of
a rung are those of `tui.storage.stacks.rung.Rung`. `verdict` is that of `doctor --json`, and `told` has its
findings as {key, code, summary, rungs, is_risk, reason}, where `reason` says why one is accepted. A portal
is {address, port, tpgt, resolved (the addresses of a host name, as far as they are known)}. Secrets are never
in it.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import fields

from tui.storage.cells import cells, padded, wrapped
from tui.storage.codec import Plain, encode
from tui.storage.host.interface import Host
from tui.storage.host_limits import limits
from tui.storage.model.files import CrypttabEntry, Filesystem, FstabEntry, Mount, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.printing import complain, json_text, say
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError, problem_text
from tui.storage.stacks.iscsi_rungs import portal_key, record_key
from tui.storage.stacks.judgement import Judged, Judgement, judge, verdict_words
from tui.storage.stacks.layer_words import health_word, layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack, StackIndex, first_broken, stacks
from tui.storage.stacks.volume_rungs import volume_key
from tui.storage.untrusted import clean
from tui.words import enumerated, labelled, prose, translate as _, translate_count

SCHEMA = 1

WIDTH = 79
"""Columns of a line; a longer name stays whole."""

_LONGEST_NAME = 100
_HANGING = 2
"""Columns that what does not fit on a line is moved in by, on the next one."""


def status_document(inventory: Inventory, judged: Judged) -> dict[str, Plain]:
    """The JSON document of an inventory and the states of its layers, as plain values."""
    index = StackIndex(judged.stacks)
    document: dict[str, Plain] = {"schema": SCHEMA}
    for field in fields(inventory):
        if field.name.startswith("_"):
            continue
        value = getattr(inventory, field.name)
        membership = MEMBERSHIP.get(field.name)
        document[field.name] = (
            encode(value)
            if membership is None
            else [_with_stack(encode(item), membership(index, item)) for item in value]
        )
    document["stacks"] = [_stack(stack) for stack in judged.stacks]
    document["diagnosis"] = _diagnosis(judged.judgement)
    return document


def _diagnosis(judgement: Judgement | None) -> Plain:
    if judgement is None:
        return None
    return {
        "verdict": judgement.verdict.value,
        "problems": judgement.problems,
        "risks": judgement.risks,
        "told": encode(judgement.told),
        "unread": list(judgement.unread),
    }


def _with_stack(plain: Plain, stack: str | None) -> Plain:
    return {**plain, "stack": stack} if isinstance(plain, dict) else plain


def _stack(stack: Stack) -> Plain:
    broken = first_broken(stack)
    return {
        "key": stack.key,
        "health": stack.health.value,
        "targets": list(stack.targets),
        "volume_groups": list(stack.volume_groups),
        "first_broken": None if broken is None else broken.key,
        "rungs": [encode(rung) for rung in stack.rungs],
    }


def _of_record(index: StackIndex, record: NodeRecord) -> str | None:
    return index.of(record_key(record))


def _of_session(index: StackIndex, session: Session) -> str | None:
    if not session.target:
        return index.of(f"portal:#{session.sid}")
    return index.of(portal_key(session.target, session.portal))


def _of_volume(index: StackIndex, volume: LogicalVolume) -> str | None:
    if volume.vg_uuid:
        return index.of(volume_key(VolumeGroup(volume.volume_group, volume.vg_uuid), volume))
    return index.of(f"lv-name:{volume.volume_group}/{volume.name}")


def _of_device_in(
    index: StackIndex, thing: Filesystem | Mount | Swap | FstabEntry | CrypttabEntry
) -> str | None:
    return index.of_device(thing.device)


MEMBERSHIP: dict[str, Callable[..., str | None]] = {
    "node_records": _of_record,
    "sessions": _of_session,
    "luns": lambda index, lun: index.of(f"lun:{lun.address}"),
    "devices": lambda index, device: index.of_device(device.name),
    "multipath_maps": lambda index, multipath: index.of_device(multipath.device),
    "physical_volumes": lambda index, volume: (
        index.of(f"pv-path:{volume.path}") or index.of(f"pv:{volume.uuid}")
    ),
    "volume_groups": lambda index, group: index.of(f"vg:{group.uuid or group.name}"),
    "logical_volumes": _of_volume,
    "filesystems": _of_device_in,
    "mounts": _of_device_in,
    "swaps": _of_device_in,
    "fstab": _of_device_in,
    "crypttab": _of_device_in,
}
"""How the key of the stack of a thing is found, by the inventory's list that the thing is in."""


def status_json(inventory: Inventory, judged: Judged) -> str:
    """The JSON text: ASCII, so that no name in it can reach a terminal as more than its escapes."""
    return json_text(status_document(inventory, judged))


def status_text(inventory: Inventory, judged: Judged) -> str:
    """The stacks as lines for people: one for each layer, states as words, every name cleaned."""
    lines = [line for text in _heading(inventory, judged) for line in wrapped(text, WIDTH, 0, _HANGING)]
    for stack in judged.stacks:
        lines += ["", *_stack_lines(stack)]
    if not judged.stacks:
        lines += ["", _("No node records and no sessions.")]
    if inventory.damaged_records:
        lines += ["", _("Files in the record database that are not node records:")]
        lines += _listed(map(clean, inventory.damaged_records))
    if inventory.lvm.warnings:
        lines += ["", _("LVM warnings:")]
        lines += _listed(map(clean, inventory.lvm.warnings))
    if inventory.unseen:
        lines += ["", _("Not read, so it may exist although it is not listed above:")]
        lines += _listed(labelled(clean(unseen.what), clean(unseen.why)) for unseen in inventory.unseen)
    lines += _told(judged.judgement)
    return "\n".join(lines)


def _listed(texts: Iterable[str]) -> Iterator[str]:
    """Lines below a heading."""
    for text in texts:
        yield from wrapped(text, WIDTH, 2, _HANGING)


def _told(judgement: Judgement | None) -> Iterator[str]:
    """The findings, and what was not looked at."""
    if judgement is None:
        yield from (
            "",
            _("This is the inventory alone. `iscsi-console doctor` checks the host."),
        )
        return
    if judgement.told:
        yield from ("", _("`iscsi-console doctor` explains this and says how to fix it:"))
    for told in judgement.told:
        words = _("accepted: {reason}").format(reason=clean(told.reason)) if told.reason else ""
        word = words or (_("risk") if told.is_risk else _("problem"))
        yield from _listed((f"[{told.code}] " + labelled(word, told.summary),))
    if judgement.unread:
        unread = _("Not checked: {items}").format(items=enumerated(judgement.unread))
        yield from ("", *wrapped(unread, WIDTH, 0, _HANGING))


def _heading(inventory: Inventory, judged: Judged) -> Iterator[str]:
    count = len(inventory.sessions)
    sessions = translate_count("{count} session", "{count} sessions", count).format(count=count)
    yield _("Storage on {host}: {sessions}, {verdict}").format(
        host=clean(inventory.host, _LONGEST_NAME), sessions=sessions, verdict=verdict_words(judged)
    )
    initiator = inventory.initiator
    if not initiator.readable:
        name = _("only root can read it")
    elif initiator.generates:
        name = _("created at the next start of iscsid")
    else:
        name = clean(initiator.name, _LONGEST_NAME) or _("not set")
    yield _("Initiator: {name}").format(name=name)
    yield _("iscsid: {state}").format(
        state=_("responds") if inventory.daemon_answers else _("does not respond")
    )
    for limit in limits(inventory):
        yield prose(limit.summary, limit.cause, limit.remedy)


def _stack_lines(stack: Stack) -> Iterator[str]:
    targets = [clean(target, _LONGEST_NAME) for target in stack.targets if target]
    groups = [clean(group, _LONGEST_NAME) for group in stack.volume_groups]
    yield enumerated(targets or groups) or _("A session without a target name")
    for rung in stack.rungs:
        yield from _rung_lines(rung)
    broken = first_broken(stack)
    if broken is not None:
        what = f"{layer_word(broken.kind)} {clean(broken.name, _LONGEST_NAME)}".strip()
        yield from _listed((prose(_("First broken layer: {what}.").format(what=what), broken.reason),))


def _rung_lines(rung: Rung) -> Iterator[str]:
    """A layer on one line; what does not fit is on further ones, below the layer's name."""
    indent = "  " * (rung.depth + 1)
    lead = f"{indent}{padded(health_word(rung.health), 9)} {padded(layer_word(rung.kind), 11)} "
    words = (clean(rung.name, _LONGEST_NAME), clean(rung.state, _LONGEST_NAME), *map(clean, rung.detail))
    said = [word for word in words if word.strip()] + ([f"- {rung.reason}"] if rung.reason else [])
    line, below = lead, cells(lead) + _HANGING
    for place, word in enumerate(said):
        joined = f"{line}  {word}" if place else line + word
        if not place or cells(joined) <= WIDTH:
            line = joined
            continue
        yield line
        *full, line = wrapped(word, WIDTH, below)
        yield from full
    yield line.rstrip()


Look = Callable[[Host], tuple[Inventory, Judgement]]
"""Takes the evidence of a host and judges it; raises `ConsoleError` where that takes too long."""


def main(arguments: argparse.Namespace, look: Look) -> int:
    """Print the status of this host or of a captured one."""
    inventory, found = _looked(_host(arguments.recorded), None if arguments.quick else look)
    say(status_json(inventory, found) if arguments.json else status_text(inventory, found))
    return 0


def _looked(host: Host, look: Look | None) -> tuple[Inventory, Judged]:
    if look is not None:
        try:
            inventory, judgement = look(host)
        except ConsoleError as error:
            complain(problem_text(error.problem))
        else:
            return inventory, judge(judgement.seen, judgement)
    inventory = take_inventory(host)
    return inventory, judge(stacks(inventory))


def _host(recorded: str | None) -> Host:
    if recorded:
        from tui.storage.host.recorded import RecordedHost  # noqa: PLC0415 (not needed for this host)

        return RecordedHost(recorded)
    from tui.storage.host.local import LocalHost  # noqa: PLC0415 (likewise)

    return LocalHost(looking_only=os.geteuid() != 0)
