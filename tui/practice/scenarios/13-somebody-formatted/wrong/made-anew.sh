# A new label and a new group of the same name: what was on it is gone.
target=iqn.2003-01.org.linux-iscsi.lab:library
disk=$(disk_of $target 0)
dd if="$disk" of=/root/beginning bs=1M count=8 status=none
wipefs -q -a "$disk"
blockdev --rereadpt "$disk"
udevadm settle
vgcreate -q books "$disk"
lvcreate -q --yes -W y -l 100%FREE -n catalogue books
mkfs.ext4 -q -F /dev/books/catalogue
mountpoint -q /srv/books || mount /srv/books
