# The clone imported and the file copied, but the second path stays without a map: LVM ignores both.
vgimportclone --basevgname monday "$(disk_of iqn.2003-01.org.linux-iscsi.lab:monday 0)"
vgchange -a y monday
mount -o ro /dev/monday/work /mnt
cp /mnt/master /srv/work/master
sync --file-system /srv/work
umount /mnt
