"""Sizes in bytes as people read them."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def size_words(size: int) -> str:
    """A size with at most three digits before the unit: `512 MiB`, `1.5 GiB`, `0 B`; powers of 1024."""
    value, unit = float(max(0, size)), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    digits = f"{value:.1f}" if unit and value < 99.95 else f"{value:.0f}"
    return f"{digits.removesuffix('.0')} {_UNITS[unit]}"
