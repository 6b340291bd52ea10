"""What goes wrong, in words: every error of the program is a `Problem` that says what to do next."""

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One problem, as a person reads it.

    Attributes:
        code: stable identifier such as `login.authorization`, for tests and for the journal.
        summary: what happened, one sentence.
        cause: the likely cause, or empty when the summary says it.
        remedy: what to do next, one or two sentences.
        field: the name of the answer that is at fault, or empty.
        evidence: verbatim lines of tools or logs, already cleaned (`untrusted.clean`).
    """

    code: str
    summary: str
    cause: str = ""
    remedy: str = ""
    field: str = ""
    evidence: tuple[str, ...] = ()


def problem_text(problem: Problem) -> str:
    """What happened, the likely cause, the next step, and what was said about it, one line each."""
    lines = (problem.summary, problem.cause, problem.remedy, *problem.evidence)
    return "\n".join(line for line in lines if line)


class ConsoleError(Exception):
    """Something the person must know; carries the `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.summary)
        self.problem = problem


class Refused(ConsoleError):
    """A precondition does not hold: nothing was changed."""


class CommandFailed(ConsoleError):
    """A tool reported failure: the host was read again before this was raised."""


class OutcomeUnknown(ConsoleError):
    """A command was sent and its deadline passed: it may still take effect."""


class NotVerified(ConsoleError):
    """A tool reported success, but the host does not show the change."""
