"""The lab's own error, apart from everything that takes the guest's slow kernel long to import."""


class LabError(Exception):
    """The lab cannot do what was asked. The message is meant for a person."""
