# What every script of a scenario may use. Run as root in the practice machine; a failing command ends it.
set -eu
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
practice=/var/lib/practice
mkdir -p "$practice"

# until_true SECONDS COMMAND…: wait until the command succeeds; fail when it does not in time.
until_true() {
    end=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$end" ] || { echo "still not so: $*" >&2; return 1; }
        sleep 0.1
    done
}

# sentinel FILE: write something nobody else has there, and remember what it was.
sentinel() {
    head -c 65536 /dev/urandom > "$1"
    sync "$1"
    sha256sum "$1" >> "$practice/sentinels"
}

# links_of TARGET LUN: the links of a LUN in /dev/disk/by-path, one for each path to it.
links_of() {
    ls -d /dev/disk/by-path/*"-iscsi-$1-lun-$2"
}

# disk_of TARGET LUN: the device of a LUN that is logged in, when udev is done with it.
disk_of() {
    until_true 30 links_of "$1" "$2"
    udevadm settle --timeout=20
    readlink -f "$(links_of "$1" "$2" | head -n 1)"
}

# set_record TARGET PORTAL NAME VALUE…: change a node record.
set_record() {
    record_target=$1 record_portal=$2
    shift 2
    while [ $# -gt 0 ]; do
        iscsiadm -m node -T "$record_target" -p "$record_portal" -o update -n "$1" -v "$2"
        shift 2
    done
}

# fault NAME OPTION=VALUE…: let something go wrong with the array, or right again (tui.lab.faults).
fault() {
    python3 -m tui.lab.faults "$@"
}

# in_array COMMAND…: run something in the array's network.
in_array() {
    nsenter --net=/run/netns/san "$@"
}

# offered CODE: do what the Recovery screen of this program offers first for a finding, as if a person had said yes.
offered() {
    python3 - "$1" << 'END'
import sys, threading
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage.changing.run_plan import carry_out
from tui.storage.host.local import LocalHost
from tui.storage.changing.watcher import Unwatched

host = LocalHost()
found = diagnose(gather(host, 60.0)).findings
ways = [fix.proposal for one in found if one.code == sys.argv[1] for fix in one.fixes if fix.proposal]
if not ways:
    sys.exit(f"{sys.argv[1]} is not offered; found: {[one.code for one in found]}")
ending = carry_out(ways[0].plan, host, Unwatched(), threading.Event())
if not ending.ok:
    sys.exit(f"it did not come to its end: {ending.problem}")
END
}
