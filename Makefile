# Granska. `make help` says what there is. Each target does all of its own set-up.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
VENDOR := service/web/static/vendor
# Without a database, a browser or a server of their own.
QUICK := tests/audit tests/checks tests/domain tests/matching tests/pipeline tests/bookings/scheduling tests/rules tests/sources tests/test_architecture.py tests/test_promises.py
export GRANSKA_DATA ?= ./data
# A demo's checkpoints go beside its data; a real service sends them where its own machine does not reach.
CHECKPOINTS = $(GRANSKA_DATA)/checkpoints

.PHONY: help run demo setup test quick format test-setup lock mirror bench bench-log bench-matching bench-premises bench-support reset clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: setup ## Set everything up, fill a district that has lived and serve it (PORT=8123; EMPTY=1 to start in earnest)
ifdef EMPTY
	@test ! -e $(GRANSKA_DATA)/demo-accounts.json || { echo "$(GRANSKA_DATA) is the demo's. Choose another folder (GRANSKA_DATA=...), or run make reset."; exit 1; }
	@$(BIN)/granska migrate
	@echo
	@echo "Granska: http://127.0.0.1:$(PORT)   (Ctrl+C stoppar)"
	@echo "The first administrator: .venv/bin/granska users add namn@staden.example --name 'Namn' --right role:administrator"
	@exec $(BIN)/granska serve --port $(PORT)
else
	@GRANSKA_DEMO=1 GRANSKA_CHECKPOINT_FOLDER=$(CHECKPOINTS) $(BIN)/granska demo --lived
	@echo
	@echo "Granska: http://127.0.0.1:$(PORT)   (Ctrl+C stoppar)"
	@GRANSKA_DEMO=1 GRANSKA_CHECKPOINT_FOLDER=$(CHECKPOINTS) exec $(BIN)/granska serve --port $(PORT)
endif

demo: setup ## Fill the data folder with the fictional district's examples alone, without serving
	@$(BIN)/granska demo

setup: $(VENV)/.ready $(VENDOR)/.ready ## Prepare everything; leaves the command at .venv/bin/granska

# Each step is one line on the screen; install.py says which failed, why, and what to do.
$(VENV)/.python:
	@$(PYTHON) install.py environment $(VENV)
	@touch $@

$(VENV)/.ready: requirements.lock pyproject.toml $(VENV)/.python
	@$(PYTHON) install.py packages $(VENV) requirements.lock
	@$(PYTHON) install.py project $(VENV)
	@touch $@

$(VENDOR)/.ready: package-lock.json service/web/assets/granska.scss $(VENV)/.ready
	@$(PYTHON) install.py assets $(VENV) $(VENDOR)
	@touch $@

$(VENV)/.test-ready: requirements-test.lock $(wildcard tests/installation/pip-*.lock) $(VENV)/.ready
	@$(PYTHON) install.py packages $(VENV) requirements-test.lock
	@$(PYTHON) install.py download $(VENV) tests/installation/pip-oldest.lock
	@$(PYTHON) install.py download $(VENV) tests/installation/pip-newest.lock
	@touch $@

test-setup: setup $(VENV)/.test-ready
	@sh tests/provision.sh

test: test-setup look ## Format, lint, types, contracts, the lock, and every test
	@$(PYTHON) install.py check $(VENV)
	@$(BIN)/python -m pytest

quick: setup $(VENV)/.test-ready look ## Format, lint, types, contracts, and the tests that need no database, browser or server
	@$(BIN)/python -m pytest $(QUICK)

format: setup $(VENV)/.test-ready ## Put the code into the format that the checks ask for
	@$(BIN)/ruff check --quiet --fix --select I service checks tests install.py
	@$(BIN)/ruff format --quiet service checks tests install.py

.PHONY: look
look:
	@$(BIN)/ruff format --check --quiet service checks tests install.py
	@$(BIN)/ruff check --quiet service checks tests install.py
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/bandit --quiet --recursive service checks --severity-level medium --skip B608 2>/dev/null

UV = $(BIN)/uv pip compile $(and $(UPGRADE),--upgrade) --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock: $(VENV)/.test-ready ## Write all locks anew, with what they hold where that still fits (UPGRADE=1 for the newest releases)
	@$(UV) pyproject.toml --extra build -o requirements.lock
	@$(UV) pyproject.toml --extra build --extra test -c requirements.lock -o requirements-test.lock
	@$(UV) requirements-bench.in -o requirements-bench.lock
	@$(UV) tests/installation/pip-oldest.in -o tests/installation/pip-oldest.lock
	@$(UV) tests/installation/pip-newest.in -o tests/installation/pip-newest.lock
	@$(PYTHON) install.py lock-assets $(VENV) $(if $(UPGRADE),upgrade)

mirror: setup $(VENV)/.test-ready ## How our code reads, in figures to compare with other code bases
	@$(BIN)/python -m tests.mirror

bench: test-setup ## Measure: ratios against a peer in the same run
	@$(BIN)/python -m tests.benchmarks

bench-log: test-setup ## Measure the log: what it costs, how fast it is verified, proven and replayed
	@$(BIN)/python -m tests.benchmarks.log

bench-premises: test-setup ## Measure rooms: the calendar with a million bookings, a series, a season
	@$(BIN)/python -m tests.benchmarks.premises

.venv-bench/.ready: requirements-bench.lock $(VENV)/.python
	@$(PYTHON) install.py environment .venv-bench
	@$(PYTHON) install.py packages .venv-bench requirements-bench.lock
	@touch $@

bench-matching: test-setup .venv-bench/.ready ## Measure name matching, with its peers beside it; wants ../shared/data
	@$(BIN)/python -m tests.benchmarks.matching

# Dask lies in the environment of the peers; the service and its tests in ours: the one finds the other's packages.
bench-support: test-setup .venv-bench/.ready ## Measure comparing all support again, whole and after a change, also with Dask
	@PYTHONPATH=.:$$(ls -d $(VENV)/lib/python3*/site-packages) .venv-bench/bin/python -m tests.benchmarks.support

reset: ## Throw the data folder away and start afresh (asks first; YES=1 does not)
	@if [ "$(YES)" != 1 ]; then \
		printf 'Ta bort allt i %s? Skriv ja: ' "$(GRANSKA_DATA)"; read answer; [ "$$answer" = ja ] || { echo "Inget togs bort."; exit 1; }; \
	fi
	@rm -rf "$(GRANSKA_DATA)"
	@echo "Borttaget: $(GRANSKA_DATA)"

clean: ## Remove what set-up made
	@rm -rf $(VENV) .venv-bench node_modules $(VENDOR)
