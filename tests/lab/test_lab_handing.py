"""An image that is handed on in a file boots elsewhere; a damaged or foreign file does not get in."""

from pathlib import Path

import pytest

from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.handing import export_lab, import_lab
from tui.lab.image import Release, built
from tui.lab.places import Places

pytestmark = pytest.mark.lab


def unheard(_said: str) -> None:
    """Listen to nothing."""


def test_an_exported_image_boots_in_another_lab(tmp_path: Path) -> None:
    file = tmp_path / "lab.iscsi"
    export_lab(file, Release.BOOKWORM, Places.of_environment(), unheard)
    elsewhere = Places(tmp_path / "elsewhere")
    elsewhere.root.mkdir()
    image = import_lab(file, elsewhere, unheard)
    assert built(Release.BOOKWORM, elsewhere) == image
    # The image is 8 GiB of which most are holes, which an import keeps.
    assert image.disk.stat().st_blocks * 512 < image.disk.stat().st_size / 4
    with Guest.boot(places=elsewhere) as guest:
        assert "Storage on lab" in guest.check("iscsi-console", "status")
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(LabError, match="damaged"):
        import_lab(file, Places(tmp_path / "third"), unheard)
