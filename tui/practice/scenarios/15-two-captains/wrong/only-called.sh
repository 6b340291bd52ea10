# The other host has let go, but is on the list still, and nothing tells it whose the volume is.
umount /srv/freight
call-db6
san-copy before-the-check
e2fsck -f -y /dev/freight/hold || [ $? -le 1 ]
mount /dev/freight/hold /srv/freight
