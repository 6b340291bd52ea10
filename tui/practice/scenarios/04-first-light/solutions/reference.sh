# Every step by hand, as the hints name them.
target=iqn.2003-01.org.linux-iscsi.lab:files
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:db7" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
set_record $target 192.0.2.10 node.startup automatic
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk=$(disk_of $target 0)
pvcreate -q "$disk"
vgcreate -q data "$disk"
lvcreate -q -l 100%FREE -n app data
mkfs.ext4 -q /dev/data/app
mkdir -p /srv/data
echo "/dev/data/app /srv/data ext4 defaults,_netdev 0 2" >> /etc/fstab
systemctl enable open-iscsi.service
systemctl daemon-reload
mount /srv/data
