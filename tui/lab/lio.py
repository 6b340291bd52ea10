"""LIO, the kernel's own iSCSI target, driven through configfs inside the guest.

The layout is that of drivers/target in the kernel's source. CHAP secrets go straight from the description
into the kernel and appear on no command line.
"""

import errno
import os
import subprocess
from pathlib import Path

from tui.lab.san import Access, Backing, Chap, Lun, San, Target
from tui.lab.stores import backing_file, name_of, plain, serial

CONFIGFS = Path("/sys/kernel/config/target")
FABRIC = CONFIGFS / "iscsi"
MODULES = ("target_core_file", "iscsi_target_mod")
IBLOCK_MODULES = ("target_core_iblock", "loop")


def load(san: San) -> None:
    """Load the target's modules, mount configfs and set the credentials discovery needs."""
    backings = {lun.backing for target in san.targets for lun in target.luns}
    more = IBLOCK_MODULES if Backing.IBLOCK in backings else ()
    subprocess.run(("modprobe", "--all", *MODULES, *more), check=True)
    if not CONFIGFS.is_dir():
        subprocess.run(("mount", "-t", "configfs", "configfs", "/sys/kernel/config"), check=True)
    FABRIC.mkdir(exist_ok=True)
    set_discovery(san.discovery)


def up(_san: San, target: Target) -> None:
    """Create a target with everything it has. To be called in the array's network namespace."""
    group = _group(target)
    group.mkdir(parents=True)
    for lun in target.luns:
        attach(target, lun)
    for name, value in (
        ("generate_node_acls", "0" if target.initiators else "1"),
        ("demo_mode_write_protect", "0"),
        ("demo_mode_discovery", "1"),
        ("authentication", "1" if target.chap else "0"),
    ):
        _write(group / "attrib" / name, value)
    _write(group / "param" / "AuthMethod", "CHAP" if target.chap else "CHAP,None")
    if target.chap:
        _write_chap(group / "auth", target.chap)
    for initiator in target.initiators:
        _admit(target, initiator)
    for portal in target.portals:
        (group / "np" / str(portal)).mkdir()
    _write(group / "enable", "1")


def down(target: Target) -> None:
    """Take a target away: sessions end, its LUNs' data stays."""
    group = _group(target)
    if not group.is_dir():
        return
    _write(group / "enable", "0")
    for portal in list((group / "np").iterdir()):
        portal.rmdir()
    for acl in _acls(target):
        _dismiss(acl)
    for lun in target.luns:
        detach(target, lun)
    group.rmdir()
    if not any(group.parent.glob("tpgt_*")):
        group.parent.rmdir()


def attach(target: Target, lun: Lun) -> None:
    """Make a LUN of a target from its file, which is created when missing."""
    store = _store(target, lun)
    if not store.is_dir():
        _make_store(store, target, lun)
    place = _group(target) / "lun" / f"lun_{lun.number}"
    place.mkdir(parents=True)
    (place / "store").symlink_to(store)
    if lun.access is not Access.OPTIMIZED:
        _set_access(store, place, target, lun.access)
    for acl in _acls(target):
        _map(acl, place, lun)


def _set_access(store: Path, place: Path, target: Target, access: Access) -> None:
    """Put a LUN into a group of ports of its own, in a state of its own."""
    group = store / "alua" / f"{plain(target.name)}-{target.tag}"
    group.mkdir()
    _write(group / "tg_pt_gp_id", str(len(list(group.parent.iterdir())) - 1))
    _write(place / "alua_tg_pt_gp", group.name)
    _write(group / "alua_access_state", str(list(Access).index(access)))


def _make_store(store: Path, target: Target, lun: Lun) -> None:
    file = backing_file(target, lun)
    store.mkdir(parents=True)
    if lun.backing is Backing.IBLOCK:
        sectors = ("--sector-size", str(lun.sector_size))
        device = _loop_of(file) or _run("losetup", "--find", "--show", *sectors, str(file))
        _write(store / "control", f"udev_path={device},readonly={int(lun.read_only)}")
    else:
        _write(store / "control", f"fd_dev_name={file},fd_dev_size={file.stat().st_size},fd_buffered_io=1")
    # The serial number makes the WWID; a fixed one lets a LUN be the same disk after a reboot of the array.
    _write(store / "wwn" / "vpd_unit_serial", serial(target, lun))
    if lun.identity:
        _write(store / "wwn" / "company_id", f"0x{lun.identity.company}")
        for name, said in (
            ("vendor_id", lun.identity.vendor),
            ("product_id", lun.identity.product),
            ("revision", lun.identity.revision),
        ):
            if said:
                _write(store / "wwn" / name, said)
    _write(store / "enable", "1")


