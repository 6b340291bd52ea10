# A volume group on LUN 0, and the beginning of that disk zeroed and partitioned by somebody who meant LUN 1.
target=iqn.2003-01.org.linux-iscsi.lab:library
iscsiadm -m node -T $target -p 192.0.2.10:3260,1 -o new
set_record $target 192.0.2.10 node.startup automatic
iscsiadm -m node -T $target -p 192.0.2.10 --login
disk=$(disk_of $target 0)
disk_of $target 1
vgcreate -q books "$disk"
lvcreate -q --yes -l 100%FREE -n catalogue books
mkfs.ext4 -q /dev/books/catalogue
mkdir -p /srv/books
mount /dev/books/catalogue /srv/books
sentinel /srv/books/authors
sentinel /srv/books/shelves
umount /srv/books
vgs --noheadings -o pv_uuid,vg_uuid books | tr -d ' ' > "$practice/identity"
vgchange -q -a n books
echo '/dev/books/catalogue /srv/books ext4 defaults,_netdev,nofail,x-systemd.device-timeout=20 0 2' >> /etc/fstab
systemctl daemon-reload
dd if=/dev/zero of="$disk" bs=1M count=1 conv=fsync status=none
python3 - "$disk" << 'END'
# A GPT with one partition over the whole disk (UEFI specification, 5.3), as "initialize disk" makes it.
import os, struct, sys, uuid, zlib

basic_data = uuid.UUID("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7")
with open(sys.argv[1], "r+b") as disk:
    last = disk.seek(0, os.SEEK_END) // 512 - 1
    name = "Basic data partition".encode("utf-16-le")
    entry = struct.pack("<16s16sQQQ72s", basic_data.bytes_le, uuid.uuid4().bytes_le, 2048, last - 2047, 0, name)
    entries = entry + bytes(127 * 128)

    def header(own, other, table):
        fields = [b"EFI PART", 0x10000, 92, 0, 0, own, other, 34, last - 33]
        fields += [b"practice-a-guid!", table, 128, 128, zlib.crc32(entries)]
        fields[3] = zlib.crc32(struct.pack("<8sIIIIQQQQ16sQIII", *fields))
        return struct.pack("<8sIIIIQQQQ16sQIII", *fields).ljust(512, b"\0")

    protective = struct.pack("<B3xB3xII", 0, 0xEE, 1, last)
    first = bytes(446) + protective + bytes(48) + b"\x55\xaa" + header(1, last, 2) + entries
    for place, what in ((0, first), (last - 32, entries + header(last, 1, last - 32))):
        disk.seek(place * 512)
        disk.write(what)
    disk.flush()
    os.fsync(disk.fileno())
END
blockdev --rereadpt "$disk"
udevadm trigger --settle --action=change --name-match="$disk"
head -c 1048576 "$disk" | sha256sum > "$practice/damaged"
