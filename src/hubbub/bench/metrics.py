"""The figures by name: how each is written for people."""

from typing import NamedTuple

from hubbub.bench.statistics import Figures


class Metric(NamedTuple):
    """`label` says what it is where the number stands apart, `sentence` has the number in it."""

    label: str
    sentence: str


METRICS: dict[str, Metric] = {
    "deliveries_rate": Metric("deliveries/s", "{:,.0f} deliveries/s"),
    "messages_rate": Metric("messages/s", "{:,.0f} messages/s"),
    "cpu_per_delivery": Metric("µs of CPU per delivery", "{:,.2f} µs CPU each"),
    "cpu_per_message": Metric("µs of CPU per message", "{:,.0f} µs CPU per message"),
    "cpu_per_person": Metric("µs of CPU per person", "{:,.0f} µs CPU per person"),
    "cpu_per_heartbeat": Metric("µs of CPU per heartbeat", "{:,.0f} µs CPU per heartbeat"),
    "heartbeat_cpu": Metric("% of a core for heartbeats", "heartbeats take {:.1f} % of a core"),
    "cpu_per_page": Metric("µs of CPU per page", "{:,.0f} µs CPU per page"),
    "kb_per_connection": Metric("KB of memory per connection", "{:,.1f} KB per connection"),
    "p50": Metric("ms, median", "half within {:,.1f} ms"),
    "p99": Metric("ms, 99th percentile", "99 % within {:,.1f} ms"),
    "slowest": Metric("ms, slowest", "all within {:,.1f} ms"),
    "seconds": Metric("seconds for all", "all within {:,.2f} s"),
    "seconds_after_crash": Metric("seconds for all after a crash", "after a crash {:,.2f} s"),
    "append_1": Metric("messages/s, 1 waiting", "{:,.0f}/s"),
    "append_64": Metric("messages/s, 64 waiting", "{:,.0f}/s"),
    "append_512": Metric("messages/s, 512 waiting", "{:,.0f}/s"),
}
"""Those that tables have; the JSON has more, under the names that the cases give them."""

FAULTS = {
    "lost": "deliveries were lost",
    "duplicated": "deliveries came twice",
    "disordered": "deliveries came in another order",
    "unacknowledged": "messages were never answered",
    "closed": "connections were closed",
}
"""What must be nought."""


def words(name: str, figures: Figures) -> str:
    """Return a figure as people read it."""
    return METRICS[name].sentence.format(figures[name])


def faults_of(figures: Figures) -> list[str]:
    """Return what went wrong, in words."""
    return [f"{figures[name]:,.0f} {what}" for name, what in FAULTS.items() if figures.get(name)]


def bound_of(figures: Figures) -> str:
    """Return who had all the CPU it could have: then rates are its rates."""
    if figures.get("server_cpu", 0) >= 90:
        return "server"
    return "generator" if figures.get("generator_cpu", 0) >= 90 else "neither"
