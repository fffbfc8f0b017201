# Everything that is done with this checkout. `make` alone lists it.
# PYTHON=python3.12 picks an interpreter, ARGS="…" is passed on to the command that is run (figures are kept without it
# alone), MARKS="not long" adds the tests that only root may run.

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
FUZZ_READY := $(VENV)/.fuzz-ready
JS_READY := tests/js/node_modules/.ready tests/observatory/node_modules/.ready
PAGE_TOOLS := frontend/node_modules/.ready
PAGE_READY := $(VENV)/.page-ready
PAGE_SOURCE := $(shell find frontend -name node_modules -prune -o -type f ! -name protocol.gen.ts -print) \
    $(wildcard src/hubbub/core/*.py tools/typescript/*.py)
PAGE_NPM := tools/npm $(BIN)/python frontend
LONG := $(BIN)/pytest --durations=0 --durations-min=5 --figures=build/figures.json
PYTHON ?=
ARGS ?=
MARKS ?= not long and not root

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run page test lint types unit long bench compat docs screenshots clean

help: ## List what can be made.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s%s\n", $$1, $$2 }' Makefile

run: $(RUN_READY) $(PAGE_READY) ## Install into .venv and start a server on http://127.0.0.1:8000 (PORT=8001 for another port).
	@$(BIN)/hubbub serve $(ARGS) || [ $$? -eq 130 ] # stopped by Ctrl-C

page: $(PAGE_READY) ## Build the web page, if it has changed.

test: lint types unit ## Check style and types, then run the tests: what must pass before a commit.

lint: $(TEST_READY) $(PAGE_TOOLS) ## Check style and formatting.
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run '$(BIN)/ruff format .' to format these." >&2; exit 1; }
	@$(PAGE_NPM) run --silent lint

types: $(TEST_READY) $(PAGE_TOOLS) ## Check types.
	@$(BIN)/mypy
	@$(BIN)/python -m tools.typescript frontend/src/protocol.gen.ts
	@$(PAGE_NPM) run --silent check

unit: $(TEST_READY) $(JS_READY) $(PAGE_TOOLS) $(PAGE_READY) ## Run the tests alone (ARGS="tests/core -x" for some of them).
	@tools/need curl chromium faketime strace
	@$(if $(ARGS),:,HUBBUB_PYTHON=$(CURDIR)/$(BIN)/python $(PAGE_NPM) run --silent test)
	@$(BIN)/pytest -n 2 --dist worksteal -m "$(MARKS)" --durations=5 $(or $(ARGS),--figures=build/figures.json)

long: $(FUZZ_READY) $(JS_READY) ## Run the soaks and repeats that take minutes (FUZZ_MINUTES=1 for shorter ones).
	@tools/need curl chromium faketime strace
	@$(if $(ARGS),$(BIN)/pytest -m long $(ARGS), \
		$(LONG) -m "long and alone"; alone=$$?; $(LONG) -m "long and not alone" -n 2 && exit $$alone)

bench: $(TEST_READY) ## Measure how fast it delivers, beside Node and others (ARGS="fan-out-8 --rounds 1" for less).
	@$(BIN)/python -m bench $(ARGS)

compat: ## Run the tests on every supported Python that is found.
	@tools/compat

docs: $(TEST_READY) ## Rewrite the generated parts of the documents.
	@$(BIN)/python -m tools.docs

screenshots: $(TEST_READY) $(PAGE_READY) ## Take the official screenshots into build/screenshots, and the README's two.
	@$(BIN)/python -m tools.screenshots build/screenshots
	@cp build/screenshots/room-light.png docs/images/room-light.png
	@cp build/screenshots/room-dark.png docs/images/room-dark-phone.png

clean: ## Remove what was installed and cached here; rooms and messages stay.
	@rm -rf $(VENV) .venvs tests/*/node_modules bench/peers/node_modules frontend/node_modules src/hubbub/web/static .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@tools/make_venv $(VENV) $(PYTHON)

$(RUN_READY): $(BIN)/python pyproject.toml
	@echo "Installing Hubbub into $(VENV); this takes a moment, once."
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

$(TEST_READY): $(BIN)/python pyproject.toml
	@echo "Installing Hubbub and what its tests need into $(VENV); this takes a moment, once."
	@$(BIN)/python -m pip install -qq --upgrade "pip>=25.1" # older ones don't know --group
	@$(BIN)/python -m pip install -qq --editable . --group test --group lint
	@touch $(RUN_READY) $@

$(FUZZ_READY): $(TEST_READY)
	@$(BIN)/python -m pip install -qq --group fuzz
	@touch $@

$(JS_READY): tests/%/node_modules/.ready: tests/%/package.json tests/%/package-lock.json | $(TEST_READY)
	@tools/install_js $(BIN)/python tests/$*

$(PAGE_TOOLS): frontend/package.json frontend/package-lock.json | $(TEST_READY)
	@tools/install_js $(BIN)/python frontend

$(PAGE_READY): $(PAGE_SOURCE) | $(RUN_READY)
	@[ "$$HUBBUB_WEB" = skip ] || $(BIN)/python -m tools.page --get-node
	@touch $@
