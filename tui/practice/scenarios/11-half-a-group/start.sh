# A volume over two targets; somebody deleted the record of the second, and it is not logged in any more.
left=iqn.2003-01.org.linux-iscsi.lab:left
right=iqn.2003-01.org.linux-iscsi.lab:right
iscsiadm -m node -T $left -p 192.0.2.10:3260,1 -o new
iscsiadm -m node -T $right -p 192.0.2.10:3261,1 -o new
set_record $left 192.0.2.10 node.startup automatic
set_record $right 192.0.2.10:3261 node.startup automatic
systemctl enable open-iscsi.service
iscsiadm -m node -T $left -p 192.0.2.10 --login
iscsiadm -m node -T $right -p 192.0.2.10:3261 --login
vgcreate -q data "$(disk_of $left 0)" "$(disk_of $right 0)"
lvcreate -q --yes -i 2 -l 100%FREE -n span data
mkfs.ext4 -q /dev/data/span
mkdir -p /srv/data
mount /dev/data/span /srv/data
sentinel /srv/data/accounts
umount /srv/data
vgchange -q -a n data
echo '/dev/data/span /srv/data ext4 defaults,_netdev,nofail,x-systemd.device-timeout=20 0 2' >> /etc/fstab
systemctl daemon-reload
pvs --noheadings -o pv_uuid -S vg_name=data | sort > "$practice/volumes"
iscsiadm -m node -T $right -p 192.0.2.10:3261 --logout
iscsiadm -m node -T $right -p 192.0.2.10:3261 -o delete
