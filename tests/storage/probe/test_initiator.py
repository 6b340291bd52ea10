import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.probe.iscsi.initiator import INITIATOR_FILE, parse_initiator_file, read_initiator

NAME = "iqn.1993-08.org.debian:01:abc"


@pytest.mark.parametrize(
    ("text", "name", "exact"),
    [
        (f"InitiatorName={NAME}\n", NAME, True),
        (f"## comment\n\nInitiatorName={NAME}\nInitiatorAlias=db\n", NAME, True),
        (f" InitiatorName={NAME}\n", NAME, False),
        (f"InitiatorName= {NAME}\n", NAME, False),
        (f"InitiatorName = {NAME}\n", NAME, False),
        (f"#InitiatorName={NAME}\n", "", True),
        (f"InitiatorName={NAME} # note\n", f"{NAME} # note", True),
        ("initiatorname=x\n", "", True),
        ("", "", True),
    ],
)
def test_the_file_is_read_as_iscsid_reads_it(text: str, name: str, *, exact: bool) -> None:
    initiator = parse_initiator_file(text)
    assert initiator.name == name
    assert initiator.exact is exact


def test_alias_and_generation() -> None:
    initiator = parse_initiator_file("GenerateName=yes\nInitiatorAlias=db7\n")
    assert initiator.generates
    assert initiator.alias == "db7"
    assert initiator.name == ""


def test_no_file_is_no_name_and_a_forbidden_one_says_so() -> None:
    assert read_initiator(ScriptedHost()).readable

    class Forbidding(ScriptedHost):
        def read(self, path: str) -> str:
            raise PermissionError(13, "Permission denied", path)

    assert not read_initiator(Forbidding()).readable
    host = ScriptedHost()
    host.files[INITIATOR_FILE] = f"InitiatorName={NAME}\n"
    assert read_initiator(host).name == NAME


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    initiator = parse_initiator_file(text)
    assert "\n" not in initiator.name
