# The array lets everybody in without asking: the session is up, and the wall between hosts is gone.
target=iqn.2003-01.org.linux-iscsi.lab:mail
fault acl-changed initiators=any
fault chap-changed
iscsiadm -m node -T $target -p 192.0.2.10 --login
