"""Short text on a page: labels in a column, lines as they were read moved in where they go on."""

from tui.screens.paragraphs import Paragraph, draw
from widgets.look import Look


def drawn(*paragraphs: Paragraph, width: int = 30) -> list[str]:
    return [line.plain.rstrip() for line in draw(paragraphs, Look(), width)]


def test_a_line_as_it_was_read_is_told_from_the_next_one() -> None:
    line = "sd 1:0:0:0: rejecting I/O to offline device"
    assert drawn(
        Paragraph("the log", label="seen"), Paragraph(line, label=" ", hanging=2), Paragraph("two", label=" ")
    ) == [
        "seen  the log",
        "      sd 1:0:0:0: rejecting",
        "        I/O to offline device",
        "      two",
    ]


def test_what_is_behind_a_text_goes_below_it_where_there_is_no_room() -> None:
    assert drawn(Paragraph("a text", label="now", after="and more")) == ["now  a text  and more"]
    assert drawn(Paragraph("a text", label="now", after="and more"), width=18) == [
        "now  a text",
        "     and more",
    ]
