# The file passed over once: mounted now, and LVM still does not know the group.
vgchange -a y --devicesfile "" host
mountpoint -q /srv/host || mount /srv/host
