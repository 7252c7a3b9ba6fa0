"""How much of what takes long or is large a process does at once, beside what has connections of its own."""

from typing import Final

from app.turns import Room, Shares, Turns

# Of each caller's exports: how many may wait until another of theirs was read; are kept until they are taken.
_EXPORTS_WAITING, _OPEN_EXPORTS = 4, 16
# A picture of an event of some thousand statements takes 60 MB while it is made. As many more may wait, so that of four
# places one is left for small ones.
_LARGE_PICTURES, _LARGE_PICTURES_WAITING = 1, 2
_TEXTS: Final = 2
# As they came in. Made into objects they take two to sixteen times as much, until they are stored.
_BODY_BYTES, _BODY_BYTES_OF_ONE = 24_000_000, 16_000_000
_BODIES_OF_LINES, _BODIES_OF_LINES_OF_ONE = 16, 12
# Each has two lines at a time, one that is read and one that is stored: as many of a megabyte as there is room for.
_BODIES_OF_LARGE_LINES, _BODIES_OF_LARGE_LINES_OF_ONE = 8, 5


class Places:
    """The places of a process."""

    def __init__(self, exporters: int) -> None:
        """`exporters`: connections for exports."""
        self.reading_exports = Shares("exports that are read", max(1, exporters - 1), _EXPORTS_WAITING)
        self.open_exports = Shares("exports that were not taken yet", _OPEN_EXPORTS, 0)
        """Those that the database has said all of, and whose reader has not taken all, too."""
        self.large_pictures = Turns("large pictures", _LARGE_PICTURES, 1.0, _LARGE_PICTURES_WAITING)
        self.texts = Turns("bodies with texts", _TEXTS, 0.01)
        """Of bodies whose quotations are looked up."""
        self.large_bodies = Turns("large bodies", 1, 0.3)
        """At reading one, or a large line: what becomes of several at once would take much memory."""
        self.room_for_bodies = Room("bodies", _BODY_BYTES, _BODY_BYTES_OF_ONE)
        """Which are read, or stored."""
        self.lines = Turns("bodies of lines", _BODIES_OF_LINES, 0.1)
        """Of bodies of lines, from the first line to the last."""
        self.lines_of_one = Shares("bodies of lines", _BODIES_OF_LINES_OF_ONE, 0)
        self.large_lines = Turns("bodies of large lines", _BODIES_OF_LARGE_LINES, 1.0, most_waiting=0)
        """Of bodies of lines, from the first large line to the last line."""
        self.large_lines_of_one = Shares("bodies of large lines", _BODIES_OF_LARGE_LINES_OF_ONE, 0)

    def are_large_taken(self) -> bool:
        """Whether a large picture, or a body, is in the making."""
        return self.large_pictures.taken > 0 or self.room_for_bodies.used > 0
