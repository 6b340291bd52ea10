"""Root in a guest reaches nothing of the host but what the guest was given."""

import os
from pathlib import Path

import pytest

from tests.lab.conftest import GuestFactory
from tui.lab.guest import Guest
from tui.lab.places import packages_folder, project_folder
from tui.lab.supervise import landlock_version

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(landlock_version() < 1, reason="this host's kernel has no Landlock"),
]

MOUNT = """
umount /mnt/host 2>/dev/null; mkdir -p /mnt/host
LIBMOUNT_FORCE_MOUNT2=always mount -t hostfs none /mnt/host -o"""


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory) -> Guest:
    return guest_factory("open")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "of-the-person"
    path.write_text("private")
    path.chmod(0o640)
    os.utime(path, (1, 1))
    return path


@pytest.mark.parametrize("folder", ["/", "/etc", "/root", "/home", "/proc", "/dev", "/dev/shm", "/var/tmp"])
def test_a_mounted_folder_of_the_host_shows_nothing(guest: Guest, folder: str) -> None:
    guest.run(("sh", "-c", f"{MOUNT} {folder}"))
    assert guest.run(("ls", "/mnt/host")).text == ""
    assert guest.run(("sh", "-c", "cat /mnt/host/passwd /mnt/host/etc/passwd /mnt/host/1/cmdline")).text == ""
    assert guest.run(("sh", "-c", "echo x > /mnt/host/written-by-a-guest")).status != 0
    assert not (Path(folder) / "written-by-a-guest").exists()


CHANGES = (
    "cat FILE",
    "echo more >> FILE",
    ": > FILE",
    "python3 -c 'import os; os.truncate(\"FILE\", 0)'",
    "chmod 666 FILE",
    "chown 12:34 FILE",
    "touch -d 2001-01-01 FILE",
    'python3 -c \'import os; os.setxattr("FILE", "user.x", b"y")\'',
    "rm FILE",
    "mv FILE FILE-moved",
    "ln FILE FILE-linked",
    "ln -s FILE FILE-pointed",
    "mkdir FILE-folder",
    "mkfifo FILE-fifo",
)


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_a_file_is_read_or_changed(guest: Guest, file: Path, change: str) -> None:
    guest.check("sh", "-c", f"{MOUNT} {file.parent}")
    assert guest.run(("sh", "-c", change.replace("FILE", f"/mnt/host/{file.name}"))).status != 0
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    facts = file.stat()
    assert (facts.st_mode & 0o777, facts.st_uid, facts.st_mtime) == (0o640, os.getuid(), 1)
    assert file.read_text() == "private"
    assert os.listxattr(file) == []


@pytest.mark.parametrize("name", ["project", "packages"])
def test_what_it_borrows_cannot_be_written(guest: Guest, name: str) -> None:
    place = f"/opt/iscsi-console/{name}"
    guest.run(("mount", "-o", "remount,rw", place))
    assert guest.run(("sh", "-c", f"echo x > {place}/written-by-a-guest")).status != 0
    assert guest.run(("sh", "-c", f"chmod 777 {place}/.")).status != 0
    for folder in (project_folder(), packages_folder()):
        assert not (folder / "written-by-a-guest").exists()


def test_its_line_to_the_program_belongs_to_the_person_alone(guest: Guest) -> None:
    share = next(
        word for word in guest.read_text("/proc/cmdline").split() if word.startswith("lab.share=")
    ).partition("=")[2]
    facts = Path(share).stat()
    assert (facts.st_uid, facts.st_mode & 0o777) == (os.getuid(), 0o700)
    assert guest.run(("sh", "-c", f"{MOUNT} {Path(share).parent}")).status == 0
    assert guest.run(("ls", "/mnt/host")).text == ""
