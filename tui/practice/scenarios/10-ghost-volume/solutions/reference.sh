# From above: the service, the mount, the map; then from below again, with a check before the mount.
systemctl stop reporter.service
umount /srv/plans
dmsetup remove projects-plans
vgchange -a y projects
e2fsck -p /dev/projects/plans || [ $? -le 1 ]
mount /dev/projects/plans /srv/plans
