"""The ladder: every inventory read as stacks of rungs, from the portal up to the mount.

A stack is everything that hangs together: the portals, sessions and LUNs of a target, the maps, PVs and VGs
on them, and what stands on those. Its rungs are in an order in which each comes after all it stands on, so
that the first broken one is the first to look at.
"""

from collections import deque
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.model.inventory import Inventory
from tui.storage.stacks.device_rungs import add_closed_layers, add_device_rungs
from tui.storage.stacks.file_rungs import add_file_rungs
from tui.storage.stacks.iscsi_rungs import add_iscsi_rungs
from tui.storage.stacks.ladder import Ladder
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.stacks.volume_rungs import add_volume_rungs

__all__ = ["Health", "Rung", "RungKind", "Stack", "StackIndex", "first_broken", "stacks"]


class Stack(Struct, frozen=True):
    """Rungs that hang together.

    Attributes:
        key: stable name of the stack: of its first target, else of its first VG.
        targets: the targets it stands on, in the order of its rungs; an empty name for a nameless session.
        volume_groups: names of the VGs in it.
        rungs: from the bottom; each after all it stands on.
    """

    key: str
    targets: tuple[str, ...]
    volume_groups: tuple[str, ...]
    rungs: tuple[Rung, ...]

    @property
    def health(self) -> Health:
        """The worst health of its rungs."""
        order = (Health.BAD, Health.ABSENT, Health.DEGRADED, Health.WARN, Health.UNKNOWN)
        found = {rung.health for rung in self.rungs}
        if found <= {Health.AS_WISHED, Health.UNKNOWN} and Health.AS_WISHED in found:
            # Nobody is logged in, and nobody has to be: whether its portal answers does not matter.
            return Health.AS_WISHED
        return next((health for health in order if health in found), Health.GOOD)


def stacks(inventory: Inventory) -> tuple[Stack, ...]:
    """Every stack of a host, in the order of its sessions and records; takes time linear in their number."""
    ladder = Ladder(inventory)
    add_iscsi_rungs(ladder)
    before = -1
    while len(ladder.rungs) > before:
        before = len(ladder.rungs)
        add_device_rungs(ladder)
        add_volume_rungs(ladder)
    add_closed_layers(ladder)
    add_file_rungs(ladder)
    return tuple(_stack(rungs) for rungs in _connected(ladder))


def first_broken(stack: Stack) -> Rung | None:
    """The lowest rung that does not hold: the one to look at first. None when every rung holds."""
    return next((rung for rung in stack.rungs if _is_broken(rung)), None)


def broken_first(stack: Stack) -> tuple[Rung, ...]:
    """Every rung that does not hold although all it stands on does: what stands above breaks with it."""
    broken = [rung for rung in stack.rungs if _is_broken(rung)]
    keys = {rung.key for rung in broken}
    return tuple(rung for rung in broken if keys.isdisjoint(rung.stands_on))


def _is_broken(rung: Rung) -> bool:
    return rung.health in {Health.BAD, Health.ABSENT}


class StackIndex:
    """Which stack a thing of the inventory belongs to, by the key of its rung or a device's kernel name."""

    def __init__(self, found: Iterable[Stack]) -> None:
        self._by_rung: dict[str, str] = {}
        self._by_device: dict[str, str] = {}
        for stack in found:
            for rung in stack.rungs:
                self._by_rung[rung.key] = stack.key
                for key in rung.also:
                    self._by_rung.setdefault(key, stack.key)
                if rung.device:
                    self._by_device.setdefault(rung.device, stack.key)

    def of(self, key: str) -> str | None:
        """The key of the stack with that rung, or None."""
        return self._by_rung.get(key)

    def of_device(self, name: str) -> str | None:
        """The key of the stack that holds a block device, or None."""
        return self._by_device.get(name)


def _connected(ladder: Ladder) -> list[list[Rung]]:
    """The rungs grouped by what hangs together, groups and rungs in the order they were found."""
    parent = {key: key for key in ladder.rungs}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for rung in ladder.rungs.values():
        for lower in rung.stands_on:
            parent[root(rung.key)] = root(lower)
    by_target: dict[str, str] = {}
    for rung in ladder.rungs.values():
        if rung.kind is RungKind.PORTAL and rung.target:
            first = by_target.setdefault(rung.target, rung.key)
            parent[root(rung.key)] = root(first)
    groups: dict[str, list[Rung]] = {}
    for rung in ladder.rungs.values():
        groups.setdefault(root(rung.key), []).append(rung)
    return list(groups.values())


def _stack(rungs: list[Rung]) -> Stack:
    ordered = _with_depth(_from_the_bottom(rungs))
    targets = tuple(dict.fromkeys(rung.target for rung in ordered if rung.kind is RungKind.PORTAL))
    groups = tuple(rung.name for rung in ordered if rung.kind is RungKind.VOLUME_GROUP)
    if any(targets):
        key = f"target:{next(target for target in targets if target)}"
    else:
        key = next((rung.key for rung in ordered if rung.kind is RungKind.VOLUME_GROUP), ordered[0].key)
    return Stack(key, targets, groups, ordered)


def _from_the_bottom(rungs: list[Rung]) -> tuple[Rung, ...]:
    """Each rung after all it stands on, and as near above it as that allows.

    A rung of a circle, which a broken report could make, comes last.
    """
    by_key = {rung.key: rung for rung in rungs}
    upper: dict[str, list[str]] = {}
    missing: dict[str, int] = {}
    for rung in rungs:
        missing[rung.key] = len(rung.stands_on)
        for lower in rung.stands_on:
            upper.setdefault(lower, []).append(rung.key)
    ordered: dict[str, Rung] = {}
    for source in (rung for rung in rungs if not rung.stands_on):
        waiting = deque([source.key])
        while waiting:
            key = waiting.popleft()
            ordered[key] = by_key[key]
            ready: list[str] = []
            for above in upper.get(key, ()):
                missing[above] -= 1
                if not missing[above]:
                    ready.append(above)
            waiting.extendleft(reversed(ready))
    return tuple({**ordered, **by_key}.values())


def _with_depth(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """Give each rung its depth for drawing: 0 for the ladder itself, more for its side branches.

    What has a neighbour on the same rung is a branch; where branches meet again the ladder goes on below.
    """
    carries: dict[str, int] = {}
    for rung in rungs:
        for lower in rung.stands_on:
            carries[lower] = carries.get(lower, 0) + 1
    depths: dict[str, int] = {}
    for index, rung in enumerate(rungs):
        below = [depths[lower] for lower in rung.stands_on if lower in depths]
        if not below:
            depth = 1 if index else 0
        elif len(below) == 1:
            depth = below[0] + (1 if carries[rung.stands_on[0]] > 1 else 0)
        else:
            depth = min(below) - (1 if len(set(below)) == 1 and below[0] else 0)
        depths[rung.key] = depth
    return tuple(replace(rung, depth=depths[rung.key]) for rung in rungs)
