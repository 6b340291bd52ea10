# Remounted for writing, again and again: the map below is still the dead one.
mount -o remount,rw /srv/plans || true
vgchange -a y projects
