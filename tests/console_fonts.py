"""The characters that every console font of Debian's console-setup has, from the fonts' own Unicode tables.

`python -m tests.console_fonts [FOLDER]` reads the tables again and writes `console_fonts.json`; FOLDER is
/usr/share/consolefonts, of the package console-setup-linux. Its six fonts "Ethiopian-Goha" are left out: they
have no line drawing at all.

Formats: psf(5) of kbd, `psf1` and `psf2`.
"""

import gzip
import json
import struct
import sys
from pathlib import Path

DATA = Path(__file__).with_name("console_fonts.json")
_FOLDER = "/usr/share/consolefonts"
_WITHOUT_LINES = "Ethiopian-Goha"


def in_every_font() -> frozenset[str]:
    """Return the characters, ASCII included."""
    return frozenset(json.loads(DATA.read_text(encoding="utf-8"))["characters"])


def read_fonts(folder: Path) -> tuple[int, frozenset[str]]:
    """Return how many fonts with a Unicode table there are, and what all of them have."""
    tables = [
        table
        for path in sorted(folder.glob("*.psf*"))
        if not path.name.startswith(_WITHOUT_LINES)
        and (table := unicode_table(gzip.decompress(path.read_bytes())))
    ]
    return len(tables), frozenset.intersection(*tables)


def unicode_table(font: bytes) -> frozenset[str]:
    """Return the characters a font has a glyph for; nothing where it does not say."""
    if font[:2] == b"\x36\x04":
        glyphs = 512 if font[2] & 1 else 256
        codes = struct.unpack_from(f"<{(len(font) - 4 - glyphs * font[3]) // 2}H", font, 4 + glyphs * font[3])
        return frozenset(chr(code) for code in codes if code < 0xFFFE)
    if font[:4] == b"\x72\xb5\x4a\x86":
        header, _flags, glyphs, size = struct.unpack_from("<IIII", font, 8)
        pieces = font[header + glyphs * size :].split(b"\xff")
        return frozenset("".join(piece.split(b"\xfe")[0].decode("utf-8", "replace") for piece in pieces))
    return frozenset()


def main() -> None:
    """Write the data again."""
    fonts, characters = read_fonts(Path(sys.argv[1] if len(sys.argv) > 1 else _FOLDER))
    data = {"fonts": fonts, "characters": "".join(sorted(characters))}
    DATA.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
