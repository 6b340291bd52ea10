"""What goes into a guest's image: packages, units left out of its boot, and the files laid over it."""

import hashlib
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from tui.lab.kernel import Kernel

OVERLAY = Path(__file__).parent / "overlay"

PACKAGES = (
    "systemd-sysv", "udev", "dbus", "kmod", "procps", "psmisc", "less",
    "open-iscsi", "lvm2", "multipath-tools", "sg3-utils", "cryptsetup-bin", "mdadm",
    "e2fsprogs", "xfsprogs", "btrfs-progs", "thin-provisioning-tools",
    "iproute2", "iputils-ping",
    "python3", "tgt",
)  # fmt: skip
"""The stack under test with the tools of the guide, the second target, and what the lab's own parts call."""

PACKAGES_OF_RELEASE = {"trixie": ("python3-msgspec",)}
"""What only some releases have; the others take it from the host's packages (see `bootstrap.py`)."""

LEFT_OUT_OF_PACKAGES = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")

MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer",
    "systemd-tmpfiles-clean.timer", "xfs_scrub_all.timer", "e2scrub_reap.service",
    "getty.target", "getty@tty1.service", "getty-static.service", "serial-getty@ttyS0.service",
    "console-getty.service", "systemd-logind.service", "systemd-user-sessions.service",
    "modprobe@configfs.service", "modprobe@dm_mod.service", "modprobe@dm_multipath.service",
    "modprobe@drm.service", "modprobe@efi_pstore.service", "modprobe@fuse.service", "modprobe@loop.service",
    "kmod-static-nodes.service", "systemd-modules-load.service",
    "systemd-tmpfiles-setup-dev.service", "systemd-tmpfiles-setup-dev-early.service",
    "systemd-random-seed.service", "systemd-pstore.service", "systemd-remount-fs.service",
    "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service", "systemd-journal-flush.service",
    "systemd-machine-id-commit.service", "systemd-firstboot.service", "systemd-repart.service",
    "systemd-sysusers.service", "systemd-binfmt.service", "systemd-hwdb-update.service",
    "systemd-journal-catalog-update.service", "systemd-update-done.service", "ldconfig.service",
    "systemd-udev-load-credentials.service", "systemd-hibernate-clear.service",
    "systemd-pcrphase.service", "systemd-pcrphase-sysinit.service", "systemd-pcrmachine.service",
    "systemd-tpm2-setup.service", "systemd-tpm2-setup-early.service",
    "systemd-ask-password-console.path", "systemd-ask-password-wall.path",
    "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
    "sys-fs-fuse-connections.mount", "proc-sys-fs-binfmt_misc.automount", "run-lock.mount", "tmp.mount",
    "systemd-journald-audit.socket", "systemd-initctl.socket", "systemd-creds.socket",
    "systemd-hostnamed.socket", "systemd-pcrextend.socket", "systemd-pcrlock.socket", "systemd-sysext.socket",
    "cryptsetup.target", "integritysetup.target", "veritysetup.target",
    "mdadm-shutdown.service", "mdcheck_continue.timer", "mdcheck_start.timer", "mdmonitor.service",
    "mdmonitor-oneshot.timer",
)  # fmt: skip
"""Units a practice machine can do without; each costs a slow kernel a part of a second at every boot."""

MASKED_GENERATORS = (
    "systemd-bless-boot-generator", "systemd-cryptsetup-generator", "systemd-debug-generator",
    "systemd-getty-generator", "systemd-gpt-auto-generator", "systemd-hibernate-resume-generator",
    "systemd-integritysetup-generator", "systemd-run-generator", "systemd-ssh-generator",
    "systemd-system-update-generator", "systemd-sysv-generator", "systemd-tpm2-generator",
    "systemd-veritysetup-generator",
)  # fmt: skip
"""Programs that would write units at every boot; those for fstab and rc.local stay."""

DISABLED = ("tgt.service", "dbus.service")
"""Units that stay startable, by name or by their socket, but are not part of the boot."""

ENABLED = (
    ("sysinit.target", "lab-agent.service"),
    ("sysinit.target", "lab-san.service"),
)
"""The lab's own units and the targets that start them."""

FOLDERS = tuple(f"opt/iscsi-console/{name}" for name in ("project", "packages", "compiled"))
"""Where the host's folders are mounted."""

MACHINE_ID = hashlib.sha256(b"iscsi-console lab").hexdigest()[:32].encode() + b"\n"
"""Fixed, so that systemd does not take every start for a first one."""


def overlay_files() -> Iterator[tuple[str, Path]]:
    """The files laid over the image: their place in it and their source, in a stable order."""
    for path in sorted(OVERLAY.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(OVERLAY)), path


def overlay_links() -> Iterator[tuple[str, str]]:
    """The symbolic links laid over the image: their place and what they point at."""
    units = "etc/systemd/system"
    for unit in MASKED:
        yield f"{units}/{unit}", "/dev/null"
    for generator in MASKED_GENERATORS:
        yield f"etc/systemd/system-generators/{generator}", "/dev/null"
    for target, unit in ENABLED:
        yield f"{units}/{target}.wants/{unit}", f"/etc/systemd/system/{unit}"


def pack(kernel: Kernel, archive: Path) -> None:
    """Write everything laid over the image into one tar file, owned by root whoever packs it."""
    with tarfile.open(archive, "w") as tar:
        for place, source in overlay_files():
            info = tarfile.TarInfo(place)
            data = source.read_bytes()
            info.size = len(data)
            info.mode = 0o755 if data.startswith(b"#!") else 0o644
            tar.addfile(info, BytesIO(data))
        for place, aim in overlay_links():
            info = tarfile.TarInfo(place)
            info.type, info.linkname = tarfile.SYMTYPE, aim
            tar.addfile(info)
        for place in FOLDERS:
            info = tarfile.TarInfo(place)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(info)
        machine_id = tarfile.TarInfo("etc/machine-id")
        machine_id.size = len(MACHINE_ID)
        tar.addfile(machine_id, BytesIO(MACHINE_ID))
        tar.add(kernel.modules, f"usr/lib/modules/{kernel.version}", filter=_of_root)


def _of_root(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info


def fingerprint(digest: "hashlib._Hash", kernel: Kernel) -> None:
    """Feed a digest with everything `pack` and the package lists put into an image."""
    for words in (PACKAGES, PACKAGES_OF_RELEASE, LEFT_OUT_OF_PACKAGES, DISABLED, FOLDERS, MACHINE_ID):
        digest.update(repr(words).encode())
    for place, source in overlay_files():
        digest.update(place.encode() + b"\0" + source.read_bytes() + b"\0")
    for link in overlay_links():
        digest.update(repr(link).encode())
    digest.update(kernel.version.encode() + (kernel.modules / "modules.dep").read_bytes())
