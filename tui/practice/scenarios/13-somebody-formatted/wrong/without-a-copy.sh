# Repaired correctly, but without a copy to undo it if it had been the wrong disk or the wrong metadata.
target=iqn.2003-01.org.linux-iscsi.lab:library
disk=$(disk_of $target 0)
uuid=$(sed -n '/pv0 {/,/}/s/^\s*id = "\(.*\)"/\1/p' /etc/lvm/backup/books)
wipefs -q -a "$disk"
blockdev --rereadpt "$disk"
udevadm settle
pvcreate -q --uuid "$uuid" --restorefile /etc/lvm/backup/books "$disk"
vgcfgrestore -q books
vgchange -a y books
mountpoint -q /srv/books || mount /srv/books
