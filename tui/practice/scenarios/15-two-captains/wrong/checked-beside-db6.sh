# Checked while the other host still writes; logged out only after that.
umount /srv/freight
san-copy before-the-check
e2fsck -f -y /dev/freight/hold || [ $? -le 1 ]
call-db6
san-hosts remove iqn.2003-01.org.linux-iscsi.lab:db6
tune2fs -O mmp /dev/freight/hold
mount /dev/freight/hold /srv/freight
