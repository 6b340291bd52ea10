# Both hosts off the volume; the other out of the ACL; a copy on the array; a check; MMP; mounted again.
umount /srv/freight
call-db6
san-hosts remove iqn.2003-01.org.linux-iscsi.lab:db6
san-copy before-the-check
e2fsck -f -y /dev/freight/hold || [ $? -le 1 ]
tune2fs -O mmp /dev/freight/hold
mount /dev/freight/hold /srv/freight
