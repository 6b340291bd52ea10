# Nothing is automatic any more: a quick boot, after which nothing is there.
iscsiadm -m node -o update -n node.startup -v manual
iscsiadm -m node -o update -n 'node.conn[0].startup' -v manual
