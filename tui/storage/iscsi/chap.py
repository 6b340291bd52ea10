"""CHAP: who proves itself to whom, with which of the secrets, and what is wrong with them (RFC 7143 12.1).

One-way CHAP: this host (the initiator) proves itself to the target. Mutual CHAP: the target proves itself
too, with a name and a secret of its own. Discovery and session (login) are set apart from each other.
"""

import re
from enum import StrEnum

from msgspec import Struct

from tui.storage.problem import Problem
from tui.storage.secret import Secret
from tui.words import translate as _

LONGEST = 255
"""Bytes of a user name or secret; open-iscsi 2.1 copies them into buffers of 256 bytes."""

SHORTEST_ADVISED = 12
"""Bytes (96 bits): below this RFC 7143 12.1.3 wants IPsec, and Windows targets refuse the secret."""

LONGEST_ADVISED = 16
"""Bytes: beyond this some targets refuse the secret."""

NO_SECRET = Secret("")


class ChapKind(StrEnum):
    """Who proves itself."""

    NONE = "none"
    ONE_WAY = "one-way"
    MUTUAL = "mutual"


class ChapSettings(Struct, frozen=True):
    """User names and secrets of one of the two uses of CHAP.

    Attributes:
        username: the name this host proves itself with, `…auth.username`.
        password: its secret, `…auth.password`.
        username_in: the name the target proves itself with, `…auth.username_in`; mutual CHAP only.
        password_in: the target's secret, `…auth.password_in`.
    """

    username: str = ""
    password: Secret = NO_SECRET
    username_in: str = ""
    password_in: Secret = NO_SECRET

    @property
    def kind(self) -> ChapKind:
        """Who proves itself, by the names and secrets that are set."""
        if self.username_in or self.password_in:
            return ChapKind.MUTUAL
        return ChapKind.ONE_WAY if self.username or self.password else ChapKind.NONE

    @property
    def lacks_secrets(self) -> bool:
        """A secret that belongs to these settings is not known, as after a resume from the journal."""
        return (bool(self.username) and not self.password) or (
            bool(self.username_in) and not self.password_in
        )


NO_CHAP = ChapSettings()
"""Neither side proves itself."""


def problems(settings: ChapSettings, field_prefix: str = "") -> tuple[Problem, ...]:
    """What makes the settings unusable.

    Args:
        settings: as typed.
        field_prefix: stands before `username`, `password`, `username_in`, `password_in` in `Problem.field`.
    """
    found: list[Problem] = []

    def add(code: str, field: str, summary: str, cause: str = "", remedy: str = "") -> None:
        found.append(Problem(f"chap.{code}", summary, cause, remedy, field_prefix + field))

    if settings.kind is ChapKind.NONE:
        return ()
    if settings.kind is ChapKind.MUTUAL and not settings.username and not settings.password:
        add(
            "mutual-without-one-way",
            "username",
            _("The target must authenticate itself, but this host does not."),
            _("With mutual CHAP alone open-iscsi logs in without any authentication."),
            _("Fill in this host's user name and secret as well, or choose none."),
        )
    else:
        found += _one_side(settings.username, settings.password, field_prefix, "")
    if settings.kind is ChapKind.MUTUAL:
        found += _one_side(settings.username_in, settings.password_in, field_prefix, "_in")
        if settings.password and settings.password == settings.password_in:
            add(
                "equal-secrets",
                "password_in",
                _("Both sides have the same secret."),
                _("Anyone who knows one side's secret could then impersonate the other; targets refuse it."),
                _("Agree on a different secret for the target."),
            )
    return tuple(found)


def advice(settings: ChapSettings, field_prefix: str = "") -> tuple[Problem, ...]:
    """What can be used but will be refused by some storage."""
    found: list[Problem] = []
    for secret, suffix in ((settings.password, ""), (settings.password_in, "_in")):
        field = f"{field_prefix}password{suffix}"
        if not secret:
            continue
        if not SHORTEST_ADVISED <= len(secret) <= LONGEST_ADVISED:
            found.append(
                Problem(
                    "chap.unusual-length",
                    _("The secret has {length} bytes; most storage requires {least} to {most}.").format(
                        length=len(secret), least=SHORTEST_ADVISED, most=LONGEST_ADVISED
                    ),
                    remedy=_("Keep it if the storage accepts it."),
                    field=field,
                )
            )
        if re.search(r"[^!-~]|[\"'`\\]", secret.reveal()):
            found.append(
                Problem(
                    "chap.unusual-characters",
                    _("The secret contains spaces, quotation marks or non-ASCII letters."),
                    _("Some storage does not accept them, and two systems may encode them differently."),
                    _("Letters, digits and plain punctuation are safe everywhere."),
                    field,
                )
            )
        if re.match(r"0[xXbB]", secret.reveal()):
            found.append(
                Problem(
                    "chap.looks-coded",
                    _("The secret begins with 0x or 0b."),
                    _("Some storage reads such a secret as a number and compares other bytes."),
                    _("Choose one that begins differently if the login is refused."),
                    field,
                )
            )
    return tuple(found)


