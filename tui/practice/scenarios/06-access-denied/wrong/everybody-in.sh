# The array changed instead of this host: demo mode, and the old secret again.
fault acl-changed initiators=any
fault chap-changed user=mx1 secret=autumn-quarter-26
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:mail -p 192.0.2.10 --login
