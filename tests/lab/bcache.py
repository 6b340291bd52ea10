"""A backing device of bcache without bcache-tools: its superblock (the kernel's bcache_ondisk.h)."""

MAKE = """
import os, struct, sys, uuid
def crc(data):
    value = 0xffffffffffffffff
    for byte in data:
        value ^= byte << 56
        for _ in range(8):
            value = ((value << 1) ^ 0x42F0E1EBA9EA3693 if value >> 63 else value << 1) & 0xffffffffffffffff
    return value ^ 0xffffffffffffffff
magic = bytes.fromhex("c68573f64e1a45ca8265f57f48ba6d81")
names = (magic, uuid.uuid4().bytes, uuid.uuid4().bytes, b"")
block = struct.pack("<QQ16s16s16s32sQQ64xQHHHHIHH", 8, 1, *names, 0, 0, 16, 1, 1024, 0, 0, 0, 0, 0)
disk = os.open(sys.argv[1], os.O_RDWR)
os.pwrite(disk, struct.pack("<Q", crc(block)) + block, 4096)
os.fsync(disk)
"""
"""A Python script that writes one on the disk of its argument."""
