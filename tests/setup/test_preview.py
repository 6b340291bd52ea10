"""What a set-up would do next, said without doing it."""

from pathlib import Path

import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.setup.answers import NameAnswer
from tui.setup.preview import Preview
from tui.setup.step import Step
from tui.setup.wishes import Script
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import Refused

BARE = Path(__file__).resolve().parent.parent / "machines" / "bare.json"


def test_the_first_step_that_would_change_something_ends_it() -> None:
    preview = Preview(RecordedHost(str(BARE)), Script())
    preview.look()
    assert preview.step is Step.NAME
    kinds = [type(operation).__name__ for operation in preview.plan.operations]
    assert kinds[:2] == ["LoadModule", "SetInitiatorName"]
    assert preview.commands() == ()


def test_what_prevents_a_set_up_prevents_its_plan() -> None:
    host = ScriptedHost()
    with pytest.raises(Refused) as raised:
        Preview(host, Script(name=NameAnswer("iqn.2003-13.com.example:x"))).look()
    assert raised.value.problem.summary == "There is no month 13."
    assert host.changes == []
