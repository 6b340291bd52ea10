# The other host is logged out, but still in the ACL, and nothing on the volume says which host owns it.
umount /srv/freight
call-db6
san-copy before-the-check
e2fsck -f -y /dev/freight/hold || [ $? -le 1 ]
mount /dev/freight/hold /srv/freight
