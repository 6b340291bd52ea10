#!/usr/bin/python
# Copyright: the iscsi-console authors. License: Apache-2.0.
"""The module `iscsi_console.host.repair`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: repair
short_description: Repair what the diagnosis finds, as far as it is allowed
description:
  - Asks C(iscsi-console doctor), plans the first fix of each allowed finding, and carries out those plans
    that have no higher risk than allowed. The host is diagnosed again after each.
  - A plan that loses data is never carried out; one that asks what only a person can know only where
    O(confirmed) has its code. A finding that stays is returned in RV(left) with the reason.
options:
  program:
    description: The program, as a name on the PATH or a path.
    type: str
    default: iscsi-console
  codes:
    description: The findings that may be repaired, such as V(F51.not-in-fstab).
    type: list
    elements: str
    required: true
  confirmed:
    description:
      - Codes of O(codes) whose questions are answered with yes, on every host of the play.
      - C(iscsi-console plan repair CODE) shows the questions, as RV(left) does without this option. Where an
        answer is not true, the repair may destroy data.
    type: list
    elements: str
    default: []
  risk:
    description: The highest risk of a plan that is carried out.
    type: str
    choices: [configures, interrupts, rewrites]
    default: configures
  within:
    description: How long a diagnosis may take, in seconds.
    type: int
    default: 30
attributes:
  check_mode:
    support: full
"""

EXAMPLES = r"""
- name: Repair what changes configuration only
  iscsi_console.host.repair:
    codes: [F18.daemon-down, F03.no-netdev]

- name: Add fstab lines, since nothing else mounts anything on these hosts
  iscsi_console.host.repair:
    codes: [F51.not-in-fstab]
    confirmed: [F51.not-in-fstab]
"""

RETURN = r"""
repaired:
  description: The keys of the findings that were or would be repaired, with the operations.
  returned: always
  type: list
  elements: dict
left:
  description: The keys of the allowed findings that stay, each with the reason.
  returned: always
  type: list
  elements: dict
others:
  description: The codes of findings that were not allowed.
  returned: always
  type: list
  elements: str
"""

import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.iscsi_console.host.plugins.module_utils.program import (
    PROGRAM,
    RISKS,
    Told,
    document,
    fail,
    outcome,
    prepared,
    verb,
)


def code_of(key: str) -> str:
    """The code of the finding with a key, which is CODE@PLACE or the code alone."""
    return key.partition("@")[0]


def why_not(told: Told, highest: str, *, is_confirmed: bool) -> str:
    """Why a plan is not carried out, or empty.

    Args:
        told: what planned it.
        highest: the highest risk that is allowed.
        is_confirmed: what only a person can know is true.
    """
    plan = told.plan
    if not told.ok or plan.get("refusal"):
        return str(told.message)
    if plan.get("word") or plan.get("loses"):
        return "Its plan can lose data."
    if plan.get("questions") and not is_confirmed:
        return " ".join(("Only a person can know:", *plan["questions"]))
    if RISKS.index(plan.get("risk", RISKS[-1])) > RISKS.index(highest):
        return f"The risk of its plan is higher than allowed: {plan['risk']}."
    return ""


class Repair:
    """One course of repairs."""

    def __init__(self, module: AnsibleModule, folder: str) -> None:
        self._module = module
        self._file = str(Path(folder) / "plan.json")
        self._tried: set[str] = set()
        self.repaired: list[dict[str, Any]] = []
        self.left: list[dict[str, Any]] = []
        self.others: list[str] = []
        self.prepared = ""

    def run(self) -> None:
        """Repair one after the other until none is left that was not tried."""
        while self._next():
            pass

    def _next(self) -> bool:
        """Look, and try the first that was not tried; whether there may be more."""
        diagnosis = document(self._module, "doctor", "--within", str(self._module.params["within"]))
        allowed = frozenset(self._module.params["codes"])
        found = list(dict.fromkeys(str(one["key"]) for one in diagnosis.get("findings", [])))
        self.others = sorted({code_of(key) for key in found} - allowed)
        waiting = [key for key in found if code_of(key) in allowed and key not in self._tried]
        # Check mode changes nothing: one look is enough.
        for key in waiting if self._module.check_mode else waiting[:1]:
            self._tried.add(key)
            self._try(key)
        return bool(waiting) and not self._module.check_mode

    def _try(self, key: str) -> None:
        asked = self._module.params
        told = verb(self._module, "plan", "repair", key, "--out", self._file, "--force")
        reason = why_not(told, asked["risk"], is_confirmed=code_of(key) in asked["confirmed"])
        if reason:
            self.left.append({"finding": key, "reason": reason})
            return
        if not told.operations:
            return
        self.prepared += prepared(told)["prepared"]
        if not self._module.check_mode:
            # This very plan: what was judged above is what runs.
            applied = verb(self._module, "apply", self._file, "--yes")
            if not applied.ok:
                fail(self._module, applied, changed=self._changed(applied), **self.result())
        self.repaired.append({"finding": key, **outcome(told)})

    def _changed(self, told: Told) -> bool:
        return bool(self.repaired) or bool(told.last("end").get("changed"))

    def result(self) -> dict[str, Any]:
        """What the module returns."""
        return {
            "repaired": self.repaired,
            "left": self.left,
            "others": self.others,
            "diff": {"prepared": self.prepared},
        }


def main() -> None:
    """Repair what is allowed."""
    module = AnsibleModule(
        argument_spec={
            "program": PROGRAM,
            "codes": {"type": "list", "elements": "str", "required": True},
            "confirmed": {"type": "list", "elements": "str", "default": []},
            "risk": {"type": "str", "choices": list(RISKS[1:4]), "default": RISKS[1]},
            "within": {"type": "int", "default": 30},
        },
        supports_check_mode=True,
    )
    with tempfile.TemporaryDirectory(dir=module.tmpdir) as folder:
        course = Repair(module, folder)
        course.run()
    module.exit_json(changed=bool(course.repaired), **course.result())


if __name__ == "__main__":
    main()
