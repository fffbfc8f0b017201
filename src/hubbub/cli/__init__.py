"""The command line; each command imports what it needs when it runs, so that help is quick."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from hubbub import __version__

app = typer.Typer(
    name="hubbub",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EXAMPLES = """Live group chat that runs from one command.

\b
Examples:
  hubbub serve                   start a server on http://127.0.0.1:8000
  hubbub serve --host 0.0.0.0    let others on your network in
  hubbub serve --data ./chat     keep everything in a folder of your choice
  hubbub bench                   measure how many people this machine holds
"""


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hubbub {__version__}")
        raise typer.Exit


@app.callback(help=EXAMPLES)
def _hubbub(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and the secrets.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file with settings.")] = None,
) -> None:
    """Start a server; the database makes itself."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server has its own: process 1 would be deaf
    try:
        raise SystemExit(_serve(host, port, data, config))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _serve(host: str | None, port: int | None, data: Path | None, config: Path | None) -> int:
    from hubbub.config import SettingsError, load_settings
    from hubbub.server.failure import CannotStartError

    try:
        settings = load_settings(config, host=host, port=port, data=data)
    except SettingsError as error:
        return _complain(str(error), 2)
    from hubbub.server.serve import serve as serve_until_stopped

    try:
        return serve_until_stopped(settings)
    except CannotStartError as error:
        return _complain(str(error), error.exit_code)


@app.command()
def bench(
    cases: Annotated[list[str] | None, typer.Argument(help="Cases by name; all of them if none is named.")] = None,
    json: Annotated[Path | None, typer.Option(help="File for every figure of every round, as JSON.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="10,000 idle people and a million messages; takes minutes.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="How often; the medians are shown.")] = 1,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long each thing is watched.")] = 3.0,
    people: Annotated[
        int, typer.Option(min=20, max=5_000, help="People in the one large room; other cases have a multiple.")
    ] = 1_000,
) -> None:
    """Measure how many people this machine holds, on a server of its own; takes about a minute.

    Nothing of yours is touched: the server is on this machine alone, in a temporary folder.
    """
    from hubbub.bench.command import bench as measure
    from hubbub.bench.plan import Plan
    from hubbub.bench.server import CannotMeasureError

    try:
        raise SystemExit(measure(cases or [], Plan(people, seconds, rounds, full), json))
    except CannotMeasureError as error:
        raise SystemExit(_complain(str(error), 2)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def main() -> None:
    """Run the command line."""
    app()


def _complain(words: str, exit_code: int) -> int:
    print(f"hubbub: {words}", file=sys.stderr)
    return exit_code
