# Two volume groups, that of this host and that of a virtual machine; what hides them comes with the variant.
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
vgchange -q -a n host guests
printf '%s\n' '/dev/host/data /srv/host ext4 defaults,_netdev,nofail,x-systemd.device-timeout=20 0 2' >> /etc/fstab
systemctl daemon-reload
# The names that other systems have for LVM in the place of `lvm lvmdevices`.
for name in lvmdevices vgimportdevices; do ln -s lvm "/usr/sbin/$name"; done

# handed_over: the virtual machine has its disk; this host knows nothing of what is on it.
handed_over() {
    rm -f /etc/lvm/backup/guests /etc/lvm/archive/guests_*
    # Where LVM and file system keep what tells that somebody wrote.
    sync
    head -c 4194304 "$(disk_of $guests 0)" | sha256sum > "$practice/guests-head"
}
