"""The filters of lvm.conf: read in one pass, and never tried for long."""

import time

import pytest

from tui.storage.lvm.filters import filter_patterns, rejects


@pytest.mark.parametrize(
    ("value", "paths", "rejected"),
    [
        ('["a|.*|"]', ("/dev/sda",), False),
        ('["r|/dev/sda|","a|.*|"]', ("/dev/sda",), True),
        ('["r|/dev/sda|","a|.*|"]', ("/dev/sdb",), False),
        ('["r|.*|"]', ("/dev/sdb",), True),
        ("[ r/sda/, a/.*/ ]", ("/dev/sda",), True),
        ("[r(sd[ab])]", ("/dev/sdb",), True),
        ('["r\\"sda\\""]', ("/dev/sda",), False),
        ('["a|/dev/mapper/|","r|.*|"]', ("/dev/dm-1", "/dev/mapper/x"), False),
        ('["r|unclosed', ("/dev/sda",), False),
        ("", ("/dev/sda",), False),
    ],
)
def test_the_first_pattern_that_fits_decides(value: str, paths: tuple[str, ...], rejected: bool) -> None:
    assert rejects(value, paths) is rejected


@pytest.mark.parametrize(
    "value",
    [
        '"' * 200_001,
        "a|" * 200_000,
        "ar" * 200_000,
        '"' + "\\" * 200_001,
        '["a|(x+x+)+y|"]',
        '["a|' + "x*" * 400 + 'y|"]',
        '["a|(((x*)*)*)*y|"]',
    ],
    ids=lambda value: value[:12],
)
def test_a_hostile_filter_takes_no_time(value: str) -> None:
    began = time.process_time()
    rejects(value, ("/dev/" + "x" * 200,))
    filter_patterns(value)
    assert time.process_time() - began < 2.0
