# What LVM itself mentions, with --force: the group is complete again, and the volume is gone.
vgreduce --removemissing --force data
