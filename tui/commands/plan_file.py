"""Plans as files: made now, read by a person, carried out later by `apply`, on this host only.

JSON. The document is one object: format (`iscsi-console plan`), version, program, host (its name), machine
(a hash keyed by its machine ID), boot (the kernel's boot ID), made_at (seconds since the epoch), title, why,
yes, notes, risk, loses, word (that has to be given before data is lost, or empty), together, confirmed
(questions that were answered with yes), secrets (names of those that `apply` has to be given), devices (as
`tui.commands.identities.Device`), operations ([{kind, fields, title, risk, commands}]), back (title and
operations of the plan that undoes it, or null).
Secrets are never in it.
"""

import time
from importlib.metadata import version as version_of

from msgspec import Struct

from tui.commands.identities import Device, boot_of, devices_of, first_changed, machine_of
from tui.commands.planned import Planned
from tui.commands.secrets_of_plans import secrets_of
from tui.maintenance.confirmation import word_for
from tui.maintenance.proposal import Proposal
from tui.storage.changing.plan import Plan
from tui.storage.changing.plan_text import decode_operations, encode_operations
from tui.storage.codec import NotDecodable, Plain, decode, encode
from tui.storage.documents import parse_json, read_with_facts
from tui.storage.files.owner_file import refuse_strangers
from tui.storage.host.interface import Host
from tui.storage.printing import json_text
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

FORMAT = "iscsi-console plan"
VERSION = 1

OLDEST = 24 * 3600
"""Seconds after which a plan is not carried out any more."""


class StoredPlan(Struct, frozen=True):
    """A plan that was read back.

    Attributes:
        proposal: the plan; secrets are empty.
        machine: the host that it was made for.
        boot: since when that was running.
        made_at: when, in seconds since the epoch.
        devices: the devices that it names.
        host: name of the host.
    """

    proposal: Proposal
    machine: str
    boot: str
    made_at: float
    devices: tuple[Device, ...]
    host: str


def plan_document(host: Host, planned: Planned) -> dict[str, Plain]:
    """The document of a plan for a host as it is now, as plain values."""
    proposal = planned.proposal
    plan, back = proposal.plan, proposal.way_back
    return {
        "format": FORMAT,
        "version": VERSION,
        "program": version_of("iscsi-console"),
        "host": host.name,
        "machine": machine_of(host),
        "boot": boot_of(host),
        "made_at": round(host.now(), 3),
        "title": plan.title,
        "why": proposal.why,
        "yes": proposal.yes,
        "notes": list(proposal.notes),
        "risk": plan.risk.name.lower(),
        "loses": list(plan.loses()),
        "word": word_for(plan),
        "together": plan.together,
        "confirmed": list(planned.questions),
        "secrets": list(secrets_of(plan)),
        "devices": [encode(device) for device in devices_of(look_at_devices(host), plan)],
        "operations": [
            {
                **(encoded if isinstance(encoded, dict) else {}),
                "title": operation.title(),
                "risk": operation.risk.name.lower(),
                "commands": list(operation.shown()),
            }
            for operation, encoded in zip(plan.operations, encode_operations(plan), strict=True)
        ],
        "back": None if back is None else {"title": back.title, "operations": encode_operations(back)},
    }


def plan_file_text(document: dict[str, Plain]) -> str:
    """The text of a plan file."""
    return json_text(document) + "\n"


def read_plan_file(path: str) -> StoredPlan:
    """Read a plan file.

    Raises:
        Refused: it cannot be read, is no plan of this version, or somebody else may have written it.
    """
    try:
        content, facts = read_with_facts(path)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    refuse_strangers(path, facts)
    return parse_plan(content, path)


def parse_plan(content: str | bytes, path: str) -> StoredPlan:
    """A plan from its text; `path` is what a problem names.

    Raises:
        Refused: it is no plan of this version.
    """
    try:
        document = parse_json(content)
    except NotDecodable as error:
        raise _unusable(path, str(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _unusable(path, _("it is not a plan of iscsi-console"))
    if document.get("version") != VERSION or document.get("program") != version_of("iscsi-console"):
        raise _unusable(path, _("another version of iscsi-console made it"))
    try:
        return _stored(document)
    except NotDecodable as error:
        raise _unusable(path, str(error)) from error


def _stored(document: dict[str, Plain]) -> StoredPlan:
    back = document.get("back")
    way_back = (
        Plan(decode(str, back.get("title")), decode_operations(back.get("operations")))
        if isinstance(back, dict)
        else None
    )
    plan = Plan(
        decode(str, document.get("title")),
        decode_operations(_bare(document.get("operations"))),
        document.get("together") is True,
    )
    proposal = Proposal(
        plan,
        decode(str, document.get("why")),
        decode(tuple[str, ...], document.get("notes")),
        yes=decode(str, document.get("yes")),
        way_back=way_back,
    )
    return StoredPlan(
        proposal,
        decode(str, document.get("machine")),
        decode(str, document.get("boot")),
        decode(float, document.get("made_at")),
        decode(tuple[Device, ...], document.get("devices")),
        decode(str, document.get("host")),
    )


def _bare(operations: Plain) -> Plain:
    """The operations without what is in the file for a reader only."""
    if not isinstance(operations, list):
        return operations
    kept = ("kind", "fields")
    return [
        {name: item[name] for name in kept if name in item} if isinstance(item, dict) else item
        for item in operations
    ]


def refuse_elsewhere(stored: StoredPlan, host: Host) -> None:
    """See that a plan was made for this host as it is now.

    Raises:
        Refused: it is for another host, too old, or a device is not the same.
    """
    if not stored.machine or stored.machine != machine_of(host):
        raise Refused(
            Problem(
                "plan.other-host",
                _("The plan was made for another host: {host}.").format(host=clean(stored.host)),
                remedy=_("Make a plan on this host."),
            )
        )
    age = host.now() - stored.made_at
    if not -60 <= age <= OLDEST:
        raise Refused(
            Problem(
                "plan.old",
                _("The plan was made on {when}.").format(
                    when=time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(min(stored.made_at, 2**33)))
                ),
                cause=_("A plan is carried out within a day; the host may be different since."),
                remedy=_("Make the plan again."),
            )
        )
    problem = first_changed(host, stored.devices, same_boot=stored.boot == boot_of(host))
    if problem is not None:
        raise Refused(problem)


def _unusable(path: str, why: str) -> Refused:
    return Refused(
        Problem(
            "plan.unusable",
            _("The plan in {file} cannot be used: {why}.").format(file=clean(path), why=clean(why)),
            remedy=_("Make the plan again on this host."),
        )
    )
