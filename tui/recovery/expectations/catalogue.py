"""Every kind of expectation, from the bottom: what is told below explains what is missing above."""

from collections.abc import Callable, Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.boot_services import boot_services
from tui.recovery.expectations.expectation import Expectation
from tui.recovery.expectations.fstab_mounts import expected_mounts
from tui.recovery.expectations.logical_volumes import expected_volumes
from tui.recovery.expectations.mount_units import expected_units
from tui.recovery.expectations.node_records import expected_sessions
from tui.recovery.expectations.opened_devices import expected_devices
from tui.recovery.expectations.second_places import expected_places
from tui.recovery.expectations.swap_areas import expected_swap
from tui.recovery.expectations.unlisted_mounts import unlisted_mounts
from tui.recovery.expectations.unrecorded_sessions import unrecorded_sessions

EXPECTATIONS: tuple[Callable[[Evidence], Iterable[Expectation]], ...] = (
    expected_sessions,
    expected_devices,
    expected_volumes,
    expected_mounts,
    expected_units,
    expected_places,
    expected_swap,
    unlisted_mounts,
    unrecorded_sessions,
    boot_services,
)
