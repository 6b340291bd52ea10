# A ledger that is written to, on a session whose link is down longer than the kernel waits: ext4 has stopped.
ledger=iqn.2003-01.org.linux-iscsi.lab:ledger
archive=iqn.2003-01.org.linux-iscsi.lab:archive
iscsiadm -m node -T $ledger -p 192.0.2.10:3260,1 -o new
iscsiadm -m node -T $archive -p 198.51.100.10:3260,1 -o new
set_record $ledger 192.0.2.10 node.session.timeo.replacement_timeout 3 \
    'node.conn[0].timeo.noop_out_interval' 2 'node.conn[0].timeo.noop_out_timeout' 2
iscsiadm -m node -T $ledger -p 192.0.2.10 --login
iscsiadm -m node -T $archive -p 198.51.100.10 --login
disk=$(disk_of $ledger 0)
vgcreate -q ledger "$disk"
lvcreate -q --yes -l 100%FREE -n book ledger
mkfs.ext4 -q /dev/ledger/book
mkdir -p /srv/ledger
printf '%s\n' '/dev/ledger/book /srv/ledger ext4 defaults,_netdev,nofail,x-systemd.device-timeout=20 0 2' >> /etc/fstab
cat > /usr/local/bin/ledger-writer << 'END'
#!/bin/sh
# Writes a line and has it on the disk before the next one; goes on where it was, and tries again what fails.
cd /srv/ledger || exit 1
number=$(tail -n 1 open-year 2>/dev/null)
number=${number:-0}
exec 3>> open-year
while :; do
    if echo "$((number + 1))" >&3 && sync -d open-year; then
        number=$((number + 1))
        sleep 0.2
    else
        sleep 1
    fi
done
END
chmod 755 /usr/local/bin/ledger-writer
cat > /etc/systemd/system/ledger-writer.service << 'END'
[Unit]
Description=Writes the ledger

[Service]
ExecStart=/usr/local/bin/ledger-writer
TimeoutStopSec=20
END
cat > /usr/local/bin/cable << 'END'
#!/bin/sh
# The array's end of the cable of network a: plugged in, or not.
case ${1:-} in
in) exec python3 -m tui.lab.faults link-up network=a ;;
*) echo "usage: cable in" >&2; exit 2 ;;
esac
END
chmod 755 /usr/local/bin/cable
systemctl daemon-reload
mount /srv/ledger
sentinel /srv/ledger/closed-year
systemctl start ledger-writer.service
until_true 20 test -s /srv/ledger/open-year
# A line is written when the one before it is on the disk.
written=$(wc -l < /srv/ledger/open-year)
until_true 20 grep -qx $((written + 1)) /srv/ledger/open-year
echo "$written" > "$practice/written"
fault link-down network=a
state=$(dirname "$(grep -l $ledger /sys/class/iscsi_session/*/targetname)")/state
until_true 60 grep -q FREE "$state"
until_true 60 grep -qv '^0$' /sys/fs/ext4/dm-*/errors_count