def _one_side(username: str, password: Secret, prefix: str, suffix: str) -> list[Problem]:
    name_field, secret_field = f"{prefix}username{suffix}", f"{prefix}password{suffix}"
    found: list[Problem] = []
    if not username:
        found.append(
            Problem(
                "chap.no-username",
                _("A secret needs a user name."),
                remedy=_("Type the name that the storage administrator entered with the secret."),
                field=name_field,
            )
        )
    if not password:
        found.append(
            Problem(
                "chap.no-secret",
                _("The user name needs a secret."),
                remedy=_("Type the secret, or choose none."),
                field=secret_field,
            )
        )
    found += _text_problems(username, name_field, _("The user name"))
    found += _text_problems(password.reveal(), secret_field, _("The secret"))
    return found


def _text_problems(text: str, field: str, what: str) -> list[Problem]:
    found: list[Problem] = []
    length = len(text.encode(errors="surrogatepass"))
    if length > LONGEST:
        found.append(
            Problem(
                "chap.too-long",
                _("{what} has {length} bytes; open-iscsi allows at most {most}.").format(
                    what=what, length=length, most=LONGEST
                ),
                remedy=_("Agree on a shorter one with the storage administrator."),
                field=field,
            )
        )
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text) or re.search(
        "[\u2028\u2029\ud800-\udfff]", text
    ):
        found.append(
            Problem(
                "chap.control-character",
                _("{what} contains a control character, such as a line break.").format(what=what),
                _("It may have been pasted with other text."),
                _("Type it again."),
                field,
            )
        )
    if text != text.strip():
        found.append(
            Problem(
                "chap.blank-around",
                _("{what} begins or ends with a space.").format(what=what),
                _("open-iscsi strips such spaces when it reads its records."),
                _("Remove the space here, and on the storage if it is there too."),
                field,
            )
        )
    if text == "<empty>":
        found.append(
            Problem(
                "chap.reserved",
                _("{what} cannot be the word {word}: open-iscsi takes it for no value.").format(
                    what=what, word=text
                ),
                field=field,
            )
        )
    return found


class Placement(Struct, frozen=True):
    """Where one of the four secrets goes.

    Attributes:
        use: what the secret is for.
        here: the setting that holds it on this host.
        there: what the storage administrator must have entered.
    """

    use: str
    here: str
    there: str


def which_secret_goes_where(
    discovery: ChapKind, session: ChapKind, initiator: str = ""
) -> tuple[Placement, ...]:
    """The secrets that a choice needs, and what the storage administrator must have entered for each.

    Args:
        discovery: who proves itself when targets are asked for.
        session: who proves itself at login.
        initiator: this host's iSCSI name, which the storage knows it by.
    """
    host = initiator or _("this host")
    found: list[Placement] = []
    if discovery is not ChapKind.NONE:
        found.append(
            Placement(
                _("Discovery: this host authenticates itself"),
                "discovery.sendtargets.auth.username, .password",
                _("User and secret for discovery, which many arrays set once for all hosts"),
            )
        )
    if discovery is ChapKind.MUTUAL:
        found.append(
            Placement(
                _("Discovery: the storage authenticates itself"),
                "discovery.sendtargets.auth.username_in, .password_in",
                _("Its own (mutual, outgoing) user and secret for discovery"),
            )
        )
    if session is not ChapKind.NONE:
        found.append(
            Placement(
                _("Login: this host authenticates itself"),
                "node.session.auth.username, .password",
                _("User and secret of {host} in the target's ACL").format(host=host),
            )
        )
    if session is ChapKind.MUTUAL:
        found.append(
            Placement(
                _("Login: the target authenticates itself"),
                "node.session.auth.username_in, .password_in",
                _("The target's own (mutual, outgoing) user and secret, different from the first"),
            )
        )
    return tuple(found)
