# Everything logged out first, to clean up: the disk was in use and disappeared.
files=iqn.2003-01.org.linux-iscsi.lab:files
iscsiadm -m node --logoutall=all
iscsiadm -m node -T $files -p 198.51.100.10:3260,1 -o delete
iscsiadm -m node -T $files -p '[fe80::20c:29ff:fe12:3456]:3260,1' -o delete
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:tape-retired -p 192.0.2.10:3260,1 -o delete
iscsiadm -m node -T $files -p 192.0.2.10 --login
