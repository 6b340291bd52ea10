# Everything is mounted, but nothing mounts it at boot.
target=iqn.2003-01.org.linux-iscsi.lab:files
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:db7" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk=$(disk_of $target 0)
vgcreate -q data "$disk"
lvcreate -q -l 100%FREE -n app data
mkfs.ext4 -q /dev/data/app
mkdir -p /srv/data
mount /dev/data/app /srv/data
