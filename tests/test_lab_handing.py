"""What `lab import` refuses, without a guest."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from tui.lab.errors import LabError
from tui.lab.handing import import_lab
from tui.lab.places import Places

IMAGE, KERNEL = "bookworm-0123456789abcdef", "kernel-forky"


def handed(path: Path, *members: tarfile.TarInfo, image: str = IMAGE) -> Path:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        for member in members:
            tar.addfile(member)
    rest = packed.getvalue()
    head = {
        "kind": "iscsi-console lab 1",
        "image": image,
        "kernel": KERNEL,
        "sha256": hashlib.sha256(rest).hexdigest(),
    }
    path.write_bytes(json.dumps(head).encode().ljust(1023) + b"\n" + rest)
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
    return info


def refused(path: Path, tmp_path: Path) -> str:
    places = Places(tmp_path / "lab")
    with pytest.raises(LabError) as caught:
        import_lab(path, places, lambda _said: None)
    assert not [one for one in places.images.glob("*") if one.is_dir()]
    return str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        member("../outside"),
        member("/etc/passwd"),
        member(f"images/{IMAGE}/../../../outside"),
        member(f"images/{IMAGE}/disk.ext4", tarfile.SYMTYPE),
        member(f"images/{IMAGE}/null", tarfile.CHRTYPE),
        member("images/other"),
    ],
    ids=["above", "absolute", "dots", "link", "device", "other"],
)
def test_nothing_but_the_image_and_its_kernel_is_unpacked(odd: tarfile.TarInfo, tmp_path: Path) -> None:
    assert "something else" in refused(handed(tmp_path / "file", odd), tmp_path)
    assert not (tmp_path / "outside").exists()


def test_an_image_of_another_version_is_refused(tmp_path: Path) -> None:
    file = handed(tmp_path / "file", member(f"images/{IMAGE}/disk.ext4"))
    assert "another version" in refused(file, tmp_path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = handed(tmp_path / "file", member(f"images/{IMAGE}/disk.ext4"))
    file.write_bytes(file.read_bytes()[:-3] + b"xyz")
    assert "damaged" in refused(file, tmp_path)


@pytest.mark.parametrize("text", [b"", b"{}", b"no JSON", b"\0" * 2000])
def test_something_else_is_refused(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(text)
    assert "did not write this file" in refused(file, tmp_path)


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    assert "did not write this file" in refused(
        handed(tmp_path / "file", image="../bookworm-0123456789abcdef"), tmp_path
    )
