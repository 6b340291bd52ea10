"""Exit codes of iscsiadm in words, and calls that never reach further than one record or session."""

import pytest

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Outcome
from tui.storage.iscsi import iscsiadm_call
from tui.storage.iscsi.iscsiadm import Action, Context, ExitCode, problem_of
from tui.storage.model.iscsi import Portal

PORTAL = Portal("192.0.2.10", 3260, 1)
TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
REJECTED = "discovery login to 192.0.2.10 rejected: initiator failed authorization"


def context(action: Action) -> Context:
    return Context(action, TARGET, PORTAL)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("code", ExitCode)
def test_every_code_has_a_sentence_a_cause_or_a_next_step(code: ExitCode, action: Action) -> None:
    problem = problem_of(Outcome(int(code), "", "iscsiadm: something\n"), context(action))
    assert problem.code.startswith(f"{action.value}.")
    assert problem.summary.endswith(".")
    assert problem.cause or problem.remedy
    assert "{" not in problem.summary + problem.cause + problem.remedy
    assert problem.evidence == ("iscsiadm: something",)


def test_codes_are_those_of_open_iscsi() -> None:
    assert [code.value for code in ExitCode] == list(range(34))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("conn 0 login rejected: initiator failed authorization with target", "login.access-list"),
        ("conn 0 login rejected: Initiator failed authentication with target", "login.authentication"),
        ("Login failed to authenticate with target " + TARGET, "login.authentication"),
        ("", "login.authorization"),
    ],
)
def test_code_24_is_told_apart_by_the_daemon(line: str, expected: str) -> None:
    problem = problem_of(Outcome(24), context(Action.LOGIN), (line,) if line else ())
    assert problem.code == expected
    assert problem.cause
    assert problem.remedy


def test_both_reasons_at_once_claim_neither() -> None:
    lines = (
        "session 1 login rejected: Initiator failed authentication with target",
        "conn 0 login rejected: initiator failed authorization with target",
    )
    assert problem_of(Outcome(24), context(Action.LOGIN), lines).code == "login.authorization"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("Login failed to authenticate with target ", REJECTED), "discovery.authentication"),
        ((REJECTED,), "discovery.access-list"),
    ],
)
def test_discovery_tells_by_itself(said: tuple[str, ...], expected: str) -> None:
    outcome = Outcome(24, "", "".join(f"iscsiadm: {line}\n" for line in said))
    assert problem_of(outcome, Context(Action.DISCOVERY, portal=PORTAL)).code == expected


def test_mutual_chap_is_recognised() -> None:
    login = "failing authentication, received incorrect CHAP response from target " + TARGET
    assert problem_of(Outcome(19), context(Action.LOGIN), (login,)).code == "login.mutual"
    found = "iscsiadm: Login authentication failed with target , Authentication request failed\n"
    problem = problem_of(Outcome(19, "", found), Context(Action.DISCOVERY, portal=PORTAL))
    assert problem.code == "discovery.mutual"
    assert problem.summary.startswith("192.0.2.10:3260")
    gone = "conn 0 login rejected: initiator error - target not found (02/03)"
    assert problem_of(Outcome(19), context(Action.LOGIN), (gone,)).code == "login.no-such-target"


def test_no_answer_no_program_and_a_strange_status() -> None:
    assert problem_of(Outcome(None, seconds=130.2), context(Action.LOGIN)).code == "login.deadline"
    silent = problem_of(Outcome(None, seconds=30.0), context(Action.DISCOVERY))
    assert silent.code == "discovery.deadline"
    assert "does not answer as an iSCSI target" in silent.summary
    assert problem_of(Outcome(127), context(Action.DISCOVERY)).code == "discovery.no-iscsiadm"
    assert problem_of(Outcome(-9), context(Action.LOGOUT)).code == "logout.unknown"


def test_what_tools_say_is_cleaned() -> None:
    outcome = Outcome(5, "", "iscsiadm: \x1b[2Jgone " + "x" * 4096)
    problem = problem_of(outcome, Context(Action.LOGIN, "iqn.\x1b[31m", PORTAL))
    assert "\x1b" not in problem.summary + "".join(problem.evidence)
    assert max(map(len, problem.evidence)) <= 300


def test_lines_of_another_login_are_left_out() -> None:
    lines = (
        "connection1:0 login rejected: initiator failed authorization with target",
        f"Connection1:0 to [target: {TARGET}, portal: 192.0.2.10,3260] through [iface: default] is shutdown.",
        "Login failed to authenticate with target " + TARGET,
        "session 12 login rejected: Initiator failed authentication with target",
        f"Connection12:0 to [target: {TARGET}, portal: 198.51.100.10,3260] is shutdown.",
        "iqn.2003-01.org.linux-iscsi.lab:t2 is another one",
    )
    host = ScriptedHost(replies={("journalctl",): Outcome(0, "\n".join(lines))})
    said = iscsiadm_call.daemon_lines(host, 1_800_000_000.5, TARGET, PORTAL)
    assert said == (lines[0], lines[1], lines[2])
    assert "--since=@1800000000.500" in host.commands[0].argv
    other = iscsiadm_call.daemon_lines(host, 0.0, TARGET, Portal("198.51.100.10"))
    assert other == lines[2:5]
    assert iscsiadm_call.daemon_lines(host, 0.0) == lines
    assert iscsiadm_call.daemon_lines(ScriptedHost(), 0.0) == ()


def test_calls_name_target_portal_and_iface() -> None:
    command = iscsiadm_call.node(TARGET, PORTAL, "default", "--login")
    assert command.shown == f"iscsiadm -m node -T {TARGET} -p 192.0.2.10:3260 -I default --login"
    assert command.changes
    new = iscsiadm_call.node(TARGET, Portal("2001:db8::1", 3260, 2), "eth1", "-o", "new", with_group=True)
    assert "-p '[2001:db8::1]:3260,2'" in new.shown
    assert iscsiadm_call.session(7, "--logout").shown == "iscsiadm -m session -r 7 --logout"
    query = iscsiadm_call.discovery_record("sendtargets", PORTAL, "-o", "show", changes=False)
    assert query.shown == "iscsiadm -m discoverydb -t sendtargets -p 192.0.2.10:3260 -o show"
    assert not query.changes
