# No record is automatic any more: a quick boot, without any session.
iscsiadm -m node -o update -n node.startup -v manual
iscsiadm -m node -o update -n 'node.conn[0].startup' -v manual
