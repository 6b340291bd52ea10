"""LVM's text and the tables of the device mapper, from a description."""

from tests.lab.rehearsed import GROUP
from tui.practice.rehearsal.metadata import find, metadata_text, raid_table, table

PATHS = {"pv0": "/dev/a", "pv1": "/dev/b", "pv2": "/dev/c"}


def test_the_text_has_every_identity() -> None:
    text = metadata_text(GROUP)
    assert text.startswith('contents = "Text Format Volume Group"\nversion = 1\ndata {\n')
    parts = (*(one.uuid for one in GROUP.physical), *(one.uuid for one in GROUP.logical))
    for identity in (GROUP.uuid, *parts):
        assert f'id = "{identity}"' in text
    assert "seqno = 17" in text
    assert "extent_size = 8192" in text
    assert 'stripes = ["pv0", 30, "pv1", 0]' in text
    assert text.count("{") == text.count("}")


def test_tables_lie_on_the_pvs() -> None:
    plain, wide = find(GROUP, "plain"), find(GROUP, "wide")
    assert plain is not None
    assert wide is not None
    assert table(GROUP, plain, PATHS) == "0 163840 linear /dev/a 2048"
    assert table(GROUP, wide, PATHS) == "0 131072 striped 2 128 /dev/a 247808 /dev/b 2048"


def test_no_table_is_made_of_what_is_not_there() -> None:
    plain, thin = find(GROUP, "plain"), find(GROUP, "thin")
    assert plain is not None
    assert thin is not None
    assert table(GROUP, plain, {}) is None
    assert table(GROUP, thin, PATHS) is None


def test_a_raid_begins_in_sync() -> None:
    mirror = find(GROUP, "mirror")
    assert mirror is not None
    assert raid_table(GROUP, mirror.segments[0], ("m0", "d0", "m1", "d1")) == (
        "0 131072 raid raid1 4 0 region_size 4096 nosync 2 m0 d0 m1 d1"
    )
