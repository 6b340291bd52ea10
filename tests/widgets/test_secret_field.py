"""A secret stays in its field."""

import io

import pytest
from rich.console import Console
from rich.traceback import Traceback
from textual import events

from tests.widgets.host import Host
from widgets.fields.form import Field, Form
from widgets.fields.secret_field import Hidden, SecretField, SecretInput

PLANTED = "correct-horse-battery"


def no_spaces(hidden: Hidden) -> str | None:
    return "A secret has no blanks in it." if " " in hidden.reveal() else None


def picture(app: Host) -> str:
    return app.export_screenshot(simplify=True).replace("&#160;", " ")


async def test_it_is_typed_edited_and_read() -> None:
    field = SecretField("Secret")
    app = Host(field)
    async with app.run_test(size=(60, 5), message_hook=app.messages.append) as pilot:
        await pilot.press(*"abXcd", "left", "left", "backspace", "end", "e", "home", "delete", "right", "z")
        assert field.value.reveal() == "bzcde"
        assert field.query_one(SecretInput).hidden == Hidden("bzcde")
        await pilot.press("ctrl+u")
        assert len(field.value) == 0
        await pilot.press("enter")
        await pilot.pause()
        assert [message.control for message in app.sent(Field.Submitted)] == [field]
        assert app.sent(Field.Changed)


async def test_it_is_masked_until_asked_for() -> None:
    field = SecretField("Secret")
    other = SecretField("Again")
    app = Host(field, other)
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.press(*PLANTED)
        await pilot.pause()
        assert PLANTED not in picture(app)
        assert "•" * len(PLANTED) in picture(app)
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert PLANTED in picture(app)
        await pilot.press("tab")
        await pilot.pause()
        assert PLANTED not in picture(app)


async def test_it_is_in_no_message_repr_or_traceback() -> None:
    field = SecretField("Secret", Hidden(PLANTED), validate=no_spaces)
    form = Form(field)
    app = Host(form)
    async with app.run_test(size=(60, 5), message_hook=app.messages.append) as pilot:
        await pilot.press("end", "x", "backspace", "enter")
        await pilot.pause()
        assert field.value.reveal() == PLANTED
        told = Console(file=io.StringIO(), record=True, width=200)
        secret = field.value
        with pytest.raises(ZeroDivisionError) as caught:
            assert len(secret) / 0
        told.print(Traceback.from_exception(caught.type, caught.value, caught.tb, show_locals=True))
        told.print(app.messages, vars(field), vars(field.query_one(SecretInput)), f"{secret} {secret!r}")
        assert PLANTED not in told.export_text()
        assert PLANTED not in repr(Field.Changed(field))


async def test_pasting_takes_one_line() -> None:
    field = SecretField("Secret", Hidden("old"))
    app = Host(field)
    async with app.run_test(size=(60, 5)) as pilot:
        control = field.query_one(SecretInput)
        control.post_message(events.Paste("new\x07 one\nsecond"))
        await pilot.pause()
        assert field.value.reveal() == "new one"
        control.post_message(events.Paste(""))
        await pilot.pause()
        assert field.value.reveal() == "new one"


async def test_what_was_there_is_replaced_as_a_whole() -> None:
    field = SecretField("Secret", Hidden("old secret"), validate=no_spaces)
    app = Host(field, SecretField("Again"))
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.press("n")
        assert field.value.reveal() == "n"
        field.value = Hidden("a b")
        await pilot.press("tab")
        await pilot.pause()
        assert field.error == "A secret has no blanks in it."
        await pilot.press("shift+tab", "backspace")
        assert len(field.value) == 0
        assert field.error == ""


async def test_a_long_one_shows_the_part_around_the_cursor() -> None:
    field = SecretField("S", width=10)
    app = Host(field)
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.press(*"abcdefghijklmno", "ctrl+r")
        await pilot.pause()
        assert "ghijklmno" in picture(app)
        assert "abcdef" not in picture(app)


def test_hidden_compares_and_hides() -> None:
    assert Hidden("a") == Hidden("a")
    assert Hidden("a") != Hidden("b")
    assert Hidden("a") != "a"
    assert hash(Hidden("a")) == hash(Hidden("a"))
    assert (repr(Hidden("a")), str(Hidden()), len(Hidden("abc"))) == ("Hidden(***)", "Hidden()", 3)
