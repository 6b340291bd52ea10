# The original logged out, so that only the clone is left: Monday's file is back, and Tuesday is gone.
umount /srv/work
vgchange -a n studio
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:studio --logout
vgchange -a y studio
mountpoint -q /srv/work || mount /srv/work
