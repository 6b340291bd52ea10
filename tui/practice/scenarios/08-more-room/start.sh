# A file system that is nearly full and written to all the time, on a LUN that the array has enlarged since.
target=iqn.2003-01.org.linux-iscsi.lab:logs
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
set_record $target 192.0.2.10 node.startup automatic
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk=$(disk_of $target 0)
pvcreate -q "$disk"
vgcreate -q logs "$disk"
lvcreate -q --yes -l 100%FREE -n journal logs
mkfs.ext4 -q -m 0 /dev/logs/journal
mkdir -p /srv/logs
mount /dev/logs/journal /srv/logs
sentinel /srv/logs/last-year
fallocate -l 230M /srv/logs/old
cat > /usr/local/bin/log-writer << 'END'
#!/bin/sh
# Adds a numbered line ten times a second, and holds its file open; it never begins anew.
exec >> /srv/logs/current
number=0
while :; do
    number=$((number + 1))
    echo "$number $$"
    sleep 0.1
done
END
chmod 755 /usr/local/bin/log-writer
systemd-run --quiet --unit=log-writer /usr/local/bin/log-writer
until_true 20 test -s /srv/logs/current
systemctl show --value --property MainPID log-writer.service > "$practice/writer"
