# The retired target as a whole, and the two portals by their files, which are all that a record is.
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:tape-retired -o delete
cd /etc/iscsi/nodes/iqn.2003-01.org.linux-iscsi.lab:files
rm -r 198.51.100.10,3260,1 fe80:*
