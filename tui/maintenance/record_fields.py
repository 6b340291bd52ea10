"""The settings of a node record that are worth changing: what each means, and when a change takes effect."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from tui.storage.probe.iscsi.settings import Settings
from tui.storage.problem import Problem
from tui.words import translate as _

STARTUP = "node.startup"
CONNECTION_STARTUP = "node.conn[0].startup"
"""Kept the same as `STARTUP`: the login service of old versions looks at it."""


class Effect(StrEnum):
    """When a change of a record is felt."""

    NEXT_LOGIN = "next-login"
    """A session keeps what it was logged in with (open-iscsi reads the record at login only)."""
    NEXT_BOOT = "next-boot"

    @property
    def words(self) -> str:
        """The same for a person."""
        if self is Effect.NEXT_BOOT:
            return _("at the next boot")
        return _("at the next login")


class RecordField(Struct, frozen=True):
    """One setting.

    Attributes:
        key: as in the record.
        label: a word or two.
        meaning: a sentence or two for a newcomer.
        effect: when a change is felt.
        choices: the values it may have, each with its words; empty for a number.
        unit: of a number, or empty.
        least: the smallest number.
        most: the largest.
    """

    key: str
    label: str
    meaning: str
    effect: Effect = Effect.NEXT_LOGIN
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    least: int = 0
    most: int = 86400


def fields() -> tuple[RecordField, ...]:
    """The settings in the order they are shown."""
    seconds = _("s")
    return (
        RecordField(
            STARTUP,
            _("At boot"),
            _(
                "Whether this host logs in when it starts. onboot is for the disk with the root "
                "file system: it logs in before the root file system is mounted."
            ),
            Effect.NEXT_BOOT,
            (
                ("automatic", _("log in")),
                ("manual", _("do not log in")),
                ("onboot", _("onboot, for the root disk")),
            ),
        ),
        RecordField(
            "node.session.timeo.replacement_timeout",
            _("Recovery timeout (replacement_timeout)"),
            _(
                "How long I/O is queued after the connection is lost before it fails. Short with "
                "multipath, which has another path; long without. -1 waits without a limit."
            ),
            unit=seconds,
            least=-1,
        ),
        RecordField(
            "node.conn[0].timeo.login_timeout",
            _("Login timeout"),
            _("How long one login attempt can take."),
            unit=seconds,
            least=1,
        ),
        RecordField(
            "node.session.initial_login_retry_max",
            _("Login attempts"),
            _("How often the initial login is tried before it fails."),
            least=1,
            most=1000,
        ),
        RecordField(
            "node.conn[0].timeo.noop_out_interval",
            _("Ping interval"),
            _("How often the target is pinged (NOP-Out). 0 sends no pings."),
            unit=seconds,
        ),
        RecordField(
            "node.conn[0].timeo.noop_out_timeout",
            _("Ping timeout"),
            _("How long a ping can take before the connection counts as lost."),
            unit=seconds,
        ),
        RecordField(
            "node.session.err_timeo.abort_timeout",
            _("Abort timeout"),
            _("How long the target can take to abort a command that hangs."),
            unit=seconds,
        ),
        RecordField(
            "node.session.err_timeo.lu_reset_timeout",
            _("LUN reset timeout"),
            _("How long the reset of a LUN can take, when aborting a command failed."),
            unit=seconds,
        ),
        RecordField(
            "node.session.queue_depth",
            _("Queue depth"),
            _("How many commands one LUN gets at the same time. The target may allow fewer."),
            least=1,
            most=1024,
        ),
        RecordField(
            "node.session.cmds_max",
            _("Commands"),
            _("How many commands the whole session has at the same time: a power of two."),
            least=2,
            most=2048,
        ),
        *(
            RecordField(
                key,
                label,
                _(
                    "A checksum over {what}, which detects errors that TCP's checksum misses. It "
                    "costs time; both sides must agree."
                ).format(what=what),
                choices=_DIGESTS,
            )
            for key, label, what in (
                ("node.conn[0].iscsi.HeaderDigest", _("Header digest"), _("headers")),
                ("node.conn[0].iscsi.DataDigest", _("Data digest"), _("data")),
            )
        ),
        RecordField(
            "node.session.scan",
            _("LUNs"),
            _(
                "Whether every LUN becomes a disk at login, or only those you scan for. manual "
                "can hang at login in open-iscsi 2.1.8 to 2.1.10."
            ),
            choices=(("auto", _("all at login")), ("manual", _("manually"))),
        ),
    )


_DIGESTS = tuple((value, value) for value in ("None", "CRC32C", "CRC32C,None", "None,CRC32C"))


class Change(Struct, frozen=True):
    """One setting that becomes another: the field, and its values as in the record."""

    field: RecordField
    before: str
    after: str

    @property
    def words(self) -> str:
        """What changes and when that is felt."""
        before = self.before or _("the default")
        return _("{label}: {before} becomes {after}, {when}").format(
            label=self.field.label, before=before, after=self.after, when=self.field.effect.words
        )


def changes(stored: Settings, wanted: Mapping[str, str]) -> tuple[Change, ...]:
    """What would be different; `wanted` are values by key, and an empty one leaves the setting alone."""
    return tuple(
        Change(field, stored.text(field.key), value)
        for field in fields()
        if (value := wanted.get(field.key, "")) and value != stored.text(field.key)
    )


def problems(wanted: Mapping[str, str]) -> tuple[Problem, ...]:
    """What is wrong with values that a person typed; `Problem.field` is the key."""
    found: list[Problem] = []
    for field in fields():
        value = wanted.get(field.key, "")
        if not value:
            continue
        if field.choices:
            if value not in {choice for choice, _words in field.choices}:
                found.append(
                    _wrong(field, _("{label}: choose one of the listed values.").format(label=field.label))
                )
        elif not _is_number(value, field):
            words = _("{label}: a whole number from {least} to {most}.").format(
                label=field.label, least=field.least, most=field.most
            )
            found.append(_wrong(field, words))
        elif field.key == "node.session.cmds_max" and int(value).bit_count() != 1:
            found.append(_wrong(field, _("{label}: a power of two.").format(label=field.label)))
    return tuple(found)


def _is_number(value: str, field: RecordField) -> bool:
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdigit() and field.least <= int(value) <= field.most


def _wrong(field: RecordField, words: str) -> Problem:
    return Problem("record.value", words, field=field.key)
