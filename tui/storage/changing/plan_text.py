"""Plans as plain values and back, without secrets: for the journal, and for what was disconnected."""

from tui.storage.changing.plan import Plan
from tui.storage.codec import NotDecodable, Plain, decode, encode
from tui.storage.operations.operation import Operation


def encode_operations(plan: Plan) -> list[Plain]:
    """The operations of a plan: kind and fields of each."""
    return [{"kind": type(operation).__name__, "fields": encode(operation)} for operation in plan.operations]


def decode_operations(plain: Plain) -> tuple[Operation, ...]:
    """The operations again; secrets are empty.

    Raises:
        NotDecodable: it was written by another version.
    """
    # Every operation has to be known by its name, which only a plan that is read back needs.
    from tui.storage.operations import catalogue as _catalogue  # noqa: F401, PLC0415 (see above)

    if not isinstance(plain, list):
        raise NotDecodable(f"{plain!r:.80} is not a list")
    return tuple(_operation(item) for item in plain)


def _operation(plain: Plain) -> Operation:
    if not isinstance(plain, dict) or plain.get("kind") not in Operation.kinds:
        raise NotDecodable(f"{plain!r:.80} is no operation of this version")
    if _holds_nul(plain.get("fields")):
        # No path, no name and no argument of a command can hold one.
        raise NotDecodable("a NUL byte in an operation")
    return decode(Operation.kinds[str(plain["kind"])], plain.get("fields"))


def _holds_nul(plain: Plain) -> bool:
    match plain:
        case str():
            return "\0" in plain
        case list():
            return any(map(_holds_nul, plain))
        case dict():
            return any(map(_holds_nul, (*plain, *plain.values())))
    return False
