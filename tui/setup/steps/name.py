"""Step 1: the name this host has in the storage network, and everything that must be there to use it."""

from tui.setup.answers import NameAnswer
from tui.setup.state import Explanation, SetupState, commands
from tui.storage.changing.plan import Plan
from tui.storage.host_limits import limits, why_no_packages
from tui.storage.iscsi.iscsi_name import looks_cloned, malformed_name, name_problems, name_warnings, odd_name
from tui.storage.model.inventory import Inventory, Trait
from tui.storage.model.iscsi import Role
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import (
    INSTALLS,
    EnableService,
    InstallPackages,
    LoadModule,
    StartService,
)
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count

NEEDED_TOOLS = (
    "iscsiadm",
    "iscsid",
    "lvm",
    "dmsetup",
    "modprobe",
    "mount",
    "findmnt",
    "blkid",
    "wipefs",
    "udevadm",
    "systemctl",
)
"""Programs without which no set-up can end; those of one choice (mkfs.xfs, multipath) are asked for there."""

MODULE = "iscsi_tcp"


def answer(state: SetupState) -> NameAnswer:
    """The decided answer or the defaults."""
    return state.answers.name or defaults(state)


def defaults(state: SetupState) -> NameAnswer:
    """The name the host has, whatever it is: only answers or a person replace it; a fresh one for none."""
    return NameAnswer(state.inventory.initiator.name or state.suggested_name)


def _is_kept(state: SetupState) -> bool:
    """Whether the answer is the name that the host has."""
    return bool(answer(state).name) and answer(state).name == state.inventory.initiator.name


def wanted(state: SetupState) -> str:
    """The name in the form in which it is written; the one that is there stays as it is."""
    if _is_kept(state):
        return answer(state).name
    return name_problems(answer(state).name)[0]


def satisfied(state: SetupState) -> str | None:
    """The name is set, in the exact form, and the daemon answers."""
    initiator = state.inventory.initiator
    if problems(state) or missing(state.inventory) or not state.inventory.daemon_answers:
        return None
    if not initiator.name or not initiator.exact or initiator.name != wanted(state):
        return None
    return _("The name is set and iscsid answers.")


def problems(state: SetupState) -> tuple[Problem, ...]:
    """Mistakes in the name, and what is missing when it may not be installed."""
    # Capitals, blanks and a pasted `InitiatorName=` have one good reading, which the page shows and takes.
    found = list(malformed_name(answer(state).name) if _is_kept(state) else name_problems(wanted(state))[1])
    if missing(state.inventory):
        found.extend(_cannot_prepare(state))
    return tuple(found)


def _cannot_prepare(state: SetupState) -> tuple[Problem, ...]:
    names = enumerated(missing(state.inventory))
    limit = _unpreparable(state.inventory)
    if limit is not None:
        return (limit,)
    if not answer(state).prepare:
        return (
            Problem(
                "name.missing-parts",
                _("This host lacks: {names}.").format(names=names),
                _("Without them it cannot use iSCSI storage."),
                _("Let the program install and load them, or do it yourself and come back."),
                "prepare",
            ),
        )
    if _lacking_packages(state.inventory) and state.inventory.distribution.family not in INSTALLS:
        packages = lacking_packages(state.inventory, NEEDED_TOOLS)
        return (
            Problem(
                "name.unknown-distribution",
                _("This host lacks: {names}.").format(names=names),
                _("It can install packages on Debian, Red Hat, SUSE, openEuler and their relatives."),
                _("Install {packages} with your package manager and come back.").format(
                    packages=enumerated(packages)
                )
                if packages
                else _("Install them with your package manager and come back."),
                "prepare",
            ),
        )
    return ()


