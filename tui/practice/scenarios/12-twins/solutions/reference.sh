# The clone imported and the file copied; then the original taken down for a moment, and its paths combined.
clone=$(disk_of iqn.2003-01.org.linux-iscsi.lab:monday 0)
path=$(disk_of iqn.2003-01.org.linux-iscsi.lab:studio 0)
vgimportclone --basevgname monday "$clone"
vgchange -a y monday
mount -o ro /dev/monday/work /mnt
cp /mnt/master /srv/work/master
umount /mnt
umount /srv/work
dmsetup remove --retry studio-work
multipath -a "$path"
multipath "$path"
udevadm settle --timeout=30
vgchange -a y studio
mountpoint -q /srv/work || mount /srv/work
