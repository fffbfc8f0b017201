"""The command line as a person types it: help, version, mistakes."""

import subprocess
import sys

import pytest

import hubbub
from tests.server_process import environment, run_hubbub


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []])
def test_help_begins_with_what_it_is_and_examples(arguments: list[str]) -> None:
    ended = run_hubbub(*arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.index("Live group chat") < ended.stdout.index("Examples:") < ended.stdout.index("Commands:")
    assert "hubbub serve   " in ended.stdout


@pytest.mark.parametrize("arguments", [["serve", "--help"], ["serve", "-h"]])
def test_a_command_has_help_of_its_own(arguments: list[str]) -> None:
    ended = run_hubbub(*arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    for option in ("--host", "--port", "--data", "--config"):
        assert option in ended.stdout


def test_the_version_is_that_of_the_package() -> None:
    ended = run_hubbub("--version")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"hubbub {hubbub.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--frobnicate"], "--frobnicate"),
        (["serve", "--frobnicate"], "--frobnicate"),
        (["serve", "--port", "high"], "'--port'"),
        (["serve", "now"], "now"),
        (["serv"], "Did you mean 'serve'?"),
    ],
)
def test_a_mistake_is_named_and_ends_with_2(arguments: list[str], words: str) -> None:
    ended = run_hubbub(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_help_loads_nothing_that_only_a_server_needs() -> None:
    script = (
        "import sys, contextlib; from hubbub.cli import app\n"
        "with contextlib.suppress(SystemExit): app(['--help'])\n"
        "print('LOADED', *sys.modules)"
    )
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=True)
    loaded = set(ended.stdout.partition("LOADED ")[2].split())
    assert "typer" in loaded, "need the list of modules for this test to mean anything"
    heavy = {"asyncio", "fastapi", "uvicorn", "uvloop", "sqlalchemy", "alembic", "pydantic_settings", "structlog"}
    assert not loaded & heavy
