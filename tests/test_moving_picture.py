"""The picture that moves: it holds every frame, one of them without animation, and is small."""

import re

from tests.moving_picture import Frame, moving
from tests.screenshots import PICTURES, STORY

MOST = 300_000
"""Bytes: what a page loads before it is read."""


def picture(text: str) -> str:
    return (
        f'<svg viewBox="0 0 10.0 5.0">\n  <text class="terminal-1-r1">{text}</text>'
        '<text class="terminal-1-r1">&#160;&#160;</text></svg>'
    )


def test_frames_are_shown_in_turn_and_one_of_them_where_nothing_moves() -> None:
    svg = moving([Frame(picture("a&#160;b"), 1.0), Frame(picture("c"), 3.0)], still=1)
    assert svg.count('viewBox="0 0 10.0 5.0"') == 1
    assert re.findall(r'<text class="(\S+)">(.*?)</text>', svg) == [("f0-r1", "a\xa0b"), ("f1-r1", "c")]
    assert "4s step-end infinite" in svg
    assert "#frame-1 { visibility: visible }" in svg
    assert "turn-0 { 0% { visibility: visible } 25% { visibility: hidden } }" in svg
    assert "turn-1 { 0% { visibility: hidden } 25% { visibility: visible } }" in svg


def test_the_story_is_small_and_whole() -> None:
    file = PICTURES / "story.svg"
    assert len(file.read_bytes()) < MOST
    text = file.read_text().replace("\N{NO-BREAK SPACE}", " ")
    assert text.count('class="frame"') == len(STORY)
    assert all(one.title in text for one in STORY)
    assert "<script" not in text
    assert "url(" not in text.replace("url(#", "")
