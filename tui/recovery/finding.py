"""What is wrong on a host, as a person is told it: seen, meant, ruled out, asked, repaired, never done.

Texts are sentences of this program with names in them that came from networks and disks: whoever makes a
finding passes those through `tui.storage.untrusted.clean`.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import force_setattr

from tui.maintenance.proposal import Proposal
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean


class Weight(StrEnum):
    """What a finding is to the others."""

    CAUSE = "cause"
    """Something is broken here, and nothing below it explains it."""
    CONSEQUENCE = "consequence"
    """It is broken because of the finding that `follows` names: repair that one first."""
    RISK = "risk"
    """Nothing is broken now; the next boot, outage or change will break it."""


_LONGEST_LINE = 4000


class Seen(Struct, frozen=True):
    """Evidence as it was read.

    Attributes:
        source: where: a command, a file, the kernel's log.
        lines: verbatim but for controls, which are escaped here.
    """

    source: str
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        force_setattr(self, "source", clean(self.source))
        force_setattr(self, "lines", tuple(clean(line, _LONGEST_LINE) for line in self.lines))


class RuledOut(Struct, frozen=True):
    """A look-alike that it is not, and how that was told."""

    what: str
    how: str


class Never(Struct, frozen=True):
    """Something that people try and should not, and why."""

    what: str
    why: str


class Hypothesis(Struct, frozen=True):
    """One of several possible causes, and the test that tells it from the others."""

    cause: str
    test: str


class Ask(Struct, frozen=True):
    """What somebody else has to do or say.

    Attributes:
        who: `the storage administrator`, `the network administrator`.
        words: a message ready to be sent, with every value filled in; may have several lines.
    """

    who: str
    words: str


class Fix(Struct, frozen=True):
    """One way out. Either a plan, or somebody to ask, or something for the person's own hands; or a wait.

    Attributes:
        title: what is done, in a few words.
        why: why it helps, in a sentence or two.
        proposal: the plan with its risks, or None where this host cannot be repaired by a plan.
        ask: who has to act instead, or None.
        confirm: what only a person can know and must say yes to before it is done; questions.
        by_hand: commands and acts for the person, where the program does not do them itself.
        seconds_left: for a wait, how long until it is decided; None where nothing runs down.
    """

    title: str
    why: str
    proposal: Proposal | None = None
    ask: Ask | None = None
    confirm: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    seconds_left: float | None = None


class Finding(Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        code: stable name, `F05.session-lost`: number of the catalogue, then words.
        summary: what is wrong, one sentence.
        meaning: what that means for the data and for whoever uses it.
        kind: the layer it is on, or None for the host as a whole (daemon, module, initiator name).
        rungs: keys of the rungs (`tui.storage.stacks.stack`) that it is about, the main one first; or empty.
        device: kernel name of the block device, or empty.
        seen: the evidence.
        ruled_out: look-alikes that it is not.
        hypotheses: possible causes, where there are several; otherwise empty.
        fixes: ways out, in the order they should be tried.
        never: what not to do.
        weight: what it is to the others.
        follows: `key` of the finding that it is a consequence of, or empty.
        follows_if: codes or beginnings of codes (`F18`) and keys of rungs: where there is a cause with such
            a code or on such a rung, this is a consequence of it, although no rung of it stands there.
    """

    code: str
    summary: str
    meaning: str
    kind: RungKind | None = None
    rungs: tuple[str, ...] = ()
    device: str = ""
    seen: tuple[Seen, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    fixes: tuple[Fix, ...] = ()
    never: tuple[Never, ...] = ()
    weight: Weight = Weight.CAUSE
    follows: str = ""
    follows_if: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The catalogue's number, `F05`."""
        return self.code.partition(".")[0]

    @property
    def rung(self) -> str:
        """Key of the rung that it is about, or empty."""
        return self.rungs[0] if self.rungs else ""

    @property
    def key(self) -> str:
        """What names this finding among all of a host: its code, and where it is."""
        place = self.rung or self.device
        return f"{self.code}@{place}" if place else self.code
