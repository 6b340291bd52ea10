"""tgt, the user-space target, driven through tgtadm inside the guest (tgtadm(8), tgtd(8)).

It offers what `tui.lab.lio` offers, under the same names. Its secrets appear on tgtadm's command line,
which is why the other one is the default.
"""

import re
import subprocess
import time

from tui.lab.san import Chap, Lun, San, SanError, Target, TargetKind
from tui.lab.stores import backing_file, serial
from tui.words import translate as _

START_SECONDS = 30.0
"""Longest time the daemon may take to answer."""

_SPARED = "@tgtd"
"""The name the daemon goes by: one that begins so is not killed at shutdown (systemd's rule for daemons that
serve storage), so that a host can still log out of the array and write to it, as it can to a real one."""


def load(san: San) -> None:
    """Start the daemon on the portals of all its targets and wait until it answers.

    To be called in the array's network namespace: the daemon stays in the one it was born in.
    """
    portals = {
        str(portal) for target in san.targets if target.kind is TargetKind.TGT for portal in target.portals
    }
    listen = [word for portal in sorted(portals) for word in ("--iscsi", f"portal={portal}")]
    subprocess.run((_SPARED, *listen), executable="tgtd", check=True)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _admin("--op", "show", "--mode", "sys")
        except SanError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def up(_san: San, target: Target) -> None:
    """Create a target with everything it has."""
    number = str(max(_numbers().values(), default=0) + 1)
    _admin("--op", "new", "--mode", "target", "--tid", number, "--targetname", target.name)
    for lun in target.luns:
        attach(target, lun)
    set_chap(target, target.chap)
    for initiator in target.initiators:
        _of(target, "bind", "target", "--initiator-name", initiator)
    if not target.initiators:
        _of(target, "bind", "target", "--initiator-address", "ALL")


def down(target: Target) -> None:
    """Take a target away: sessions end, its LUNs' data stays."""
    if target.name in _numbers():
        _of(target, "delete", "target", "--force")


def attach(target: Target, lun: Lun) -> None:
    """Make a LUN of a target from its file, which is created when missing."""
    number = ("--lun", str(lun.number))
    _of(target, "new", "logicalunit", *number, "--backing-store", str(backing_file(target, lun)))
    # tgt's serial numbers and ids hold 36 characters, of which the kernel takes the first.
    name = serial(target, lun)
    _of(target, "update", "logicalunit", *number, "--params", f"scsi_sn={name},scsi_id={name}")


def detach(target: Target, lun: Lun) -> None:
    """Take a LUN from a target. Its file stays."""
    _of(target, "delete", "logicalunit", "--lun", str(lun.number))


def set_chap(target: Target, chap: Chap | None) -> None:
    """Change a target's credentials; new logins need them."""
    for user in _accounts():
        _admin("--op", "delete", "--mode", "account", "--user", user)
    if chap is None:
        return
    _account(target, chap.user, chap.secret)
    if chap.mutual:
        _account(target, chap.mutual_user, chap.mutual_secret, "--outgoing")


def _account(target: Target, user: str, secret: str, *direction: str) -> None:
    _admin("--op", "new", "--mode", "account", "--user", user, "--password", secret)
    _of(target, "bind", "account", "--user", user, *direction)


def _accounts() -> list[str]:
    lines = _admin("--op", "show", "--mode", "account").splitlines()
    return [line.strip() for line in lines[1:] if line.strip()]


def _numbers() -> dict[str, int]:
    """The number tgt knows each target by."""
    shown = _admin("--op", "show", "--mode", "target")
    return {name: int(number) for number, name in re.findall(r"^Target (\d+): (\S+)", shown, re.MULTILINE)}


def _of(target: Target, operation: str, mode: str, *words: str) -> None:
    try:
        number = _numbers()[target.name]
    except KeyError:
        raise SanError(_("The target {name} is not ready.").format(name=target.name)) from None
    _admin("--op", operation, "--mode", mode, "--tid", str(number), *words)


def _admin(*words: str) -> str:
    outcome = subprocess.run(
        ("tgtadm", "--lld", "iscsi", *words), check=False, capture_output=True, text=True
    )
    if outcome.returncode != 0:
        raise SanError(_("tgtadm: {reason}").format(reason=outcome.stderr.strip()))
    return outcome.stdout
