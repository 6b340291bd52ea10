"""What is wrong with several hosts together, or with one of them."""

from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """How bad it is, the worst first."""

    DANGER = "danger"
    """Data is being destroyed, or will be by the next write."""
    BROKEN = "broken"
    """Something does not work now."""
    RISK = "risk"
    """Nothing is broken now; the next boot, outage or change will break something."""
    DIFFERENCE = "difference"
    """Hosts that use the same storage differ in a setting or a version."""


class FleetFinding(Struct, frozen=True):
    """One finding.

    Attributes:
        code: stable name: `mounted-by-several`; of a finding of a host's own the code of `doctor`.
        weight: how bad it is.
        summary: what is wrong, one sentence.
        hosts: files of the captures of the hosts that it is about.
        subject: key of the row that it is about, or empty.
        meaning: what that means, or empty.
        seen: on which host what was read: names of hosts, and what they show.
        advice: what to do, each in a sentence.
        own: `doctor` found it on the host itself; its fixes are there.
    """

    code: str
    weight: Weight
    summary: str
    hosts: tuple[str, ...]
    subject: str = ""
    meaning: str = ""
    seen: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    own: bool = False


WEIGHTS = tuple(Weight)
