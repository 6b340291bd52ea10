"""Step 5: log in through every chosen portal, wait for the disks, and join paths that lead to one LUN."""

from tui.setup.answers import LogInAnswer, TargetChoice
from tui.setup.state import Explanation, SetupState, commands
from tui.setup.steps import disks, name, target
from tui.storage.changing.plan import Plan
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import InstallPackages
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count


def answer(state: SetupState) -> LogInAnswer:
    """The decided answer or the defaults."""
    return state.answers.log_in or defaults(state)


def defaults(state: SetupState) -> LogInAnswer:  # noqa: ARG001 (every step has the same protocol)
    """Several paths to one LUN are joined."""
    return LogInAnswer()


def session(state: SetupState, choice: TargetChoice) -> Session | None:
    """The session of a chosen record, or None."""
    return next(
        (
            other
            for other in state.inventory.sessions
            if other.target == choice.target
            and other.iface == choice.iface
            and other.portal.is_same_place(choice.portal)
        ),
        None,
    )


def logged_in(state: SetupState) -> tuple[Session, ...]:
    """The sessions of chosen records that are logged in."""
    found = (session(state, choice) for choice in target.answer(state).chosen)
    return tuple(
        session for session in found if session is not None and session.state is SessionState.LOGGED_IN
    )


def joinable(state: SetupState) -> tuple[disks.Disk, ...]:
    """The disks with several paths and no multipath map over them."""
    return tuple(disk for disk in disks.disks(state) if disk.lacks_map)


def satisfied(state: SetupState) -> str | None:
    """Every chosen record is logged in, shows disks, and no paths are left to join."""
    chosen = target.answer(state).chosen
    if not chosen or len(logged_in(state)) < len(chosen) or not disks.disks(state):
        return None
    if joinable(state) and answer(state).multipath:
        return None
    return note(state)


def problems(state: SetupState) -> tuple[Problem, ...]:
    """Multipath is asked for and its tools can neither be found nor installed."""
    if not joinable(state) or not answer(state).multipath or state.inventory.has_tool("multipath"):
        return ()
    if name.lacking_packages(state.inventory, ("multipath", "multipathd")):
        return ()
    return (
        Problem(
            "log-in.no-multipath-tools",
            _("There are several paths to one LUN, and multipath-tools is not installed."),
            remedy=_("Install it with your package manager, then come back."),
            field="multipath",
        ),
    )


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Portals that could not be logged in to while others could, and paths that stay apart."""
    found = [problem for _title, problem in state.logins if problem is not None and logged_in(state)]
    if joinable(state) and not answer(state).multipath:
        found.append(
            Problem(
                "log-in.paths-apart",
                _("There are several paths to one LUN, and no multipath map."),
                _("LVM sees such a disk twice and refuses to change it."),
                _("Use multipath, or log in through one portal only."),
                "multipath",
            )
        )
    return tuple(found)


def plan(state: SetupState) -> Plan:
    """Log in through every chosen record, all at the same time."""
    return Plan(
        _("Log in to the targets"),
        tuple(
            LogIn(choice.target, stored.portal if stored is not None else choice.portal, choice.iface)
            for choice in target.answer(state).chosen
            for stored in (target.record(state, choice),)
        ),
        together=True,
    )


def multipath_plan(state: SetupState) -> Plan:
    """Join the paths that lead to one LUN, when that is wanted and there are any."""
    operations: list[Operation] = []
    wanted = joinable(state) if answer(state).multipath else ()
    if wanted:
        packages = name.lacking_packages(state.inventory, ("multipath", "multipathd"))
        if packages:
            operations.append(InstallPackages(packages, state.inventory.distribution.family))
        operations.extend(CreateMultipathMap(disk.wwid, disk.paths) for disk in wanted)
    return Plan(_("Create the multipath maps"), tuple(operations))


def blocker(state: SetupState) -> Problem | None:
    """Why no disk can be used yet."""
    mistakes = problems(state)
    if mistakes:
        return mistakes[0]
    if not logged_in(state):
        failed = next((problem for _title, problem in state.logins if problem is not None), None)
        return failed or Problem(
            "log-in.not-logged-in",
            _("This host is not logged in yet."),
            remedy=_("Go on with Enter: it logs in through every chosen portal."),
        )
    if not disks.disks(state):
        return Problem(
            "log-in.no-disk",
            _("The login works, but the target shows no LUN."),
            _("The storage has no LUN there, or its ACL gives this initiator no access to it."),
            _("Ask the storage administrator to map a LUN to this host's initiator name, then retry."),
        )
    if joinable(state) and answer(state).multipath:
        return Problem(
            "log-in.paths-apart",
            _("There are several paths to one LUN, and no multipath map yet."),
            remedy=_("Go on with Enter: multipath creates it."),
            field="multipath",
        )
    return None


def explain(state: SetupState) -> Explanation:
    """What a login brings."""
    return Explanation(
        _(
            "A login opens a session to the target; its LUNs then appear as disks. If two "
            "sessions lead to the same LUN, multipath makes one device of them, which keeps "
            "working when one path fails."
        ),
        (*commands(plan(state)), *commands(multipath_plan(state))),
    )


def note(state: SetupState) -> str:
    """How many sessions and disks."""
    open_sessions, found = len(logged_in(state)), disks.disks(state)
    if not open_sessions:
        return ""
    return _("{sessions}, {disks}").format(
        sessions=translate_count("{count} session", "{count} sessions", open_sessions).format(
            count=open_sessions
        ),
        disks=translate_count("{count} disk", "{count} disks", len(found)).format(count=len(found)),
    )


def outcome_lines(state: SetupState) -> tuple[str, ...]:
    """One line a login: what became of it."""
    return tuple(
        f"{title}: {clean(problem.summary) if problem is not None else _('logged in')}"
        for title, problem in state.logins
    )
