# A logout under a mounted file system, and a login after it: the disk is back under another name.
target=iqn.2003-01.org.linux-iscsi.lab:projects
iscsiadm -m node -T $target -p 192.0.2.10:3260,1 -o new
set_record $target 192.0.2.10 node.startup automatic
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk=$(disk_of $target 0)
vgcreate -q projects "$disk"
lvcreate -q --yes -l 100%FREE -n plans projects
mkfs.ext4 -q /dev/projects/plans
mkdir -p /srv/plans
mount /dev/projects/plans /srv/plans
sentinel /srv/plans/bridge
sync
systemd-run --quiet --unit=reporter --working-directory=/srv/plans sleep infinity
iscsiadm -m node -T $target -p 192.0.2.10 --logout
# Something has to fail before the file system knows.
touch /srv/plans/today 2>/dev/null || true
sync || true
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk_of $target 0
