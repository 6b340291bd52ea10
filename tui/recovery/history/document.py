"""The outages of the past as JSON for programs.

The document is one object. `schema` is 1 as long as no field changes its meaning or goes; new ones may come.

    schema, host, taken_at, since (what was asked for), begins (since when it is known; later than `since`
        where not all was read), unread (why, or empty), is_cut (the logs have more lines of that time,
        which were not read); all times are seconds since the epoch
    boots: [{identifier, first, last}], without_iscsid: boots in which no line tells when a session was back
    outages, elsewhere: lists of objects; the fields are those of `tui.recovery.history.outage`
"""

from tui.recovery.history.outage import History
from tui.storage.codec import Plain, encode

SCHEMA = 1


def history_document(history: History) -> dict[str, Plain]:
    """The JSON document, as plain values."""
    encoded = encode(history)
    assert isinstance(encoded, dict)
    return {"schema": SCHEMA, **encoded}
