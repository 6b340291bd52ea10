"""Carries a verb out: plans, shows, stores, asks, runs."""

import argparse
import sys

from msgspec.structs import replace

from tui.commands.plan_file import (
    StoredPlan,
    parse_plan,
    plan_document,
    plan_file_text,
    read_plan_file,
    refuse_elsewhere,
)
from tui.commands.planned import Arguments, Planned
from tui.commands.planners import PLANNERS
from tui.commands.running import Consent, run
from tui.commands.secret_files import read_secrets
from tui.commands.secrets_of_plans import filled
from tui.commands.telling import Exit, Teller, teller
from tui.practice.rehearsal.result import noted
from tui.storage.documents import SIZE
from tui.storage.files.owner_file import not_written_problem, write_for_owner
from tui.storage.host.command_log import CommandLogHost
from tui.storage.printing import say
from tui.storage.problem import ConsoleError
from tui.words import translate as _


def carry_out(namespace: argparse.Namespace, *, plans_only: bool) -> int:
    """Do what a verb asks for; the exit status."""
    arguments = Arguments(vars(namespace))
    told = teller(json=arguments.flag("json"), quiet=arguments.flag("quiet"))
    try:
        return _carry_out(arguments, told, plans_only=plans_only or arguments.flag("dry_run"))
    except ConsoleError as error:
        told.problem(error.problem)
        told.end(Exit.REFUSED, problem=error.problem)
        return Exit.REFUSED


def _carry_out(arguments: Arguments, told: Teller, *, plans_only: bool) -> int:
    store = arguments.text("out")
    export = arguments.text("export")
    plans_only = plans_only or bool(store or export or arguments.text("recorded"))
    host = _host(arguments.text("recorded"), looking_only=plans_only)
    planned = PLANNERS[arguments.text("verb")](host, arguments)
    planned = replace(planned, proposal=noted(planned.proposal, host.name))
    if not plans_only:
        return run(planned, host, told, _consent(arguments))
    if not export:
        told.review(planned)
    refusal = planned.proposal.refusal
    if refusal is not None:
        told.problem(refusal)
        told.end(Exit.REFUSED, problem=refusal)
        return Exit.REFUSED
    if export:
        say(_exported(host, planned, export).removesuffix("\n"))
        return Exit.DONE
    if store:
        _store(host, planned, store, force=arguments.flag("force"))
    told.planned(store)
    return Exit.DONE


def _exported(host: CommandLogHost, planned: Planned, form: str) -> str:
    if form == "ansible":
        from tui.commands.exporting.ansible import ansible_tasks  # noqa: PLC0415 (only what is asked for)

        words = sys.argv[2:] if sys.argv[1:2] == ["plan"] else sys.argv[1:]
        return ansible_tasks(planned, words)
    from tui.commands.exporting.shell import shell_script  # noqa: PLC0415 (likewise)

    return shell_script(host, planned)


def _store(host: CommandLogHost, planned: Planned, path: str, *, force: bool) -> None:
    text = plan_file_text(plan_document(host, planned))
    try:
        write_for_owner(path, text, force=force)
    except OSError as error:
        raise ConsoleError(not_written_problem(path, error)) from error


def apply(namespace: argparse.Namespace) -> int:
    """Carry a stored plan out; the exit status."""
    arguments = Arguments(vars(namespace))
    told = teller(json=arguments.flag("json"), quiet=arguments.flag("quiet"))
    try:
        path = arguments.text("file")
        stored = _read(path)
        host = _host("", looking_only=False)
        refuse_elsewhere(stored, host)
        secrets = read_secrets(arguments.pairs("secret_file"))
        proposal = replace(stored.proposal, plan=filled(stored.proposal.plan, secrets))
        return run(Planned(proposal), host, told, _consent(arguments))
    except ConsoleError as error:
        told.problem(error.problem)
        told.end(Exit.REFUSED, problem=error.problem)
        return Exit.REFUSED


def _read(path: str) -> StoredPlan:
    if path != "-":
        return read_plan_file(path)
    return parse_plan(sys.stdin.buffer.read(SIZE + 1), _("standard input"))


def _consent(arguments: Arguments) -> Consent:
    return Consent(arguments.flag("yes"), arguments.text("word"), arguments.flag("exit_changed"))


def _host(recorded: str, *, looking_only: bool) -> CommandLogHost:
    if recorded:
        from tui.storage.host.recorded import RecordedHost  # noqa: PLC0415 (not needed for this host)

        return CommandLogHost(RecordedHost(recorded))
    from tui.storage.host.local import LocalHost  # noqa: PLC0415 (likewise)

    return CommandLogHost(LocalHost(looking_only=looking_only))
