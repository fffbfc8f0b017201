"""What a process has used, as Linux tells it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds of the server and of the one who measures it up to a moment, or between two."""

    seconds: float
    server: float
    generator: float

    @classmethod
    def now(cls, pid: int) -> Self:
        """Read the clocks; `pid` is the server's."""
        own = os.times()
        return cls(time.perf_counter(), cpu_seconds(pid), own.user + own.system)

    def since(self, before: "Usage") -> "Usage":
        """Return what was used from an earlier moment to this one."""
        return Usage(self.seconds - before.seconds, self.server - before.server, self.generator - before.generator)

    def shares(self) -> dict[str, float]:
        """Return how busy a core each of them kept, in percent: who is at 100 is the bound."""
        return {
            "server_cpu": 100 * self.server / self.seconds,
            "generator_cpu": 100 * self.generator / self.seconds,
        }
