# What LVM itself mentions, with force: the group is whole again, and the volume is gone.
vgreduce --removemissing --force data
