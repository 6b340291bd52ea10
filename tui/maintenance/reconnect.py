"""What was disconnected, and reconnecting it: also later, after the program was closed."""

import json
import re
import time

from msgspec import Struct

from tui.maintenance.dependents import Subject
from tui.maintenance.proposal import Proposal
from tui.storage.changing.plan import Plan
from tui.storage.changing.plan_text import decode_operations, encode_operations
from tui.storage.codec import NotDecodable, decode, encode
from tui.storage.documents import parse_json
from tui.storage.host.interface import Host
from tui.storage.operations.operation import Operation
from tui.storage.operations.reconnect_file import FOLDER, DeleteReconnectFile
from tui.storage.probe.reading import names, text
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

SCHEMA = 1

_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{3}")


class Disconnected(Struct, frozen=True):
    """Something that was disconnected.

    Attributes:
        name: name of the note.
        subject: what it was, or None when the note cannot be read.
        at: when, in seconds since the epoch.
        back: the plan that reconnects it, or None when the note cannot be read.
        problem: why it cannot be read, or None.
        went: keys and lasting names of every layer that went with it; none in a note of an earlier version.
    """

    name: str
    subject: Subject | None
    at: float
    back: Plan | None
    problem: Problem | None = None
    went: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it was, for a line of a list."""
        return clean(self.subject.name, 200) if self.subject is not None else self.name


def note_name(at: float) -> str:
    """The name of a note made at a time (seconds since the epoch)."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(at))}-{int(at * 1000) % 1000:03d}"


def note_text(subject: Subject, at: float, back: tuple[Operation, ...], went: tuple[str, ...] = ()) -> str:
    """The content of a note: what was disconnected, when, what reconnects it, and the names of what went."""
    document = {
        "schema": SCHEMA,
        "at": at,
        "subject": encode(subject),
        "operations": encode_operations(Plan("", back)),
        "went": list(went),
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def back_plan(subject: Subject, name: str, back: tuple[Operation, ...]) -> Plan:
    """The plan that puts a subject back and then removes its note."""
    return Plan(
        _("Reconnect {name}").format(name=clean(subject.name, 200)), (*back, DeleteReconnectFile(name))
    )


def disconnected(host: Host) -> tuple[Disconnected, ...]:
    """Everything that was disconnected and not reconnected, the newest first. Empty without root."""
    found = sorted((name.removesuffix(".json") for name in names(host, FOLDER)), reverse=True)
    return tuple(_read(host, name) for name in found if _NAME.fullmatch(name))


def propose_reconnect(note: Disconnected) -> Proposal:
    """Reconnecting what a note lists: everything as it was, in the opposite order."""
    title = _("Reconnect {name}").format(name=note.words)
    if note.back is None:
        return Proposal(Plan(title, ()), "", refusal=note.problem)
    return Proposal(
        note.back,
        _("Everything is restored as it was before it was disconnected; what is already there is skipped."),
        notes=(
            _("Disconnected {when}.").format(when=time.strftime("%Y-%m-%d %H:%M", time.localtime(note.at))),
        ),
        yes=_("Reconnect"),
    )


def propose_forget(note: Disconnected) -> Proposal:
    """Removing a note, so that it is no longer offered; what was disconnected stays as it is."""
    return Proposal(
        Plan(_("Forget {name}").format(name=note.words), (DeleteReconnectFile(note.name),)),
        _("It is no longer offered for reconnecting. Nothing else changes: log in and mount by hand."),
        yes=_("Forget"),
    )


def _read(host: Host, name: str) -> Disconnected:
    try:
        document = parse_json(text(host, f"{FOLDER}/{name}.json"))
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise NotDecodable(_("it has no schema {number}").format(number=SCHEMA))
        subject = decode(Subject, document.get("subject"))
        at = decode(float, document.get("at"))
        back = decode_operations(document.get("operations"))
        went = decode(tuple[str, ...], document.get("went", []))
    except ValueError as error:
        problem = Problem(
            "reconnect.not-readable",
            _("The record {name} of what was disconnected cannot be read.").format(name=name),
            cause=clean(str(error)),
            remedy=_(
                "It may come from another version. Log in, activate and mount by hand, then remove {path}."
            ).format(path=f"{FOLDER}/{name}.json"),
        )
        return Disconnected(name, None, 0.0, None, problem)
    return Disconnected(name, subject, at, back_plan(subject, name, back), went=went)
