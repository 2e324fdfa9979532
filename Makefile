# Everything a fresh machine needs is installed by these targets; python3 and make are all they begin with.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo setup setup-dev test static lint types contracts unit live bench soak lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: setup ## a simulated product, its release, and the judged report: no server needed
	@$(BIN)/postflight demo

setup: $(VENV)/.installed ## make .venv; the command is then .venv/bin/postflight

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Postflight into $(VENV) …"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

test: setup-dev ## every test but soak; as root on Debian it installs the servers in packages.txt
	@sh tests/packages.sh
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not soak" tests

static: lint types contracts ## what needs no test run

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup-dev
	@$(BIN)/mypy

contracts: setup-dev
	@$(BIN)/lint-imports

unit: setup-dev ## the tests that need no server
	@$(BIN)/python -m pytest -n 2 -m "not soak and not live" tests

live: setup-dev ## the tests against real servers
	@sh tests/packages.sh
	@$(BIN)/python -m pytest -m live tests

soak: setup-dev ## the long ones
	@$(BIN)/python -m pytest -m soak tests

bench: setup-dev ## measured against peers in the same run
	@for script in benchmarks/*/run.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: setup-dev ## resolve the dependencies of pyproject.toml anew
	@$(PIP) install --quiet uv
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
