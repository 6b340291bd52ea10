# The hanging session logged out, which fails the queued I/O, and logged in again.
iscsiadm -m session -r 1 -u || true
cable in
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:ledger -p 192.0.2.10 --login || true
