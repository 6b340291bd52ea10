"""The secrets of a plan that was read back: named, asked for, and put into its operations again."""

from collections.abc import Mapping

from msgspec.structs import replace

from tui.commands.secret_files import DISCOVERY, DISCOVERY_IN, SESSION, SESSION_IN
from tui.setup.secrets import lacking
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.chap import NO_SECRET, ChapSettings
from tui.storage.operations.iscsi.chap import SetDefaultChap, SetDiscoveryChap, SetRecordChap
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem, Refused
from tui.storage.secret import Secret
from tui.words import enumerated, translate as _

_Names = tuple[str, str]
_OF_SESSION, _OF_DISCOVERY = (SESSION, SESSION_IN), (DISCOVERY, DISCOVERY_IN)


def secrets_of(plan: Plan) -> tuple[str, ...]:
    """The names of the secrets that the operations of a plan need."""
    found: dict[str, None] = {}
    for operation in plan.operations:
        for chap, names in _settings_in(operation):
            users = (chap.username, chap.username_in)
            found.update(dict.fromkeys(name for user, name in zip(users, names, strict=True) if user))
    return tuple(found)


def filled(plan: Plan, secrets: Mapping[str, Secret], done: frozenset[int] = frozenset()) -> Plan:
    """The plan with the secrets that its operations lack.

    Args:
        plan: as it was read back.
        secrets: by name (`--secret-file`).
        done: numbers of operations that are not run again.

    Raises:
        Refused: one that is needed was not given.
    """
    found = replace(plan, operations=tuple(_filled(operation, secrets) for operation in plan.operations))
    if lacking(found, done):
        raise Refused(
            Problem(
                "plan.lacks-secret",
                _("The plan needs a CHAP secret, which is stored nowhere."),
                remedy=_("Give it with --secret-file: {names}.").format(
                    names=enumerated(f"{name}=PATH" for name in secrets_of(plan))
                ),
            )
        )
    return found


def _settings_in(operation: Operation) -> tuple[tuple[ChapSettings, _Names], ...]:
    match operation:
        case SetRecordChap():
            return ((operation.chap, _OF_SESSION),)
        case SetDiscoveryChap():
            return ((operation.chap, _OF_DISCOVERY),)
        case SetDefaultChap():
            both = ((operation.session, _OF_SESSION), (operation.discovery, _OF_DISCOVERY))
            return tuple((chap, names) for chap, names in both if chap is not None)
    return ()


def _filled(operation: Operation, secrets: Mapping[str, Secret]) -> Operation:
    match operation:
        case SetRecordChap():
            return replace(operation, chap=_with(operation.chap, secrets, _OF_SESSION))
        case SetDiscoveryChap():
            return replace(operation, chap=_with(operation.chap, secrets, _OF_DISCOVERY))
        case SetDefaultChap(session=session, discovery=discovery):
            return replace(
                operation,
                session=None if session is None else _with(session, secrets, _OF_SESSION),
                discovery=None if discovery is None else _with(discovery, secrets, _OF_DISCOVERY),
            )
    return operation


def _with(chap: ChapSettings, secrets: Mapping[str, Secret], names: _Names) -> ChapSettings:
    password, password_in = (secrets.get(name, NO_SECRET) for name in names)
    return replace(
        chap,
        password=chap.password or (password if chap.username else NO_SECRET),
        password_in=chap.password_in or (password_in if chap.username_in else NO_SECRET),
    )
