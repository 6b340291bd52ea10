# What the Recovery screen of this program offers first: the disk that this host's own volume is on.
offered F20.devices-file
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
