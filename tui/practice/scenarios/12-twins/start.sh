# A mounted volume; a clone of its LUN as it was before a file was overwritten; the second path of the original.
studio=iqn.2003-01.org.linux-iscsi.lab:studio
monday=iqn.2003-01.org.linux-iscsi.lab:monday
iscsiadm -m node -T $studio -p 192.0.2.10:3260,1 -o new
iscsiadm -m node -T $studio -p 198.51.100.10:3260,1 -o new
iscsiadm -m node -T $monday -p 192.0.2.10:3261,1 -o new
set_record $studio 192.0.2.10:3260 node.startup automatic
systemctl enable open-iscsi.service
iscsiadm -m node -T $studio -p 192.0.2.10:3260 --login
original=$(disk_of $studio 0)
cat "/sys/block/${original#/dev/}/device/wwid" > "$practice/wwid"
vgcreate -q studio "$original"
pvs --noheadings -o pv_uuid "$original" | tr -d ' -' > "$practice/volume"
vgs --noheadings -o vg_uuid studio | tr -d ' -' > "$practice/group"
lvcreate -q --yes -l 100%FREE -n work studio
mkfs.ext4 -q /dev/studio/work
mkdir -p /srv/work
printf '%s\n' '/dev/studio/work /srv/work ext4 defaults,_netdev,nofail,x-systemd.device-timeout=20 0 2' >> /etc/fstab
systemctl daemon-reload
mount /srv/work
sentinel /srv/work/mixes
head -c 65536 /dev/urandom > /srv/work/master
sha256sum /srv/work/master > "$practice/monday"
umount /srv/work
vgchange -q -a n studio
# What the array does when it makes a clone.
sync
dd if=/var/lib/lab-san/iqn.2003-01.org.linux-iscsi.lab_studio-lun0 bs=1M conv=notrunc,sparse,fsync status=none \
    of=/var/lib/lab-san/iqn.2003-01.org.linux-iscsi.lab_monday-lun0
vgchange -q -a y studio
mount /srv/work
head -c 65536 /dev/zero > /srv/work/master
sentinel /srv/work/tuesday
sync --file-system /srv/work
iscsiadm -m node -T $monday -p 192.0.2.10:3261 --login
disk_of $monday 0
iscsiadm -m node -T $studio -p 198.51.100.10:3260 --login
until_true 30 ls /dev/disk/by-path/ip-198.51.100.10:3260-iscsi-$studio-lun-0
udevadm settle --timeout=20
