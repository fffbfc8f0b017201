"""The load of a soak, in a process of its own: `python -m tests.reliability.soak_load URL SECONDS SEED`."""

# First it finds the most that is acknowledged in a second, then it sends half of that while visitors come and go. Every
# second it prints a line of JSON (`Second`), and at the end one with all that went wrong (`End`).

import asyncio
import itertools
import json
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

import uvloop

from tests.reliability.visits import VISITS, Town, is_busy
from tests.reliability.witness import Ledger, Sender, Witness
from tests.wire import Wire

ROOMS = 10
READERS = 8
"""In each room, beside the one who sends and the witness."""

VISITORS = 24
"""Visits at any time."""

PEAK_SECONDS = 5
IN_FLIGHT = 8
"""Of each sender, when the peak is found."""

TICK = 0.01
"""Seconds between two looks at what is due."""


@dataclass
class Second:
    """What happened since the last one: messages acknowledged, their p99 in ms, those not sent for being behind."""

    phase: str
    acked: int
    p99: float
    held_back: int
    visits: int
    generator_cpu: float


@dataclass
class End:
    """All in all: visits by their kind, and what can't be."""

    peak: float
    acked: int
    heard: int
    visits: dict[str, int]
    turned_away: int
    faults: list[str] = field(default_factory=list)


class Load:
    """The whole crowd."""

    def __init__(self, url: str, seed: int) -> None:
        self.town = Town(url, [], random.Random(seed))
        self.ledgers = [Ledger() for _ in range(ROOMS)]
        self.senders: list[Sender] = []
        self.steady: list[Wire] = []
        self.kinds = itertools.cycle(VISITS)
        self.visits: Counter[str] = Counter()
        self.turned_away = 0
        self.faults: list[str] = []
        self.peak = 0.0

    async def settle_in(self) -> None:
        """Make the rooms and fill them with those who stay."""
        for number, ledger in enumerate(self.ledgers):
            sender = await Sender.come_in(self.town.url, ledger, name=f"Sender {number}")
            sender.code = (await sender.ask("create_room"))["code"]
            witness = await Witness.come_in(self.town.url, ledger, name=f"Witness {number}")
            readers = [await Wire.come_in(self.town.url, name=f"Reader {number} {reader}") for reader in range(READERS)]
            for wire in (sender, *readers, witness):
                await wire.ask("join_room", code=sender.code)
            self.senders.append(sender)
            self.steady += [sender, witness, *readers]
            self.town.codes.append(sender.code)
            self.town.known += [reader.token for reader in readers]

    async def find_peak(self) -> float:
        """Have every sender send as soon as it is answered; return how many messages are acknowledged in a second."""
        for sender in self.senders:
            sender.again = sender.send
            for _ in range(IN_FLIGHT):
                sender.send()
        rates = [await self._second("peak") for _ in range(PEAK_SECONDS)]
        for sender in self.senders:
            sender.again = lambda: None
        self.peak = sum(rates[1:]) / len(rates[1:])
        return self.peak

    async def keep_pace(self, rate: float, seconds: float) -> None:
        """Send so many a second in all, while visitors come and go."""
        give_up = time.perf_counter() + seconds
        pace = asyncio.create_task(self._pace(rate / len(self.senders)))
        visitors = [asyncio.create_task(self._visit_until(give_up)) for _ in range(VISITORS)]
        while time.perf_counter() < give_up:
            await self._second("soak")
        await asyncio.gather(*visitors)
        if not pace.cancel():
            pace.result()
        for sender in self.senders:
            await sender.ask("who_am_i")  # it is carried out behind all that was sent before
        await asyncio.gather(*(ledger.even() for ledger in self.ledgers))

    async def go(self) -> None:
        """Let those go who stayed."""
        for wire in self.steady:
            if wire.closed.done():
                self.faults.append(f"one of those who stay was let go: {wire.reason!r}")
            else:
                await wire.close()

    def end(self) -> End:
        """Return what it comes to."""
        faults = [fault for ledger in self.ledgers for fault in ledger.faults]
        faults += [f"{ledger.missing()} promised and not heard" for ledger in self.ledgers if ledger.missing()]
        acked, heard = (sum(getattr(ledger, what) for ledger in self.ledgers) for what in ("acked", "heard"))
        return End(self.peak, acked, heard, dict(self.visits), self.turned_away, [*self.faults, *faults])

    async def _pace(self, share_a_second: float) -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            for sender in self.senders:
                sender.send_share(share_a_second * (now - before))
            before = now

    async def _visit_until(self, give_up: float) -> None:
        while time.perf_counter() < give_up:
            visit = next(self.kinds)
            try:
                await visit(self.town)
            except Exception as error:
                if is_busy(error):
                    self.turned_away += 1
                else:
                    self.faults.append(f"{visit.__name__}: {error!r}")
            self.visits[visit.__name__] += 1

    async def _second(self, phase: str) -> float:
        began, visits = time.perf_counter(), self.visits.total()
        for sender in self.senders:
            sender.latencies, sender.held_back = [], 0
        await asyncio.sleep(1)
        latencies = sorted(latency for sender in self.senders for latency in sender.latencies)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        second = Second(
            phase=phase,
            acked=len(latencies),
            p99=latencies[len(latencies) * 99 // 100] * 1000 if latencies else 0,
            held_back=sum(sender.held_back for sender in self.senders),
            visits=self.visits.total() - visits,
            generator_cpu=usage.ru_utime + usage.ru_stime,
        )
        print(json.dumps(asdict(second)), flush=True)
        return len(latencies) / (time.perf_counter() - began)


async def main(url: str, seconds: float, seed: int) -> None:
    """Play the load."""
    load = Load(url, seed)
    await load.settle_in()
    await load.keep_pace(await load.find_peak() / 2, seconds)
    await load.go()
    print(json.dumps(asdict(load.end())), flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
