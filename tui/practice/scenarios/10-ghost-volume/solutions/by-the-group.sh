# LVM deactivates the map, since it finds the group on the new disk.
systemctl stop reporter.service
umount /srv/plans
vgchange -a n projects
vgchange -a y projects
e2fsck -f -p /dev/projects/plans || [ $? -le 1 ]
mount -o rw /dev/projects/plans /srv/plans
