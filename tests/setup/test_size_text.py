from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from tui.setup.size_text import Bytes, Share, parse, problems

GIB = 1024**3


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10G", Bytes(10 * GIB)),
        ("10 GiB", Bytes(10 * GIB)),
        ("10gb", Bytes(10 * GIB)),
        ("512M", Bytes(512 * 1024**2)),
        ("1.5T", Bytes(3 * 1024**4 // 2)),
        ("1,5 T", Bytes(3 * 1024**4 // 2)),
        (" 4k ", Bytes(4096)),
        ("50%", Share(Fraction(1, 2))),
        ("33.3 %", Share(Fraction(333, 1000))),
        ("100%FREE", Share(Fraction(1))),
    ],
)
def test_reads_what_people_write(text: str, size: Bytes | Share) -> None:
    assert parse(text) == size
    assert problems(text, "size") == ()


@pytest.mark.parametrize("text", ["", "10", "G", "-1G", "0G", "0%", "101%", "10X", "1..5G", "10 G B", "ten"])
def test_refuses_what_is_no_size(text: str) -> None:
    assert parse(text) is None
    (problem,) = problems(text, "volumes.0.size")
    assert problem.field == "volumes.0.size"
    assert "10G" in problem.remedy


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    size = parse(text)
    assert size is None or isinstance(size, Bytes | Share)
    assert bool(problems(text, "size")) == (size is None)


@given(st.integers(1, 10**6), st.sampled_from("KMGTPE"))
def test_every_written_size_is_read_back(number: int, unit: str) -> None:
    assert parse(f"{number}{unit}iB") == Bytes(number * 1024 ** ("KMGTPE".index(unit) + 1))
