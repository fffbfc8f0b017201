"""The figures by name: how each is written for people."""

from hubbub.bench.statistics import Figures

METRICS: dict[str, str] = {
    "deliveries_rate": "{:,.0f} deliveries/s",
    "messages_rate": "{:,.0f} messages/s",
    "cpu_per_delivery": "{:,.2f} µs CPU each",
    "cpu_per_message": "{:,.0f} µs CPU per message",
    "cpu_per_person": "{:,.0f} µs CPU per person",
    "cpu_per_heartbeat": "{:,.0f} µs CPU per heartbeat",
    "cpu_per_page": "{:,.0f} µs CPU per page",
    "kb_per_connection": "{:,.1f} KB per connection",
    "p50": "half within {:,.1f} ms",
    "p99": "99 % within {:,.1f} ms",
    "slowest": "all within {:,.1f} ms",
    "seconds": "all within {:,.2f} s",
    "seconds_after_crash": "after a crash {:,.2f} s",
    "append_1": "{:,.0f}/s",
    "append_64": "{:,.0f}/s",
    "append_512": "{:,.0f}/s",
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
    return METRICS[name].format(figures[name])


def faults_of(figures: Figures) -> list[str]:
    """Return what went wrong, in words."""
    return [f"{figures[name]:,.0f} {what}" for name, what in FAULTS.items() if figures.get(name)]


def bound_of(figures: Figures) -> str:
    """Return who had all the CPU it could have: then rates are its rates."""
    if figures.get("server_cpu", 0) >= 90:
        return "server"
    return "generator" if figures.get("generator_cpu", 0) >= 90 else "neither"
