"""Odd inputs, made of what real tools and kernels wrote."""

import json
import random
from functools import cache
from pathlib import Path

from tests.hostile import FORGED, NASTY
from tests.machines.in_use import host_in_use
from tui.commands.whole_host import read_whole_host
from tui.storage.host.recording import RecordingHost
from tui.storage.operations import catalogue as _catalogue  # noqa: F401 (knows every operation)
from tui.storage.printing import json_text

ROOT = Path(__file__).resolve().parent.parent.parent

_LONGEST = 20_000


class Input:
    """One input, made by its own random numbers.

    Args:
        seed: of the run.
        number: of the input.
        folder: where its files may be.
    """

    def __init__(self, seed: int, number: int, folder: Path) -> None:
        self.random = random.Random(f"{seed}/{number}")
        self.number = number
        self.folder = folder

    def text(self, seeds: tuple[str, ...] = ()) -> str:
        """A text made of a real one."""
        text = self.random.choice(seeds or corpus())[:_LONGEST]
        for _turn in range(self.random.choice((1, 1, 2, 3, 8))):
            text = self._mutated(text)
        return text

    def _mutated(self, text: str) -> str:
        choose, at = self.random.choice, self.random.randrange(len(text) + 1)
        end = min(len(text), at + choose((1, 2, 8, 100)))
        match self.random.randrange(11):
            case 0:
                # A line of a file may begin with any name: there the word proves nothing.
                return text[:at] + choose(NASTY).replace(FORGED, "") + text[at:]
            case 1:
                return text[:at] + text[end:]
            case 2:
                return text[:at]
            case 3:
                return text[:at] + text[at:end] * choose((2, 50, 500)) + text[end:]
            case 4:
                return text[:at] + choose(_ODD) + text[end:]
            case 5:
                return text[:at] + chr(self.random.randrange(0x250)) + text[end:]
            case 6:
                return self._number_replaced(text)
            case 7:
                other = choose(corpus())
                return text[:at] + other[: choose((10, 500))] + text[end:]
            case 8:
                lines = text.split("\n")
                self.random.shuffle(lines)
                return "\n".join(lines)
            case 9:
                return text.replace(
                    choose((" ", "\n", ":", "=", ",", "/", '"')), choose(("", "\t", "  ", "\0"))
                )
            case _:
                return text[:at] + choose("[]{}()\"'\\|*+") * choose((1, 50, 3000)) + text[at:]

    def _number_replaced(self, text: str) -> str:
        runs = [at for at, one in enumerate(text) if one.isdigit()]
        if not runs:
            return text
        at = self.random.choice(runs)
        return text[:at] + self.random.choice(_NUMBERS) + text[at + 1 :]

    def document(self, plain: object) -> object:
        """A JSON document with some values replaced."""
        if isinstance(plain, dict):
            items = {str(key): self.document(value) for key, value in plain.items()}
            if items and self.random.random() < 0.02:
                del items[self.random.choice(list(items))]
            return items
        if isinstance(plain, list):
            return [self.document(value) for value in plain]
        if self.random.random() < 0.004:
            return self.random.choice(_VALUES)
        if isinstance(plain, str) and self.random.random() < 0.03:
            return self.text((plain,))
        return plain

    def file(self, text: str, name: str = "input") -> str:
        """A file with a text, for its owner alone."""
        path = self.folder / name
        path.write_bytes(text.encode(errors="surrogatepass"))
        path.chmod(0o600)
        return str(path)


_NUMBERS = (
    "9" * 5_000,
    "-1",
    "99999999999999999999",
    "1e999",
    "0x",
    "\u0663",
    "\xb2",
    "",
    "2147483648",
    "0.0.0",
)
_ODD = (
    "\x00",
    "\ufffd",
    "%s",
    "..",
    "//",
    "\\x",
    "\\",
    "=",
    "::",
    "[::1]",
    "fe80::1%eth0",
    "0",
    "-",
    "#",
    "'",
    '"',
)
_VALUES: tuple[object, ...] = (
    *(None, True, -1, 0, 1.5, 2**62, "", [], {}, [[[]]], {"errno": 10**12}, {"errno": 2}, ["\x1b[2J"]),
)


@cache
def captures() -> tuple[object, ...]:
    """The recorded hosts."""
    paths = sorted((ROOT / "tests" / "machines").glob("*.json"))
    return tuple(json.loads(path.read_text()) for path in paths)


@cache
def whole_capture() -> object:
    """A host with everything that a twin is described from."""
    recording = RecordingHost(host_in_use())
    read_whole_host(recording)
    return json.loads(json_text(recording.document()))


@cache
def corpus() -> tuple[str, ...]:
    """Texts that real tools and kernels wrote."""
    found = {path.read_text() for path in (ROOT / "tests" / "golden").glob("*.*")}
    for machine in (*captures(), whole_capture()):
        assert isinstance(machine, dict)
        found |= {text for text in machine["read"].values() if isinstance(text, str) and len(text) > 1}
        found |= {ran["outcome"]["stdout"] for ran in machine["run"]}
    return tuple(sorted(found | set(_LINES)))


_LINES = (
    "<6>[   12.345678] sd 2:0:0:0: [sda] Attached SCSI disk",
    "6,1234,12345678,-; connection1:0: detected conn error (1022)",
    "connection1:0: detected conn error (1011)",
    '{"MESSAGE":"connection1:0 is operational","__REALTIME_TIMESTAMP":"1700000000000000"}',
    "192.0.2.10:3260,1 iqn.2003-01.org.example:t1\n[2001:db8::1]:3260,2 iqn.2003-01.org.example:t2\n",
    "UUID=abc /srv/data ext4 _netdev,nofail,x-systemd.device-timeout=60 0 2\n",
    "luks-data UUID=abc /etc/key luks,_netdev\n",
    "InitiatorName=iqn.1993-08.org.debian:01:abc\n",
    "1 0 8:0 / / rw,relatime shared:1 - ext4 /dev/sda rw\n",
    "0 1048576 raid raid1 2 AA 1048576/1048576 idle 0 0 -\n",
    "vg-pool: 0 204800 thin-pool 1 25/1024 100/3200 - rw discard_passdown queue_if_no_space - 1024\n",
    "12 (a b) c) S 1 12 12 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n",
    "0::/system.slice/docker-abc.scope\n",
    "BYT;\n/dev/sda:8:scsi\n",
    'vg { id = "x" seqno = 3 physical_volumes { pv0 { id = "y" device = "/dev/sda" } } }\n',
    '[{"dst":"192.0.2.1","dev":"eth0","prefsrc":"192.0.2.2","gateway":"192.0.2.254"}]',
    '[{"ifname":"eth0","mtu":1500,"addr_info":[{"local":"192.0.2.2","prefixlen":24,"scope":"global"}]}]',
    '{"signatures": [{"device":"sda","offset":"0x438","type":"ext4","uuid":"u","label":null}]}',
    "DEVNAME=/dev/sda\nTYPE=ext4\nLABEL=\\x1b\n",
    'ID=debian\nVERSION_ID="12"\n',
    "mount /dev/vg/lv /srv && iscsiadm -m node -L all\nsleep 5; vgchange -ay\nexit 0\n",
    '["r|/dev/sda|","a|.*|"]',
    "rw,noatime,x-mount.mkdir=0755,comment=a\\040b",
    "10G",
    "100%FREE",
    "iqn.2024-05.com.example:db7",
    "eui.02004567A425678D",
)
