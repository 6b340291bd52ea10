# The map refers to the new disk, but the file system on it has stopped.
vgchange --refresh projects || true
dmsetup table projects-plans