def detach(target: Target, lun: Lun) -> None:
    """Take a LUN from a target. Its file stays."""
    place = _group(target) / "lun" / f"lun_{lun.number}"
    for acl in _acls(target):
        mapped = acl / f"lun_{lun.number}"
        if mapped.is_dir():
            (mapped / "lun").unlink()
            mapped.rmdir()
    if place.is_dir():
        for link in place.iterdir():
            if link.is_symlink():
                link.unlink()
        place.rmdir()
    store = _store(target, lun)
    group = store / "alua" / f"{plain(target.name)}-{target.tag}"
    if group.is_dir():
        group.rmdir()
    if store.is_dir():
        try:
            store.rmdir()
        except OSError as error:
            # Another LUN of the same identity is the same disk, and stays.
            if error.errno != errno.EBUSY:
                raise
            return
    device = _loop_of(backing_file(target, lun))
    if device:
        _run("losetup", "--detach", device)


def grow(target: Target, lun: Lun, size: int) -> None:
    """Enlarge a LUN to `size` bytes while it is in use; possible for `iblock` only."""
    file = backing_file(target, lun)
    os.truncate(file, size)
    device = _loop_of(file)
    assert device, "an iblock LUN has a loop device"
    _run("losetup", "--set-capacity", device)


def _write_chap(folder: Path, chap: Chap | None) -> None:
    """Write credentials into an `auth` folder; none empties it (the kernel takes NULL for that)."""
    for name, value in (
        ("userid", chap.user if chap else ""),
        ("password", chap.secret if chap else ""),
        ("userid_mutual", chap.mutual_user if chap else ""),
        ("password_mutual", chap.mutual_secret if chap else ""),
    ):
        _write(folder / name, value or "NULL")


def set_chap(target: Target, chap: Chap | None) -> None:
    """Change a running target's credentials, for everyone it admits; new logins need them."""
    group = _group(target)
    _write(group / "attrib" / "authentication", "1" if chap else "0")
    _write(group / "param" / "AuthMethod", "CHAP" if chap else "CHAP,None")
    for folder in (group, *_acls(target)):
        _write_chap(folder / "auth", chap)


def set_discovery(chap: Chap | None) -> None:
    """Set the credentials discovery needs; none lets everyone discover."""
    folder = FABRIC / "discovery_auth"
    _write_chap(folder, chap)
    _write(folder / "enforce_discovery_auth", "1" if chap else "0")


def _admit(target: Target, initiator: str) -> None:
    """Add an initiator to a target's access list and show it every LUN."""
    acl = _group(target) / "acls" / initiator
    acl.mkdir()
    if target.chap:
        _write_chap(acl / "auth", target.chap)
    for lun in target.luns:
        _map(acl, _group(target) / "lun" / f"lun_{lun.number}", lun)


def _dismiss(acl: Path) -> None:
    """Take an initiator off a target's access list; its sessions end."""
    for mapped in list(acl.glob("lun_*")):
        (mapped / "lun").unlink()
        mapped.rmdir()
    acl.rmdir()


def _map(acl: Path, place: Path, lun: Lun) -> None:
    mapped = acl / f"lun_{lun.number}"
    mapped.mkdir(exist_ok=True)
    (mapped / "lun").symlink_to(place)


def _acls(target: Target) -> list[Path]:
    folder = _group(target) / "acls"
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _group(target: Target) -> Path:
    return FABRIC / target.name / f"tpgt_{target.tag}"


def _store(target: Target, lun: Lun) -> Path:
    if lun.identity:
        return CONFIGFS / "core" / f"{lun.backing}_0" / name_of(target, lun)
    return CONFIGFS / "core" / f"{lun.backing}_{lun.number}" / plain(target.name)


def _loop_of(file: Path) -> str:
    return _run("losetup", "--noheadings", "--output", "NAME", "--associated", str(file)).strip()


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def _write(path: Path, value: str) -> None:
    path.write_text(value)
