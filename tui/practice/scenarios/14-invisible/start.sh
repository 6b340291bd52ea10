# Two VGs; a filter that was meant to hide the one of the virtual machine hides both.
host=iqn.2003-01.org.linux-iscsi.lab:host
guests=iqn.2003-01.org.linux-iscsi.lab:guests
iscsiadm -m node -T $host -p 192.0.2.10:3260,1 -o new
iscsiadm -m node -T $guests -p 192.0.2.10:3261,1 -o new
for record in "$host 192.0.2.10:3260" "$guests 192.0.2.10:3261"; do
    set_record $record node.startup automatic
    iscsiadm -m node -T "${record% *}" -p "${record#* }" --login
done
systemctl enable open-iscsi.service
for name in host guests; do
    disk=$(disk_of "iqn.2003-01.org.linux-iscsi.lab:$name" 0)
    vgcreate -q "$name" "$disk"
    lvcreate -q --yes -l 100%FREE -n data "$name"
    mkfs.ext4 -q "/dev/$name/data"
done
mkdir -p /srv/host
mount /dev/host/data /srv/host
sentinel /srv/host/letters
umount /srv/host
mount /dev/guests/data /mnt
dd if=/dev/urandom of=/mnt/inner bs=64k count=1 status=none
umount /mnt
vgchange -q -a n host guests
printf '%s\n' '/dev/host/data /srv/host ext4 defaults,_netdev,nofail 0 2' >> /etc/fstab
systemctl daemon-reload
# Where LVM and file system keep what tells that somebody wrote.
head -c 4194304 "$(disk_of $guests 0)" | sha256sum > "$practice/guests-head"
cat > /etc/lvm/lvmlocal.conf << 'END'
# Keep our hands off the disks of virtual machines.
devices {
    global_filter = [ "r|^/dev/loop|", "r|^/dev/sd|", "r|^/dev/disk/by-path/.*iscsi|" ]
}
END
pvscan --cache || true
