"""Sizes in bytes as people read them: the only place where bytes become words."""

from itertools import count

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def size_words(size: int, *beside: int) -> str:
    """A size in the largest unit of which it has at least one: `512 MiB`, `1023 MiB`, `1.5 GiB`, `0 B`.

    Powers of 1024, as LVM and lsblk count. Three significant digits, never rounded up: what is too little
    must not look like enough. Whole numbers carry no fraction.

    Args:
        size: bytes.
        beside: the sizes it is compared with in the same sentence. Those that differ get as many digits as
            it takes to look different.
    """
    sizes = {max(0, each) for each in (size, *beside)}
    more = next(more for more in count() if len({_shown(each, more) for each in sizes}) == len(sizes))
    return _shown(max(0, size), more)


def _shown(size: int, more: int) -> str:
    """The size with some digits more than usual."""
    unit = min(len(_UNITS) - 1, max(0, size.bit_length() - 1) // 10)
    whole, rest = divmod(size, 1 << 10 * unit)
    digits = more + (2 if whole < 10 else 1 if whole < 100 else 0)
    # Exact: n digits behind the point are all that a size in the unit 1024**n can have, times ten.
    fraction = f"{(rest * 10**digits) >> 10 * unit:0{digits}d}".rstrip("0") if digits else ""
    return f"{whole}.{fraction} {_UNITS[unit]}" if fraction else f"{whole} {_UNITS[unit]}"
