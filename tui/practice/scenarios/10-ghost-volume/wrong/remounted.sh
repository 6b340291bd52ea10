# Remounted for writing, again and again: the map below still refers to the removed disk.
mount -o remount,rw /srv/plans || true
vgchange -a y projects
