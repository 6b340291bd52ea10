# A rule before the one that refuses, then the login.
san-firewall -I INPUT 1 -p tcp --dport 3260 -j ACCEPT
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10 --login
