"""The initiator's name."""

import re
import secrets

from tui.storage.files.systemd import systemctl
from tui.storage.host.interface import ChangingHost, Host, Replacement
from tui.storage.iscsi.daemon import (
    DAEMON,
    bring_up_daemon,
    is_daemon_up_to_date,
    refuse_while_sessions_recover,
)
from tui.storage.iscsi.iscsi_name import malformed_name
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.iscsi.initiator import INITIATOR_FILE, read_initiator
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.problem import Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_PREFIXES = {
    "debian": "iqn.1993-08.org.debian:01",
    "redhat": "iqn.1994-05.com.redhat",
    "suse": "iqn.1996-04.de.suse:01",
}
_UPSTREAM = "iqn.2016-04.com.open-iscsi"


def generate_name(host: Host) -> str:
    """A fresh name of the kind that the distribution makes: its prefix and 48 random bits."""
    prefix = _PREFIXES.get(read_distribution(host).family, _UPSTREAM)
    return f"{prefix}:{secrets.token_hex(6)}"


def edit_initiator_file(content: str, name: str) -> str:
    """The text of initiatorname.iscsi with another name, in the form every distribution's scripts accept.

    The alias and comments stay. Every other line that iscsid would take for the name goes (it looks for the
    word anywhere in a line without `#` before it), and so does GenerateName=yes, with which Debian would
    write a name of its own.
    """
    wanted = f"InitiatorName={name}\n"
    kept: list[str] = []
    placed = False
    for line in re.split(r"(?<=\n)", content):
        if re.match(r"\s*GenerateName\s*=", line):
            continue
        before, found, _after = line.partition("InitiatorName")
        if found and "#" not in before:
            if not placed:
                kept.append(wanted)
                placed = True
            continue
        kept.append(line)
    text = "".join(kept)
    if placed:
        return text
    return text + ("\n" if text and not text.endswith("\n") else "") + wanted


class SetInitiatorName(Operation, frozen=True):
    """Give this host its iSCSI name and have iscsid take it.

    Attributes:
        name: the new name, in its normal form.
        previous: the name until now, or empty; for undoing.
    """

    name: str
    previous: str = ""

    def title(self) -> str:
        return _("Set the initiator name to {name}").format(name=clean(self.name))

    def why(self) -> str:
        return _(
            "The target identifies this host, and checks its ACL, by this initiator name. iscsid reads"
            " the name only when it starts, so iscsid alone is restarted; I/O pauses for a moment. Open"
            " sessions keep the old name until they log out."
        )

    def shown(self) -> tuple[str, ...]:
        return (
            _("edit {path}: InitiatorName={name}").format(path=INITIATOR_FILE, name=clean(self.name)),
            systemctl("restart", DAEMON).shown,
        )

    def is_done(self, host: Host) -> bool:
        """The file has it in the exact form, and iscsid has read it."""
        initiator = read_initiator(host)
        return (
            initiator.name == self.name
            and initiator.exact
            and not initiator.generates
            and is_daemon_up_to_date(host)
        )

    def check(self, host: Host) -> None:
        # What is typed is held to the rules before; here a name that sessions or an ACL have passes too.
        problems = malformed_name(self.name)
        if problems:
            raise Refused(problems[0])
        refuse_while_sessions_recover(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        try:
            old = host.read(INITIATOR_FILE)
        except FileNotFoundError:
            old = None
            host.make_folder(INITIATOR_FILE.rpartition("/")[0])
        new = edit_initiator_file(old or "", self.name).encode(errors="surrogateescape")
        if old is None:
            host.replace(INITIATOR_FILE, new, Replacement(mode=0o600, expected=b""))
        else:
            backup = old.encode(errors="surrogateescape")
            kept = host.replace(INITIATOR_FILE, new, Replacement(backup=backup, expected=backup))
            progress(_("The old file is kept as {path}.").format(path=kept))
        bring_up_daemon(host, "restart")

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        if self.previous:
            return (SetInitiatorName(self.previous, self.name),)
        return CannotUndo(_("This host had no initiator name before, and iscsid does not start without one."))
