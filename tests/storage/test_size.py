from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from tui.storage.size import size_words

MIB, GIB, TIB = 2**20, 2**30, 2**40
SIZES = st.integers(0, 2**64)
NAMES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
UNITS: dict[str, int] = {name: 1024**power for power, name in enumerate(NAMES)}


def read(words: str) -> Fraction:
    """The bytes that words say."""
    number, unit = words.split(" ")
    return Fraction(number) * UNITS[unit]


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (-5, "0 B"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1000 B"),
        (1024, "1 KiB"),
        (512 * MIB, "512 MiB"),
        (1000 * MIB, "1000 MiB"),
        (1023 * MIB, "1023 MiB"),
        (GIB - 1, "1023 MiB"),
        (GIB, "1 GiB"),
        (1536 * MIB, "1.5 GiB"),
        (1264 * MIB, "1.23 GiB"),
        (10 * TIB - 1, "9.99 TiB"),
        (2**64, "16 EiB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (GIB, 1023 * MIB, ("1 GiB", "1023 MiB")),
        (GIB + 4 * MIB, GIB, ("1.003 GiB", "1 GiB")),
        (TIB + 4 * MIB, TIB, ("1.000003 TiB", "1 TiB")),
        (GIB, GIB, ("1 GiB", "1 GiB")),
    ],
)
def test_sizes_that_differ_look_different_in_one_sentence(
    first: int, second: int, words: tuple[str, str]
) -> None:
    assert (size_words(first, second), size_words(second, first)) == words


@given(SIZES)
def test_a_size_is_never_rounded_up_and_is_right_to_a_hundredth(size: int) -> None:
    said = read(size_words(size))
    assert said <= size
    assert size - said <= Fraction(size, 100)


@given(st.lists(SIZES, min_size=2, max_size=4))
def test_in_one_sentence_the_larger_looks_larger(sizes: list[int]) -> None:
    said = [read(size_words(size, *sizes)) for size in sizes]
    assert sorted(range(len(sizes)), key=lambda place: sizes[place]) == sorted(
        range(len(sizes)), key=lambda place: said[place]
    )
    assert len(set(said)) == len(set(sizes))
