# The right label on the wrong disk: LVM reports no problem, and there is no file system.
target=iqn.2003-01.org.linux-iscsi.lab:library
dd if="$(disk_of $target 0)" of=/root/beginning bs=1M count=8 status=none
other=$(disk_of $target 1)
uuid=$(sed -n '/pv0 {/,/}/s/^\s*id = "\(.*\)"/\1/p' /etc/lvm/backup/books)
pvcreate -q --uuid "$uuid" --restorefile /etc/lvm/backup/books "$other"
vgcfgrestore -q books
vgchange -a y books
