"""Draws the pictures of the README from the snapshots that the screen tests keep true.

`python -m tests.screenshots` (`make screenshots`) turns each dark snapshot of a screen into a PNG in
`screenshots/`: `[name-dark-80x24]` becomes `name.png`, `[name-dark-120x40]` becomes `name-wide.png`.
Needs rsvg-convert (librsvg2-bin) and the font of Textual's pictures (fonts-firacode).
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS = ROOT / "tests" / "screens" / "__snapshots__"
PICTURES = ROOT / "screenshots"
SNAPSHOT = re.compile(r"\[(?P<scene>[\w-]+)-dark-(?P<size>80x24|120x40)\]\.svg$")
SUFFIXES = {"80x24": "", "120x40": "-wide"}
PIXELS_PER_COLUMN = 12


def pictures() -> dict[Path, Path]:
    """Every picture to be drawn and the snapshot it is drawn from."""
    found: dict[Path, Path] = {}
    for snapshot in sorted(SNAPSHOTS.rglob("*.svg")):
        match = SNAPSHOT.search(snapshot.name)
        if match:
            found[PICTURES / f"{match['scene']}{SUFFIXES[match['size']]}.png"] = snapshot
    return found


def draw(snapshot: Path, picture: Path) -> None:
    """Turn a snapshot into a PNG that shows what the terminal shows."""
    columns = 120 if picture.stem.endswith("-wide") else 80
    # rsvg-convert drops the leading blanks of a text unless it says that blanks count.
    drawing = snapshot.read_text().replace("<text ", '<text xml:space="preserve" ')
    subprocess.run(
        ["rsvg-convert", "--width", str(columns * PIXELS_PER_COLUMN), "--output", str(picture)],
        input=drawing.encode(),
        check=True,
    )


def main() -> int:
    """Draw all pictures anew and remove those that nothing stands for any more."""
    wanted = pictures()
    if not wanted:
        print(f"No snapshots in {SNAPSHOTS}", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    for picture, snapshot in wanted.items():
        draw(snapshot, picture)
        print(picture.relative_to(ROOT))
    for picture in set(PICTURES.glob("*.png")) - set(wanted):
        picture.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
