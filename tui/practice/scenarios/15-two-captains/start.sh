# A volume that this host has mounted, and a second initiator that is logged in and writes to the same LUN.
target=iqn.2003-01.org.linux-iscsi.lab:freight
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:db7" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
iscsiadm -m node -T $target -p 192.0.2.10:3260,1 -o new
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk=$(disk_of $target 0)
vgcreate -q freight "$disk"
lvcreate -q --yes -l 100%FREE -n hold freight
mkfs.ext4 -q -b 4096 /dev/freight/hold
mkdir -p /srv/freight
mount /dev/freight/hold /srv/freight
sentinel /srv/freight/manifest
head -c 20000 /dev/urandom > /srv/freight/loading-list
head -c 4096 /dev/zero > /srv/freight/log-of-db6
sync
umount /srv/freight
# What two kernels with one file system make of it: a name whose inode the other one has taken away.
debugfs -w -R 'clri loading-list' /dev/freight/hold 2> /dev/null
start=$(pvs --noheadings --units b --nosuffix -o pe_start "$disk" | tr -d ' ')
block=$(debugfs -R 'bmap log-of-db6 0' /dev/freight/hold 2> /dev/null)
mount /dev/freight/hold /srv/freight

cat > /usr/local/lib/db6 << 'END'
"""The host db6, as far as the array sees it: an initiator that logs in and writes its log, over and over.

RFC 7143: one login request from the operational stage to the full feature phase, then SCSI WRITE(10) with
immediate data. A connection that is lost is opened anew, as iscsid does; SIGTERM is a logout in good order.
"""

import itertools
import select
import signal
import socket
import struct
import sys
import time

NAME, TARGET, PORTAL, OWN = sys.argv[1], sys.argv[2], ("192.0.2.10", 3260), "192.0.2.6"
BLOCK = int(sys.argv[3])
PAUSE = 0.5
AGAIN = 3.0


