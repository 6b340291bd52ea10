"""Four planted secrets are in the files that must hold them, for root alone, and nowhere else on the host."""

import json

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.test_setup_flows import ANSWERS, MUTUAL, SECONDS, plant
from tui.lab.guest import Guest
from tui.lab.places import seen_in_guest

pytestmark = pytest.mark.lab

SECRETS = tuple(secret for _name, secret in MUTUAL.secrets)
ENOUGH_LOOKS = 20
TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
HOLDERS = {
    "/etc/iscsi/iscsid.conf",
    "/etc/iscsi/send_targets/192.0.2.10,3260/st_config",
    f"/etc/iscsi/nodes/{TARGET}/192.0.2.10,3260,1/default",
    *(f"/root/{name}" for name, _secret in MUTUAL.secrets),
}
"""Where this flow must put secrets (defaults, discovery record, node record), and where they were planted."""


def holders(guest: Guest) -> set[str]:
    """Every file of the guest's own disk with one of the secrets in it.

    The array of the lab stands beside the initiator on the same machine, and knows the secrets too; where it
    keeps them is passed over.
    """
    patterns = "\n".join(SECRETS).encode()
    done = guest.run(
        (
            *("grep", "--recursive", "--files-with-matches", "--binary-files=text", "--devices=skip"),
            *("--fixed-strings", "--file=-", "--exclude-dir=lab-san"),
            *("/etc", "/root", "/run", "/tmp", "/var", "/usr/local", "/home", "/srv"),
        ),
        timeout=SECONDS,
        stdin=patterns,
    )
    return {path for path in done.text.splitlines() if not path.startswith(("/run/lab", "/var/lib/lab"))}


def test_secrets_stay_where_they_belong(guest_factory: GuestFactory) -> None:
    guest = guest_factory(MUTUAL.name)
    plant(guest, MUTUAL)
    answers = seen_in_guest(ANSWERS / f"{MUTUAL.name}.toml")
    done = guest.run(
        ("python3", "-m", "tests.lab.watched_setup", answers),
        timeout=2 * SECONDS,
        stdin="\n".join(SECRETS).encode(),
    )
    told = json.loads(done.text.splitlines()[-1])
    assert told["status"] == 0, done.text
    assert told["looks"] > ENOUGH_LOOKS
    assert told["seen"] == []
    for secret in SECRETS:
        assert secret not in done.text
        assert secret not in done.error_text

    assert holders(guest) == HOLDERS
    modes = guest.check("stat", "--format=%a %U", "--", *sorted(HOLDERS)).splitlines()
    assert modes == ["600 root"] * len(HOLDERS)

    guest.write_text("/dev/shm/secrets", "\n".join(SECRETS) + "\n")
    for log in ("journalctl --no-pager", "dmesg"):
        assert guest.run(("sh", "-c", f"{log} | grep -cF -f /dev/shm/secrets")).text.strip() == "0"

    guest.check("iscsi-console", "capture", "/root/capture.json", timeout=SECONDS)
    capture = guest.read_text("/root/capture.json")
    status = guest.check("iscsi-console", "status", "--json", timeout=SECONDS)
    for secret in SECRETS:
        assert secret not in capture
        assert secret not in status


def test_a_wrong_secret_is_told_without_being_shown(guest_factory: GuestFactory) -> None:
    guest = guest_factory("chap")
    guest.check("install", "-m", "600", "/dev/null", "/root/session.secret")
    guest.write_text("/root/session.secret", "planted-but-wrong\n")
    answers = seen_in_guest(ANSWERS / "chap.toml")
    done = guest.run(("iscsi-console", "setup", "--answers", answers), timeout=SECONDS)
    assert done.status == 1
    assert "planted-but-wrong" not in done.text + done.error_text
    assert "secret" in done.text.rpartition("Stopped:")[2], done.text

    guest.write_text("/root/session.secret", "practice-in-12\n")
    again = guest.run(("iscsi-console", "setup", "--answers", answers), timeout=SECONDS)
    assert again.status == 0, again.text
    assert guest.check("findmnt", "--noheadings", "--output", "FSTYPE", "--mountpoint", "/srv/data") == "ext4"
