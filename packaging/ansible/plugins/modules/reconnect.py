#!/usr/bin/python
# Copyright: the iscsi-console authors. License: Apache-2.0.
"""The module `iscsi_console.host.reconnect`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reconnect
short_description: Bring back what was disconnected
description:
  - Runs C(iscsi-console reconnect). Where nothing was disconnected there is nothing to do.
options:
  program:
    description: The program, as a name on the PATH or a path.
    type: str
    default: iscsi-console
  note:
    description: Which, where several were disconnected.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
"""

EXAMPLES = r"""
- name: Bring the volume back
  iscsi_console.host.reconnect:
"""

RETURN = r"""
operations:
  description: What was or would be done, with the exact commands.
  returned: always
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.iscsi_console.host.plugins.module_utils.program import PROGRAM, carry_out


def main() -> None:
    """Plan or carry out."""
    module = AnsibleModule(
        argument_spec={"program": PROGRAM, "note": {"type": "str", "default": ""}}, supports_check_mode=True
    )
    note = module.params["note"]
    carry_out(module, "reconnect", *([note] if note else []))


if __name__ == "__main__":
    main()