def _unpreparable(inventory: Inventory) -> Problem | None:
    """Why what is missing cannot be brought here by the program, on a host of a kind of its own."""
    if Trait.NO_SYSTEMD in inventory.traits:
        return next(limit for limit in limits(inventory) if limit.code == "host.no-systemd")
    packages = lacking_packages(inventory, NEEDED_TOOLS)
    return why_no_packages(inventory.traits, packages) if packages else None


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Corrected mistakes, sessions under another name, and signs that the machine was cloned."""
    typed, present = answer(state).name, state.inventory.initiator
    normal = wanted(state)
    said = {problem.code for problem in problems(state)}
    kind = [limit for limit in limits(state.inventory) if limit.code not in said]
    if _is_kept(state):
        found = list(odd_name(typed))
    else:
        found = [] if typed == normal else list(name_problems(typed)[1])
    found.extend(name_warnings(normal))
    old = sorted(
        {
            session.initiator_name
            for session in state.inventory.sessions
            if session.initiator_name not in ("", normal)
        }
    )
    if old:
        count = sum(session.initiator_name in old for session in state.inventory.sessions)
        found.append(
            Problem(
                "name.sessions-under-old-name",
                translate_count(
                    "{count} session is logged in under another name: {names}.",
                    "{count} sessions are logged in under another name: {names}.",
                    count,
                ).format(count=count, names=enumerated(clean(name) for name in old)),
                _("A session keeps the name it was logged in with."),
                _(
                    "The new name is used from the next login of each. Ask the storage "
                    "administrator to add both names to the ACL."
                ),
                "name",
            )
        )
    cloned = looks_cloned(
        normal,
        written=state.name_written if normal == present.name else None,
        machine_made=state.machine_made,
    )
    return (*kind, *found, *([cloned] if cloned is not None else []))


def missing(inventory: Inventory) -> tuple[str, ...]:
    """Names of programs and kernel modules that are not there."""
    tools = [name for name in NEEDED_TOOLS if not inventory.has_tool(name)]
    return (*tools, *((MODULE,) if MODULE not in inventory.modules else ()))


def lacking_packages(inventory: Inventory, tools: tuple[str, ...]) -> tuple[str, ...]:
    """The packages that hold those of the tools that are missing."""
    packages = {
        tool.package for tool in inventory.tools if tool.name in tools and not tool.path and tool.package
    }
    return tuple(sorted(packages))


def _lacking_packages(inventory: Inventory) -> bool:
    return any(not inventory.has_tool(name) for name in NEEDED_TOOLS)


def unit(inventory: Inventory, *roles: Role) -> str:
    """The unit that does a job here, whether or not it is installed yet: the first role that has one."""
    for role in roles:
        found = inventory.service(role) or next(
            (service for service in inventory.services if service.role is role), None
        )
        if found is not None:
            return found.unit
    return ""


def plan(state: SetupState) -> Plan:
    """Install, load, name, start and enable: what of it the host lacks."""
    inventory, initiator, name = state.inventory, state.inventory.initiator, wanted(state)
    operations: list[Operation] = []
    packages = lacking_packages(inventory, NEEDED_TOOLS)
    if packages:
        operations.append(InstallPackages(packages, inventory.distribution.family))
    if MODULE not in inventory.modules:
        operations.append(LoadModule(MODULE))
    operations.append(SetInitiatorName(name, initiator.name))
    opener = unit(inventory, Role.DAEMON_SOCKET, Role.DAEMON)
    if opener:
        operations.extend((EnableService(opener), StartService(opener)))
    return Plan(_("Name this host and start its iSCSI service"), tuple(operations))


def blocker(state: SetupState) -> Problem | None:
    """The first mistake, or that the name is not active yet."""
    found = problems(state)
    if found:
        return found[0]
    if satisfied(state) is not None:
        return None
    return Problem(
        "name.not-set",
        _("The name is not active yet."),
        remedy=_("Go on with Enter: the name is written and iscsid is started."),
        field="name",
    )


def explain(state: SetupState) -> Explanation:
    """What the name is for."""
    return Explanation(
        _(
            "The storage identifies this host, and checks its ACL, by this initiator name. The "
            "storage administrator enters the same name there. No two hosts can have the same "
            "name."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """The name itself."""
    return clean(wanted(state))
