# Logged in already: this lesson begins where the disks are.
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:third -p 192.0.2.10 --login
disk_of iqn.2003-01.org.linux-iscsi.lab:third 0
disk_of iqn.2003-01.org.linux-iscsi.lab:third 1