def take(connection):
    header = receive(connection, 48)
    receive(connection, -(-int.from_bytes(header[5:8]) // 4) * 4)
    return header


def receive(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def log_in(connection):
    keys = {"InitiatorName": NAME, "TargetName": TARGET, "SessionType": "Normal"}
    keys |= {"HeaderDigest": "None", "DataDigest": "None", "InitialR2T": "Yes", "ImmediateData": "Yes"}
    keys |= {"MaxConnections": 1, "MaxBurstLength": 65536, "FirstBurstLength": 65536, "MaxOutstandingR2T": 1}
    keys |= {"DefaultTime2Wait": 2, "DefaultTime2Retain": 0, "ErrorRecoveryLevel": 0}
    keys |= {"DataPDUInOrder": "Yes", "DataSequenceInOrder": "Yes"}
    text = b"".join(f"{key}={value}\0".encode() for key, value in keys.items())
    head = struct.pack(">BBBBI6sHIHHII16x", 0x43, 0x87, 0, 0, len(text), b"\x80\0\0\0\0\6", 0, 1, 0, 0, 1, 0)
    connection.sendall(head + text + bytes(-len(text) % 4))
    answer = take(connection)
    if answer[0] != 0x23 or answer[36] or answer[1] & 0x83 != 0x83:
        raise ConnectionError
    return int.from_bytes(answer[24:28]) + 1


def write_log(connection, status, number):
    data = f"db6 was here, {number}".encode().ljust(4096, b"\0")
    command = struct.pack(">BBIBHB6x", 0x2A, 0, BLOCK, 0, len(data) // 512, 0)
    head = struct.pack(">BBHI8sIIII16s", 0x01, 0xA1, 0, len(data), bytes(8), number, len(data), number, status, command)
    connection.sendall(head + data)


def log_out(connection, status, number):
    head = struct.pack(">BBHI8sIHHII16x", 0x46, 0x80, 0, 0, bytes(8), number, 0, 0, number, status)
    connection.sendall(head)
    while take(connection)[0] & 0x3F != 0x26:
        pass


def sail(connection):
    status = log_in(connection)
    for number in itertools.count(1):
        if called:
            log_out(connection, status, number)
            sys.exit()
        write_log(connection, status, number)
        end = time.monotonic() + PAUSE
        while (left := end - time.monotonic()) > 0:
            if select.select([connection], [], [], left)[0]:
                answer = take(connection)
                if answer[0] & 0x3F == 0x20:  # A ping of the target (NOP-In): answered with its own tag.
                    if answer[20:24] != b"\xff" * 4:
                        ping = struct.pack(">BBHI8sI4sII16x", 0x40, 0x80, 0, 0, answer[8:16], 0xFFFFFFFF,
                                           answer[20:24], number + 1, status)
                        connection.sendall(ping)
                elif answer[0] & 0x3F in (0x21, 0x25):
                    status = int.from_bytes(answer[24:28]) + 1


called = []
signal.signal(signal.SIGTERM, lambda number, _frame: called.append(number))
while not called:
    try:
        with socket.create_connection(PORTAL, timeout=10, source_address=(OWN, 0)) as connection:
            sail(connection)
    except OSError:
        time.sleep(AGAIN)
END
in_array ip address add 192.0.2.6/24 dev s0
systemd-run --quiet --unit=db6 --property=NetworkNamespacePath=/run/netns/san \
    python3 /usr/local/lib/db6 iqn.2003-01.org.linux-iscsi.lab:db6 $target "$(((start + block * 4096) / 512))"

cat > /usr/local/bin/san-hosts << 'END'
#!/bin/sh
# The array's list of the hosts that it admits to the LUN, and which of them are logged in.
acls=/sys/kernel/config/target/iscsi/iqn.2003-01.org.linux-iscsi.lab:freight/tpgt_1/acls
case ${1:-list} in
list)
    for host in "$acls"/*; do
        echo "${host##*/}"
        grep -E 'Session State|Address|No active' "$host/info" | sed 's/^[ \t]*/    /'
    done ;;
remove)
    [ -d "$acls/${2:?which host}" ] || { echo "$2 is not in the ACL" >&2; exit 1; }
    rm "$acls/$2"/lun_0/lun && rmdir "$acls/$2"/lun_0 "$acls/$2" ;;
*) echo "usage: san-hosts [list | remove IQN]" >&2; exit 2 ;;
esac
END
cat > /usr/local/bin/san-copy << 'END'
#!/bin/sh
# A copy of the LUN as it is now, on the array.
[ $# = 1 ] || { echo "usage: san-copy NAME" >&2; exit 2; }
exec cp --sparse=always /var/lib/lab-san/iqn.2003-01.org.linux-iscsi.lab_freight-lun0 "/var/lib/lab-san/$1.copy"
END
cat > /usr/local/bin/call-db6 << 'END'
#!/bin/sh
# Calls the people at db6, who unmount what they have mounted and log out.
systemctl stop db6.service
while grep -q 'Session State' /sys/kernel/config/target/iscsi/iqn.*/tpgt_1/acls/*db6/info 2> /dev/null; do
    sleep 0.1
done
echo "db6: unmounted, logged out."
END
chmod 755 /usr/local/bin/san-hosts /usr/local/bin/san-copy /usr/local/bin/call-db6

# Every check of a disk, not of a copy, notes whether the volume was at rest as it began.
mv /usr/sbin/e2fsck /usr/sbin/e2fsck.itself
cat > /usr/sbin/e2fsck << 'END'
#!/bin/bash
state=alone
asked=copy
[ "$(cat /sys/kernel/config/target/iscsi/iqn.*/fabric_statistics/iscsi_instance/sessions)" -le 1 ] || state=beside
! grep -q '/dev/mapper/freight-hold ' /proc/self/mounts || state=mounted
for word in "$@"; do
    case $word in
    -*n*) state=looked ;;
    /dev/loop*) ;;
    *) [ ! -b "$word" ] || asked=disk ;;
    esac
done
began=$(mktemp -p /run)
(exec -a "$0" /usr/sbin/e2fsck.itself "$@")
status=$?
if [ "$state" != looked ] && [ $asked = disk ] && [ $status -lt 8 ]; then
    echo "$state" >> /var/lib/practice/checks
    [ -e /var/lib/practice/first-check ] || cp -p "$began" /var/lib/practice/first-check
fi
rm "$began"
exit $status
END
chmod 755 /usr/sbin/e2fsck
until_true 30 grep -q 'TARG_SESS_STATE_LOGGED_IN' /sys/kernel/config/target/iscsi/$target/tpgt_1/acls/*db6/info
# The kernel finds the first trace of it.
ls -l /srv/freight > /dev/null 2>&1 || true
until_true 30 sh -c "dd if=$disk bs=4096 skip=$(((start + block * 4096) / 4096)) count=1 iflag=direct status=none | grep -q 'db6 was here'"
touch "$practice/began"
