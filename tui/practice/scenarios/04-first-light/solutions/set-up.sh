# The set-up of this program, which writes a line with the UUID; XFS instead of ext4.
cat > /tmp/answers.toml << 'END'
[name]
initiator = "iqn.2003-01.org.linux-iscsi.lab:db7"

[discover]
address = "192.0.2.10"

[volumes]
way = "new-group"
group = "data"

[[volumes.volume]]
name = "app"
size = "100%"

[[mount]]
volume = "app"
kind = "xfs"
mount_point = "/srv/data"
END
iscsi-console setup --answers /tmp/answers.toml
