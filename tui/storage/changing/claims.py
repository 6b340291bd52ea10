"""Nothing that something claims is taken away or overwritten: checked before a plan, and each operation."""

from tui.storage.devices.claims import Claim, claim_problem, read_claims
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import Hold
from tui.storage.operations.mounts.release import holders
from tui.storage.operations.operation import Operation
from tui.storage.probe.holders.users import read_users
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused


def refuse_claimed(host: Host, operation: Operation) -> None:
    """See, right before an operation runs, that nobody claims what it takes.

    Raises:
        Refused: somebody does. Nothing was changed.
    """
    if not operation.takes_devices:
        return
    inventory = look_at_devices(host)
    for claim in read_claims(host, inventory, operation.takes(inventory)):
        raise Refused(_problem(host, inventory, claim))


def first_claimed(host: Host, operations: tuple[Operation, ...]) -> tuple[int, Problem] | None:
    """Which operation of a plan would be refused, and why; None when none would. Asked before the first runs.

    A program that has a device open does not count after an operation that waits for it or ends it.
    """
    inventory: Inventory | None = None
    seen: dict[str, tuple[Claim, ...]] = {}
    frees = False
    for number, operation in enumerate(operations):
        frees = frees or operation.frees_devices
        if not operation.takes_devices:
            continue
        inventory = inventory or look_at_devices(host)
        for name in operation.takes(inventory):
            if name not in seen:
                seen[name] = read_claims(host, inventory, (name,))
            for claim in seen[name]:
                if not (frees and _is_open(host, inventory, claim)):
                    return number, _problem(host, inventory, claim)
    return None


def _is_open(host: Host, inventory: Inventory, claim: Claim) -> bool:
    users = read_users(host, inventory, (claim.device.name,))
    return any(
        held.how is Hold.OPEN_DEVICE and not process.is_storage
        for process in users.processes
        for held in process.held
    )


def _problem(host: Host, inventory: Inventory, claim: Claim) -> Problem:
    return claim_problem(claim, holders(read_users(host, inventory, (claim.device.name,)))[:6])
