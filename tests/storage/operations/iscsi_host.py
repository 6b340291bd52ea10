"""Made-up hosts with open-iscsi on them, for tests of words and refusals."""

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Answer, Outcome, PortAnswer
from tui.storage.model.iscsi import Portal
from tui.storage.probe.system.services import DAEMON_SOCKET_NAME

T1 = "iqn.2003-01.org.linux-iscsi.lab:t1"
PORTAL = Portal("192.0.2.10", 3260, 1)
SECOND = Portal("198.51.100.10", 3260, 2)
RECORD_PATH = f"/etc/iscsi/nodes/{T1}/192.0.2.10,3260,1/default"
RECORD = f"""# BEGIN RECORD 2.1.8
node.name = {T1}
node.tpgt = 1
node.startup = manual
iface.iscsi_ifacename = default
node.session.auth.authmethod = None
node.session.initial_login_retry_max = 2
node.conn[0].address = 192.0.2.10
node.conn[0].port = 3260
node.conn[0].timeo.login_timeout = 5
# END RECORD
"""
WWID = "naa.60014051111222233334444555566667"


def debian() -> ScriptedHost:
    """A Debian host whose iscsid answers and runs as process 100, with one record and its portal open."""
    return ScriptedHost(
        files={
            "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
            "/etc/iscsi/initiatorname.iscsi": "InitiatorName=iqn.1993-08.org.debian:01:old\n",
            "/etc/iscsi/iscsid.conf": "#node.session.auth.authmethod = CHAP\nnode.startup = manual\n",
            "/proc/uptime": "1000.00 900.00\n",
            "/proc/100/stat": "100 (iscsid) S " + " ".join(["0"] * 18) + " 99000 0 0\n",
            RECORD_PATH: RECORD,
        },
        folders={"/run/lock/iscsi"},
        modes={RECORD_PATH: 0o600},
        replies={
            ("systemctl", "restart"): Outcome(0),
            ("systemctl", "show", "--property=MainPID"): Outcome(0, "100\n"),
            ("systemctl", "show", "--property=LoadState"): Outcome(0, "loaded\n"),
        },
        sockets={DAEMON_SOCKET_NAME},
        answers={
            ("192.0.2.10", 3260): PortAnswer(Answer.OPEN, 0.001),
            ("198.51.100.10", 3260): PortAnswer(Answer.OPEN, 0.001),
        },
    )


def add_session(
    host: ScriptedHost, sid: int = 1, portal: Portal = PORTAL, *, state: str = "LOGGED_IN", disk: str = "sda"
) -> None:
    """Give a host a session to `T1`, with one LUN of 1 MiB."""
    real = f"/sys/devices/platform/host{sid}/session{sid}"
    place = f"/sys/class/iscsi_session/session{sid}"
    lun = f"{real}/target{sid}:0:0/{sid}:0:0:0"
    number = f"8:{16 * (ord(disk[-1]) - ord('a'))}"
    host.links[f"{place}/device"] = f"../../../devices/platform/host{sid}/session{sid}"
    host.files.update(
        {
            f"{place}/targetname": f"{T1}\n",
            f"{place}/state": f"{state}\n",
            f"{place}/ifacename": "default\n",
            f"{place}/tpgt": "1\n",
            f"/sys/class/iscsi_connection/connection{sid}:0/persistent_address": f"{portal.address}\n",
            f"/sys/class/iscsi_connection/connection{sid}:0/persistent_port": f"{portal.port}\n",
            f"{lun}/wwid": f"{WWID}\n",
            f"{lun}/state": "running\n",
            f"{lun}/type": "0\n",
            f"{lun}/vendor": "LIO-ORG \n",
            f"{lun}/model": "disk\n",
            f"{lun}/block/{disk}/size": "2048\n",
            f"/sys/class/block/{disk}/dev": f"{number}\n",
            f"/sys/class/block/{disk}/size": "2048\n",
            f"/sys/class/block/{disk}/device/state": "running\n",
            f"/run/udev/data/b{number}": "E:ID_SERIAL=3600\n",
        }
    )


def mount(host: ScriptedHost, disk: str, target: str) -> None:
    """Mount the file system of a disk."""
    number = host.files[f"/sys/class/block/{disk}/dev"].strip()
    host.files["/proc/self/mountinfo"] = f"30 1 {number} / {target} rw - ext4 /dev/{disk} rw\n"
