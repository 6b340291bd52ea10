"""Cutting, wrapping and counting in cells."""

import pytest
from hypothesis import example, given, strategies as st

from widgets.text import (
    cells,
    cut_end,
    cut_middle,
    cut_words,
    duration,
    flat,
    head,
    pad,
    pad_left,
    tail,
    wrap,
    wrap_command,
)

ANY_TEXT = st.text(max_size=80)
WORDS = st.lists(st.text("abcdefgh-./:存储", min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)


def test_the_end_of_a_name_stays() -> None:
    name = "iqn.2003-01.org.linux-iscsi.lab:t1"
    assert cut_middle(name, 34) == name
    assert cut_middle(name, 20) == "iqn.20…-iscsi.lab:t1"
    assert cut_middle(name, 20, "..") == "iqn.20..iscsi.lab:t1"
    assert cut_middle(name, 2) == "t1"
    assert cut_middle(name, 0) == ""


@given(ANY_TEXT, st.integers(0, 90), st.sampled_from(["…", ".."]))
def test_a_cut_text_fits(text: str, width: int, ellipsis: str) -> None:
    for cut in (
        cut_middle(text, width, ellipsis),
        cut_end(text, width, ellipsis),
        cut_words(text, width, ellipsis),
    ):
        assert cells(cut) <= width
        assert cut == text or cells(text) > width


def test_of_a_sentence_the_longest_names_are_cut_first() -> None:
    said = (
        "The session to iqn.2003-01.org.linux-iscsi.lab:t1 through 192.0.2.10:3260 has lost its connection."
    )
    assert cut_words(said, 101) == said
    assert cut_words(said, 80) == (
        "The session to iqn.2…csi.lab:t1 through 192.0.2.10:3260 has lost its connection."
    )
    assert cut_words(said, 40) == "The session to iqn.2…csi.lab:t1 through…"
    assert cut_words("short words only, no names at all", 20) == "short words only, n…"


@given(ANY_TEXT, st.integers(0, 90))
def test_head_and_tail_are_as_long_as_they_can_be(text: str, width: int) -> None:
    front, back = head(text, width), tail(text, width)
    assert text.startswith(front)
    assert text.endswith(back)
    assert cells(front) <= width
    assert cells(back) <= width
    assert front == text or cells(text[: len(front) + 1]) > width


@given(ANY_TEXT)
def test_a_flat_text_cannot_leave_its_line(text: str) -> None:
    shown = flat(text)
    assert len(shown) == len(text)
    assert all(character.isprintable() or character == " " for character in shown if character.isascii())
    assert not {"\n", "\r", "\t", "\x1b", "\x9b", "\N{RIGHT-TO-LEFT OVERRIDE}"} & set(shown)


def test_an_escape_sequence_becomes_harmless() -> None:
    assert flat("a\x1b[31mred\nb\u202ec") == "a?[31mred b?c"


def test_padding_counts_wide_characters() -> None:
    assert pad("存储", 6) == "存储  "
    assert pad_left("存储", 6) == "  存储"
    assert pad("longer", 3) == "longer"
    assert cut_middle("存储阵列一号", 7) == "存…一号"


@given(WORDS, st.integers(1, 60), st.integers(0, 8))
@example(": 储", 2, 1)
def test_wrapping_loses_nothing(text: str, width: int, hanging: int) -> None:
    lines = wrap(text, width, hanging)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cells(line) <= max(2, width) for line in lines)


def test_wrapping_hangs_and_keeps_paragraphs() -> None:
    assert wrap("one two three", 7, hanging=2) == ["one two", "  three"]
    assert wrap("one\n\ntwo", 10) == ["one", "", "two"]
    assert wrap("", 10) == [""]
    assert wrap("a-very-long-word", 5) == ["a-ver", "y-lon", "g-wor", "d"]
    assert wrap("请输入目标名称", 6) == ["请输入", "目标名", "称"]


def test_an_option_stays_with_its_value() -> None:
    command = "iscsiadm -m discoverydb -t sendtargets -p 192.0.2.10:3260 -o new --discover"
    assert wrap_command(command, 40) == [
        "iscsiadm -m discoverydb -t sendtargets",
        "    -p 192.0.2.10:3260 -o new --discover",
    ]
    assert " ".join(line.strip() for line in wrap_command(command, 24)) == command


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.0004, "0.4 ms"),
        (0.42, "420 ms"),
        (1, "1 s"),
        (1.7, "1.7 s"),
        (14.2, "14 s"),
        (106, "1 min 46 s"),
        (7500, "2 h 5 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
