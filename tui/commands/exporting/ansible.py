"""A plan as tasks of Ansible: `--export ansible`.

A task calls the verb on the host: it plans and checks there, and changes nothing where nothing is to be done.
What only a person confirms is in the task as it was given, so that it is reviewed with it.
"""

from collections.abc import Iterable, Sequence

from tui.commands.planned import Planned
from tui.storage.printing import json_text
from tui.storage.problem import Problem, Refused
from tui.words import translate as _

_OWN = frozenset({"--json", "--quiet", "--no-color", "--dry-run", "--force"})
_WITH_VALUE = frozenset({"--out", "--export", "--recorded"})


def ansible_tasks(planned: Planned, words: Sequence[str]) -> str:
    """The tasks that do what the words of a command line ask for, as YAML.

    Args:
        planned: what these words plan on this host.
        words: the verb and its arguments.

    Raises:
        Refused: a secret is asked for, whose place on other hosts is not known.
    """
    if "--secret-file" in words or any(word.startswith("--secret-file=") for word in words):
        raise Refused(
            Problem(
                "export.secret",
                _("A verb that needs a secret is not exported."),
                remedy=_("Use an answers file, or give the secret on each host."),
            )
        )
    argv = ["iscsi-console", *_kept(words), "--yes", "--json"]
    lines = [
        f"# {planned.proposal.plan.title}",
        *(f"# {note}" for note in planned.proposal.notes),
        f"- name: {_text(planned.proposal.plan.title)}",
        "  ansible.builtin.command:",
        f"    argv: {json_text(argv, indent=None)}",
        "  register: iscsi_console_result",
        "  changed_when: (iscsi_console_result.stdout_lines | last | from_json).changed",
    ]
    return "\n".join(lines) + "\n"


def _kept(words: Iterable[str]) -> list[str]:
    kept: list[str] = []
    skips = False
    for word in words:
        if skips:
            skips = False
        elif word in _WITH_VALUE:
            skips = True
        elif word not in _OWN and word.partition("=")[0] not in _WITH_VALUE:
            kept.append(word)
    return kept


def _text(text: str) -> str:
    """A YAML scalar: JSON is YAML 1.2."""
    return json_text(text, indent=None)
