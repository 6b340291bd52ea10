# Copyright: the iscsi-console authors. License: Apache-2.0.
"""Calls the command line of iscsi-console on a host, and reads the events that it prints."""

from __future__ import annotations

import json
from typing import Any

from ansible.module_utils.basic import AnsibleModule

PROGRAM: dict[str, Any] = {"type": "str", "default": "iscsi-console"}
"""The option of every module that names the program."""

DONE, CHANGED = 0, 10
"""Exit statuses of a verb that came to its end."""

RISKS = ("reads", "configures", "interrupts", "rewrites", "destroys")
"""Of an operation, the least first."""


class Told:
    """What one call of a verb told.

    Args:
        status: its exit status.
        events: those it printed, in their order.
        errors: its standard error.
    """

    def __init__(self, status: int, events: list[dict[str, Any]], errors: str) -> None:
        self.status = status
        self.events = events
        self.errors = errors

    def last(self, event: str) -> dict[str, Any]:
        """The last event of a kind, or an empty one."""
        return next((one for one in reversed(self.events) if one.get("event") == event), {})

    @property
    def ok(self) -> bool:
        """Whether it came to its end."""
        return self.status in (DONE, CHANGED) and bool(self.last("end"))

    @property
    def plan(self) -> dict[str, Any]:
        """What it planned."""
        return self.last("plan")

    @property
    def operations(self) -> list[dict[str, Any]]:
        """Of that plan."""
        return list(self.plan.get("operations", []))

    @property
    def problem(self) -> dict[str, Any]:
        """What prevented it: code, summary, cause, remedy, evidence."""
        refusal = self.plan.get("refusal") or {}
        return dict(self.last("problem").get("problem") or refusal)

    @property
    def message(self) -> str:
        """The problem in words."""
        problem = self.problem
        words = [str(problem[part]) for part in ("summary", "cause", "remedy") if problem.get(part)]
        return " ".join(words) or self.errors.strip() or f"iscsi-console ended with status {self.status}"


def call(module: AnsibleModule, *words: str, stdin: str | None = None) -> tuple[int, str, str]:
    """Run the program; its exit status, output and errors.

    Standard input is empty unless given, so that nothing is ever asked.
    """
    argv = [module.params["program"], *words]
    status, output, errors = module.run_command(
        argv, data=stdin if stdin is not None else "", binary_data=True, environ_update={"LC_ALL": "C.UTF-8"}
    )
    return int(status), str(output), str(errors)


def verb(module: AnsibleModule, *words: str, stdin: str | None = None) -> Told:
    """Run a verb and read its events."""
    status, output, errors = call(module, *words, "--json", stdin=stdin)
    events = []
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return Told(status, events, errors)


def document(module: AnsibleModule, *words: str) -> dict[str, Any]:
    """Run what prints one JSON document, whatever its exit status says about the host."""
    status, output, errors = call(module, *words, "--json")
    try:
        found = json.loads(output)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        module.fail_json(
            msg=errors.strip() or f"iscsi-console printed no JSON, and ended with status {status}"
        )
    return dict(found or {})


def outcome(told: Told) -> dict[str, Any]:
    """What every module returns of a verb that was carried out or planned."""
    return {
        "operations": [
            {key: one.get(key) for key in ("operation", "title", "why", "risk", "commands")}
            for one in told.operations
        ],
        "notes": told.plan.get("notes", []),
        "risk": told.plan.get("risk", ""),
    }


def prepared(told: Told) -> dict[str, str]:
    """The plan as what `--diff` shows."""
    lines = [f"{one['number'] + 1}. {one['title']}" for one in told.operations]
    return {"prepared": "".join(f"{line}\n" for line in (told.plan.get("title", ""), *lines))}


def fail(module: AnsibleModule, told: Told, **more: object) -> None:
    """End with the problem that a verb told."""
    changed = bool(told.last("end").get("changed"))
    more = {"changed": changed, "code": told.problem.get("code", ""), "status": told.status, **more}
    module.fail_json(msg=told.message, evidence=told.problem.get("evidence", []), **more)


def carry_out(module: AnsibleModule, *words: str) -> None:
    """Carry a verb out, or in check mode plan it, and end the module."""
    if module.check_mode:
        told = verb(module, "plan", *words)
        if not told.ok or told.plan.get("refusal"):
            fail(module, told)
        module.exit_json(changed=bool(told.operations), diff=prepared(told), **outcome(told))
    told = verb(module, *words, "--yes")
    if not told.ok:
        fail(module, told)
    module.exit_json(changed=bool(told.last("end").get("changed")), diff=prepared(told), **outcome(told))
