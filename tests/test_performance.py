"""The document on performance tells of the committed run; its tables, targets and pictures say what was measured."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import compare, plot, report, targets
from bench.peers import install
from bench.peers.install import NotInstalledError, installed
from bench.plot import Panel
from hubbub.bench.cases import CASES
from hubbub.bench.plan import Plan
from hubbub.bench.results import Results

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"


def results_of(**figures: dict[str, float]) -> Results:
    """Return results of who was measured, each with these figures of fan-out-1."""
    results = Results.of({}, Plan())
    for who, found in figures.items():
        results.add(who, "fan-out-1", {"people": 1000.0} | found)
    return results


def test_the_document_has_the_figures_of_the_committed_run() -> None:
    text = DOCUMENT.read_text()
    for part in (report.machine, report.reached, report.comparison, report.alone, report.missing):
        assert part(ROOT) in text, "run `python -m bench.report`"


def test_the_pictures_are_of_the_committed_run() -> None:
    for name, picture in plot.charts(Results.load(ROOT / report.RESULTS)).items():
        assert (ROOT / report.picture_of(name)).read_text() == picture, "run `python -m bench.report`"
        assert f"images/performance-{name}.svg" in DOCUMENT.read_text()


def test_a_ratio_is_hubbubs_figure_by_nodes() -> None:
    results = results_of(hubbub={"cpu_per_delivery": 3.0}, node={"cpu_per_delivery": 6.0}, flask={})
    row = next(line for line in compare.table(results).splitlines() if "CPU" in line)
    assert row == "|  | µs of CPU per delivery | 3.00 | 6.00 | – | 0.50 |"


def test_without_node_there_are_no_ratios() -> None:
    table = compare.table(results_of(hubbub={"cpu_per_delivery": 3.0}, flask={"cpu_per_delivery": 6.0}))
    assert "ratio" not in table
    assert "| 3.00 | 6.00 |" in table


@pytest.mark.parametrize(("cpu", "verdict"), [(5.0, "aim met"), (7.0, "must met"), (9.0, "**missed**")])
def test_a_target_says_what_was_met(cpu: float, verdict: str) -> None:
    results = results_of(hubbub={"cpu_per_delivery": cpu}, node={"cpu_per_delivery": 10.0})
    row = targets.table(results).splitlines()[2]
    assert row.startswith("| 1,000 people in one room, 1 message in flight: CPU per delivery | ≤ 0.80 × Node |")
    assert row.endswith(f"{cpu / 10:.2f} × Node | {verdict} |")


def test_of_rates_more_is_better() -> None:
    results = Results.of({}, Plan())
    for who, rate in (("hubbub", 500.0), ("node", 100.0)):
        results.add(who, "fan-out-8", {"people": 1000.0, "deliveries_rate": rate})
    assert "| ≥ 4.0 × Node | ≥ 6.0 × Node | 5.0 × Node | must met |" in targets.table(results)


def test_what_was_not_measured_or_only_in_a_smaller_case_meets_no_target() -> None:
    assert "| not measured |" in targets.table(results_of(hubbub={"cpu_per_delivery": 3.0}))
    small = results_of(hubbub={"cpu_per_delivery": 3.0}, node={"cpu_per_delivery": 6.0})
    small.plan["people"] = 40
    assert "met |" not in targets.table(small)


def test_every_target_is_of_a_case_that_is_measured() -> None:
    assert {case for case, _ in targets.TARGETS} <= {*CASES, "start", "memory"}


def test_a_picture_is_whole_xml_with_a_bar_for_each_and_lengths_in_proportion() -> None:
    panel = Panel("a < b & c", "ms: less is better", [("hubbub", 50.0, "50"), ("node", 100.0, "100")])
    picture = ElementTree.fromstring(plot.draw([panel, panel, panel]))
    bars = [each for each in picture.iter() if each.tag.endswith("rect")]
    assert len(bars) == 6
    own, other = (float(each.attrib["width"]) for each in bars[:2])
    assert other == pytest.approx(2 * own, abs=1)
    assert "a < b & c" in "".join(picture.itertext())
    _, _, width, height = (float(each) for each in picture.attrib["viewBox"].split())
    assert 96 + 120 + other < width / 2 + 96
    assert height > 2 * panel.height - 1


def test_what_nobody_measured_has_no_panel() -> None:
    charts = plot.charts(results_of(hubbub={"cpu_per_delivery": 3.0}))
    assert charts["fan-out"].count("<g ") == 1
    assert charts["people"].count("<g ") == 0


def test_a_peer_that_cannot_be_had_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise NotInstalledError("there is no network")

    monkeypatch.setitem(install.INSTALLERS, "node", refuse)
    assert list(installed(("node",))) == ["node is not measured: there is no network"]
