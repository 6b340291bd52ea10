# This port opened, then the login.
san-firewall open 3260
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10 --login
