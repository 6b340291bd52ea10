# Every record deleted that is not in use, and the target discovered again: its settings are gone.
files=iqn.2003-01.org.linux-iscsi.lab:files
rm -r /etc/iscsi/nodes/*
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
set_record $files 192.0.2.10 node.startup automatic
