#!/usr/bin/python
# Copyright: the iscsi-console authors. License: Apache-2.0.
"""The module `iscsi_console.host.grow`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: grow
short_description: Grow a volume and everything on it while it is in use
description:
  - Runs C(iscsi-console grow). What has the size already is left as it is; nothing is ever made smaller.
options:
  program:
    description: The program, as a name on the PATH or a path.
    type: str
    default: iscsi-console
  what:
    description: What to grow, a volume (VG/LV) or a mount point.
    type: str
    required: true
  to:
    description: Size of the LV (V(20G)) or a share of the free space (V(50%)); all of it if omitted.
    type: str
    default: ""
  next:
    description: Grow only the next layer.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
"""

EXAMPLES = r"""
- name: At least 200 GiB
  iscsi_console.host.grow:
    what: vg_data/data
    to: 200G
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
        argument_spec={
            "program": PROGRAM,
            "what": {"type": "str", "required": True},
            "to": {"type": "str", "default": ""},
            "next": {"type": "bool", "default": False},
        },
        mutually_exclusive=[("to", "next")],
        supports_check_mode=True,
    )
    asked = module.params
    how = ["--next"] if asked["next"] else ["--to", asked["to"]] if asked["to"] else []
    carry_out(module, "grow", *how, asked["what"])


if __name__ == "__main__":
    main()
