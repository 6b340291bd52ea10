# A copy first; then the new table wiped, label and metadata restored from LVM's backup.
target=iqn.2003-01.org.linux-iscsi.lab:library
disk=$(disk_of $target 0)
dd if="$disk" of=/root/beginning bs=1M count=8 status=none
notes=/etc/lvm/backup/books
uuid=$(sed -n '/pv0 {/,/}/s/^\s*id = "\(.*\)"/\1/p' "$notes")
wipefs -q -a "$disk"
blockdev --rereadpt "$disk"
udevadm settle
pvcreate -q --test --uuid "$uuid" --restorefile "$notes" "$disk"
pvcreate -q --uuid "$uuid" --restorefile "$notes" "$disk"
vgcfgrestore -q books
vgchange -a y books
e2fsck -f -n /dev/books/catalogue
mountpoint -q /srv/books || mount /srv/books
