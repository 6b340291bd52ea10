"""Secrets and the journal: they are not in it, so a plan that is resumed gets them from the answers again."""

from msgspec.structs import replace

from tui.setup.answers import ChapAnswer
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.chap import ChapSettings
from tui.storage.operations.iscsi.chap import SetDefaultChap, SetDiscoveryChap, SetRecordChap
from tui.storage.operations.operation import Operation


def refilled(plan: Plan, chap: ChapAnswer | None) -> Plan:
    """The plan with the secrets of the answers, where their user names are those of the operation."""
    if chap is None:
        return plan
    return replace(plan, operations=tuple(_refilled(operation, chap) for operation in plan.operations))


def _refilled(operation: Operation, chap: ChapAnswer) -> Operation:
    match operation:
        case SetRecordChap():
            return replace(operation, chap=_known(operation.chap, chap.session.settings))
        case SetDiscoveryChap():
            return replace(operation, chap=_known(operation.chap, chap.discovery.settings))
        case SetDefaultChap():
            return replace(
                operation,
                session=_known_or_none(operation.session, chap.session.settings),
                discovery=_known_or_none(operation.discovery, chap.discovery.settings),
            )
    return operation


def _known_or_none(needed: ChapSettings | None, given: ChapSettings) -> ChapSettings | None:
    return None if needed is None else _known(needed, given)


def _known(needed: ChapSettings, given: ChapSettings) -> ChapSettings:
    same = (needed.username, needed.username_in) == (given.username, given.username_in)
    return given if same and needed.lacks_secrets else needed


def lacking(plan: Plan, done: frozenset[int] = frozenset()) -> bool:
    """Whether an operation that is not done yet needs a secret that nobody gave."""
    return any(_lacks(operation) for number, operation in enumerate(plan.operations) if number not in done)


def _lacks(operation: Operation) -> bool:
    match operation:
        case SetRecordChap() | SetDiscoveryChap():
            return operation.chap.lacks_secrets
        case SetDefaultChap():
            return any(
                settings is not None and settings.lacks_secrets
                for settings in (operation.session, operation.discovery)
            )
    return False
