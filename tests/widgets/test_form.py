"""Fields and forms: keys, errors, reasons."""

from collections.abc import Iterable

import pytest
from textual import events
from textual.widget import Widget
from textual.widgets import Static

from tests.widgets.galleries import check_address
from tests.widgets.host import Host, shows
from widgets.fields.choice_field import CheckField, Choice, ChoiceField
from widgets.fields.form import Field, FieldRow, Form
from widgets.fields.text_field import LineInput, NumberField, TextField

CHOICES = (
    Choice("st", "SendTargets"),
    Choice("isns", "iSNS", "no server is set"),
    Choice("static", "By hand"),
)


def said(field: Field) -> str:
    """What the field says is wrong, read anew."""
    return field.error


class Sheet(Host):
    """A form with one field of a kind."""

    host_field: TextField
    port: NumberField
    method: ChoiceField
    boot: CheckField
    form: Form

    def compose(self) -> Iterable[Widget]:
        self.host_field = TextField("Portal", "192.0.2.10", validate=check_address, id="host")
        self.port = NumberField("Port", 3260, minimum=1, maximum=65535, unit="TCP")
        self.method = ChoiceField("A longer label", CHOICES)
        self.boot = CheckField("", "Log in at boot")
        self.form = Form()
        with self.form:
            with FieldRow():
                yield self.host_field
                yield self.port
            yield self.method
            yield self.boot


async def test_every_field_is_reached_and_filled_in_by_keys() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24), message_hook=app.messages.append) as pilot:
        await pilot.press(*"10.1.1.1", "tab", *"860", "down", "right", "down", "space", "enter")
        await pilot.pause()
        assert app.host_field.value == "10.1.1.1"
        assert app.port.number == 860
        assert app.method.value == "static"
        assert app.boot.value is True
        assert [message.form for message in app.sent(Form.Submitted)] == [app.form]
        changed = {message.control for message in app.sent(Field.Changed)}
        assert changed == {app.host_field, app.port, app.method, app.boot}
        await pilot.press("up")
        assert app.method.has_pseudo_class("focus-within")
        await pilot.press("shift+tab")
        assert app.port.has_pseudo_class("focus-within")


async def test_labels_are_in_one_column() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        left = {app.host_field.query_one(LineInput).region.x, app.method.query_one("ChoiceRow").region.x}
        left.add(app.boot.query_one("CheckMark").region.x)
        assert left == {len("A longer label") + 2}
        assert app.port.region.y == app.host_field.region.y
        assert app.port.label_width == len("Port")


async def test_a_mistake_is_said_below_and_keeps_the_form() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24), message_hook=app.messages.append) as pilot:
        await pilot.press(*"nowhere", "enter")
        await pilot.pause()
        assert app.sent(Form.Submitted) == []
        assert said(app.host_field).startswith("This is not an address.")
        wrong = app.host_field.query_one(".wrong", Static)
        assert shows(wrong)
        assert wrong.region.y == app.host_field.query_one(LineInput).region.y + 1
        assert "▲ This is not an address." in str(wrong.render())
        assert app.host_field.query_one(LineInput).has_focus
        await pilot.press(*".org")
        assert said(app.host_field) == ""
        assert not shows(wrong)
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.sent(Form.Submitted)) == 1


async def test_the_focus_goes_to_the_first_mistake() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)) as pilot:
        app.port.value = "70000"
        app.method.query_one("ChoiceRow").focus()
        await pilot.press("enter")
        assert app.port.query_one(LineInput).has_focus
        assert app.port.error == "The number must be between 1 and 65535."


@pytest.mark.parametrize(
    ("typed", "number", "problem"),
    [
        ("3260", 3260, None),
        (" 17 ", 17, None),
        ("", None, "A whole number is required."),
        ("ten", None, "A whole number is required."),
        ("1.5", None, "A whole number is required."),
        ("٣", None, "A whole number is required."),
        ("-4", -4, "The number must be at least 0."),
    ],
)
async def test_numbers(typed: str, number: int | None, problem: str | None) -> None:
    field = NumberField("Retries")
    async with Host(field).run_test(size=(60, 5)):
        field.value = typed
        assert field.number == number
        assert field.problem() == problem


async def test_a_field_that_cannot_be_used_says_why() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)) as pilot:
        app.host_field.value = "nowhere"
        app.host_field.check()
        app.host_field.disable("only root may change it")
        await pilot.pause()
        assert app.host_field.error == ""
        assert app.host_field.check()
        hint = app.host_field.query_one(".hint", Static)
        assert shows(hint)
        assert str(hint.render()) == "only root may change it"
        assert app.host_field.query_one(LineInput).disabled
        app.host_field.enable()
        await pilot.pause()
        assert not shows(hint)
        assert not app.host_field.query_one(LineInput).disabled


async def test_an_answer_that_cannot_be_chosen_is_skipped() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)) as pilot:
        app.method.query_one("ChoiceRow").focus()
        await pilot.press("right")
        assert app.method.value == "static"
        await pilot.press("right")
        assert app.method.value == "st"
        await pilot.press("left")
        assert app.method.value == "static"
        shown = str(app.method.query_one("ChoiceRow").render())
        assert "( ) iSNS (no server is set)" in shown
        app.method.choices = (Choice("st", "SendTargets", "not now"),)
        await pilot.press("right")
        assert app.method.value == "static"


async def test_what_is_pasted_stays_on_its_line() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)):
        app.host_field.query_one(LineInput).value = "a\x1b[2Jb\nc"
        assert app.host_field.value == "a?[2Jb c"


async def test_values_set_by_the_program() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)):
        app.method.value = "static"
        app.boot.value = True
        app.host_field.hint = "answers in 0.4 ms"
        assert app.method.value == "static"
        assert app.boot.value
        assert str(app.host_field.query_one(".hint", Static).render()) == "answers in 0.4 ms"
        assert app.sent(Field.Changed) == []


async def test_what_is_typed_ahead_reaches_the_field_that_tab_leads_to() -> None:
    app = Sheet()
    async with app.run_test(size=(80, 24)) as pilot:
        app.host_field.query_one(LineInput).focus()
        await pilot.pause()
        for name, character in (("a", "a"), ("tab", "\t"), ("7", "7"), ("shift+tab", None), ("b", "b")):
            app.post_message(events.Key(name, character))
        await pilot.pause()
        assert (app.host_field.value, app.port.value) == ("b", "7")
