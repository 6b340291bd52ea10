#!/usr/bin/python
# Copyright: the iscsi-console authors. License: Apache-2.0.
"""The module `iscsi_console.host.disconnect`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: disconnect
short_description: Disconnect storage, from its users down to the layer that is named
description:
  - Runs C(iscsi-console disconnect). No data is changed; M(iscsi_console.host.reconnect) brings it back.
  - What is disconnected already is left as it is. What this host does not know is refused, as the name may be
    wrong.
options:
  program:
    description: The program, as a name on the PATH or a path.
    type: str
    default: iscsi-console
  what:
    description: What to disconnect, a target, portal, LUN, VG, LV or mount point.
    type: str
    required: true
  users:
    description: Wait for those who use it, stop services, or also end other processes.
    type: str
    choices: [wait, stop, end]
    default: wait
  at_boot:
    description: V(off) leaves it disconnected at the next boot, V(keep) lets the boot bring it back.
    type: str
    choices: ["off", keep]
    default: "off"
  patience:
    description: How long to wait for users, in seconds.
    type: int
    default: 60
attributes:
  check_mode:
    support: full
"""

EXAMPLES = r"""
- name: Take the database's volume down
  iscsi_console.host.disconnect:
    what: /srv/data
    users: stop
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
            "users": {"type": "str", "choices": ["wait", "stop", "end"], "default": "wait"},
            "at_boot": {"type": "str", "choices": ["off", "keep"], "default": "off"},
            "patience": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    asked = module.params
    options = [("--users", "users"), ("--at-boot", "at_boot"), ("--patience", "patience")]
    words = [word for option, name in options for word in (option, str(asked[name]))]
    carry_out(module, "disconnect", *words, asked["what"])


if __name__ == "__main__":
    main()
