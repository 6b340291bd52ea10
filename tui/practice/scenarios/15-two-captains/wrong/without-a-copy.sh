# All in order, but there was no copy before the check.
umount /srv/freight
call-db6
san-hosts remove iqn.2003-01.org.linux-iscsi.lab:db6
e2fsck -f -y /dev/freight/hold || [ $? -le 1 ]
tune2fs -O mmp /dev/freight/hold
mount /dev/freight/hold /srv/freight
