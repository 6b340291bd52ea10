#!/usr/bin/python
# Copyright: the iscsi-console authors. License: Apache-2.0.
"""The module `iscsi_console.host.info`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: info
short_description: Read the storage of a host, and what is wrong with it
description:
  - Runs C(iscsi-console status) and C(iscsi-console doctor), which change nothing.
  - Without root some of it is not visible; both documents say what.
options:
  program:
    description: The program, as a name on the PATH or a path.
    type: str
    default: iscsi-console
  quick:
    description: Read the inventory alone, without a diagnosis.
    type: bool
    default: false
  within:
    description: How long each of the two may take, in seconds.
    type: int
    default: 15
attributes:
  check_mode:
    support: full
"""

EXAMPLES = r"""
- name: Read the storage
  iscsi_console.host.info:

- name: End where something is wrong
  ansible.builtin.assert:
    that: ansible_facts.iscsi_console.doctor.findings | length == 0
"""

RETURN = r"""
ansible_facts:
  description: C(iscsi_console.status) and C(iscsi_console.doctor), as printed with C(--json).
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.iscsi_console.host.plugins.module_utils.program import PROGRAM, document


def main() -> None:
    """Read, and return both documents."""
    module = AnsibleModule(
        argument_spec={
            "program": PROGRAM,
            "quick": {"type": "bool", "default": False},
            "within": {"type": "int", "default": 15},
        },
        supports_check_mode=True,
    )
    within = ("--within", str(module.params["within"]))
    if module.params["quick"]:
        found = {"status": document(module, "status", "--quick")}
    else:
        found = {
            "status": document(module, "status", *within),
            "doctor": document(module, "doctor", *within),
        }
    module.exit_json(changed=False, ansible_facts={"iscsi_console": found})


if __name__ == "__main__":
    main()
