"""The fault kit: what goes wrong in the world, as context managers that end what they began."""

# A server that is killed, or frozen and thawed again: `tests.server_process`.

from tests.faults.clock import Clock, own_clock
from tests.faults.disk import SmallDisk, no_larger_files, small_disk
from tests.faults.lock import locked
from tests.faults.proxy import Proxy
from tests.faults.trace import traced

__all__ = ["Clock", "Proxy", "SmallDisk", "locked", "no_larger_files", "own_clock", "small_disk", "traced"]
