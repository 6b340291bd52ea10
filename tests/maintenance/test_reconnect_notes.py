"""Notes of what was disconnected, as earlier versions wrote them."""

import json

from tests.storage.scripted_host import ScriptedHost
from tui.maintenance.reconnect import disconnected
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.activation import ActivateLogicalVolume, ActivateVolumeGroup
from tui.storage.operations.reconnect_file import FOLDER

WITHOUT_UUIDS = {
    "schema": 1,
    "at": 1.0,
    "subject": {"kind": "volume-group", "key": "vg:A-B", "name": "vg"},
    "operations": [
        {
            "kind": "LogIn",
            "fields": {
                "target": "iqn.2003-01.lab:t1",
                "portal": {"address": "192.0.2.10", "port": 3260, "tpgt": 1},
                "iface": "default",
            },
        },
        {"kind": "ActivateVolumeGroup", "fields": {"name": "vg"}},
        {"kind": "ActivateLogicalVolume", "fields": {"volume_group": "vg", "name": "data"}},
    ],
}


def test_a_note_without_uuids_is_read_and_means_the_names() -> None:
    path = f"{FOLDER}/20261101-101010-001.json"
    (note,) = disconnected(ScriptedHost(files={path: json.dumps(WITHOUT_UUIDS)}))
    assert note.problem is None
    assert note.went == ()
    assert note.back is not None
    assert note.back.operations[:3] == (
        LogIn("iqn.2003-01.lab:t1", Portal("192.0.2.10", 3260, 1)),
        ActivateVolumeGroup("vg"),
        ActivateLogicalVolume("vg", "data"),
    )
    assert note.back.operations[1].shown() == ("lvm vgchange --activate y vg",)
