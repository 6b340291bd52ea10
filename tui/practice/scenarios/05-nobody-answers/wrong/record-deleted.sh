# The port opened, but the record deleted and discovered again: its settings are gone.
san-firewall open 3260
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10 -o delete
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10 --login
