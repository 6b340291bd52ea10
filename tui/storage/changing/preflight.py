"""What is checked of all operations of a plan before the first one runs."""

from tui.storage.host.interface import Host
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem, Refused


def first_hopeless(host: Host, operations: tuple[Operation, ...]) -> tuple[int, Problem] | None:
    """Which operation is sure to be refused in its turn, and why; None when none is.

    What comes after an operation that may bring a device back is not asked: only its turn can tell.
    """
    for number, operation in enumerate(operations):
        try:
            operation.preflight(host)
        except Refused as refused:
            if not operation.is_done(host):
                return number, refused.problem
        if not operation.only_stops:
            return None
    return None
