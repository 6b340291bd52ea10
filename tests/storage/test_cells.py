"""Lines laid out by the columns they take on a terminal."""

import pytest
from hypothesis import given, strategies as st

from tui.storage.cells import cells, wrapped
from widgets import text as widget_text

CHINESE = (
    "发起端（initiator）登录到目标，之后内核把 LUN 显示为磁盘 /dev/sdb；“卷组”里缺少物理卷时，先检查会话。"
)
CLOSING = "，。、；：？！）」”"


def test_text_without_spaces_is_broken_between_its_characters() -> None:
    lines = wrapped(CHINESE, 20, indent=2, hanging=2)
    assert all(cells(line) <= 20 for line in lines)
    assert len(lines) > 5
    assert "".join("".join(lines).split()) == "".join(CHINESE.split())


@pytest.mark.parametrize("width", range(16, 40))
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(width: int) -> None:
    for lines in (wrapped(CHINESE, width), widget_text.wrap(CHINESE, width)):
        assert not [line for line in lines if line.strip()[:1] in CLOSING or line.strip()[-1:] in "（“"]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_words_of_latin_letters_stay_whole(width: int) -> None:
    assert any("/dev/sdb" in line for line in wrapped(CHINESE, width))


@given(st.text(alphabet="ab 目标。，（） /x", max_size=80), st.integers(12, 40))
def test_nothing_is_lost_and_lines_fit(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    longest = max(map(cells, text.split()), default=0)
    assert all(cells(line) <= max(width, longest) for line in lines)
