# This port opened; open-iscsi.service logs in to what is automatic.
san-firewall open 3260
iscsiadm -m node --loginall=automatic
