# Two commands: `make demo` sets everything up and runs the main job, `make test` passes the tests.

PYTHON ?= python3
VENV ?= .venv
RECOG := $(VENV)/bin/recog
PIP := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check
TOOLS ?= .tools
DEMO ?= demo-library
PHOTOS ?=
TRAINING ?= ../shared/data/identities
WIDER ?= ../shared/data/wider_dev

.PHONY: default setup demo test check unit docs bench bench-accuracy faults mutants soak lock audit clean
default: test

setup: $(VENV)/.installed

# Nothing is installed whose digest is not in requirements.txt; recog itself is built by what is installed by then.
$(VENV)/.installed: pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh benchmarks/demo.sh '$(DEMO)' '$(PHOTOS)'
	@printf "\nTo name people by clicking: $(VENV)/bin/recog serve --library '$(DEMO)/library'\n"

test: check unit

check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

unit: setup
	$(VENV)/bin/pytest --numprocesses 2 --dist loadfile

docs: setup
	$(VENV)/bin/python -m benchmarks.write_readme

# Speed and memory: a quarter of an hour on two cores. What is found, how surely, and clusters: the next target.
bench: setup
	$(VENV)/bin/python -m benchmarks.bench_detect $(WIDER) --repeats 1
	$(VENV)/bin/python -m benchmarks.bench_embed $(TRAINING)
	$(VENV)/bin/python -m benchmarks.bench_ingest $(WIDER)
	$(VENV)/bin/python -m benchmarks.bench_cold
	$(VENV)/bin/python -m benchmarks.bench_search --quick
	$(VENV)/bin/python -m benchmarks.bench_style

bench-accuracy: setup
	$(VENV)/bin/python -m benchmarks.bench_accuracy
	$(VENV)/bin/python -m benchmarks.bench_options
	$(VENV)/bin/python -m benchmarks.bench_identification
	$(VENV)/bin/python -m benchmarks.bench_naming
	$(VENV)/bin/python -m benchmarks.bench_turned
	$(VENV)/bin/python -m benchmarks.bench_cluster
	$(VENV)/bin/python -m benchmarks.measure_style_faces

# The long tier, hours: take out one defence at a time and see a test turn red; kill recog, and fill its disk, at every
# system call that changes a file; kill it at random moments; let indexers meet, run commands beside a server, hold its database, kill its server;
# change bytes of every file that it reads, and damage its index; hold the catalog against a model. What `make test` does for a few minutes.
faults: setup
	$(VENV)/bin/python -m tests.faults.sabotage
	$(VENV)/bin/python -m tests.faults.sweep --full --write
	$(VENV)/bin/python -m tests.faults.power --write
	$(VENV)/bin/python -m tests.faults.random_kills --kills 1000 --photos 500 --write
	$(VENV)/bin/python -m tests.faults.style_kills --kills 50 --photos 20 --write
	$(VENV)/bin/python -m tests.faults.fuzz --count 5000 --write
	$(VENV)/bin/python -m tests.faults.meeting --rounds 200 --write
	$(VENV)/bin/python -m tests.faults.beside --acts 60000 --kills 600 --minutes 60 --write
	$(VENV)/bin/python -m tests.faults.damage --faces 2000 --bits 500 --cuts 50 --rebuilds 50 --write
	$(VENV)/bin/python -m tests.faults.damage --faces 100000 --bits 6 --cuts 4 --rebuilds 6 --write
	RECOG_FAULT_LOCK_SECONDS=60 $(VENV)/bin/pytest --timeout 20000 tests/faults/test_contention.py
	RECOG_FAULT_ROUNDS=20 $(VENV)/bin/pytest --timeout 20000 tests/faults/test_server.py tests/faults/test_small_disk.py
	$(VENV)/bin/python -m tests.faults.model --sequences 1000 --steps 50
	$(VENV)/bin/python -m tests.faults.model --of library --sequences 200 --steps 25

# Change one thing in the store or the index at a time, and count the changes that a test notices.
mutants: setup
	$(VENV)/bin/python -m tests.faults.mutants --count 150

# Index, ask and forget in one process for two hours, and watch its memory and open files.
soak: setup
	$(VENV)/bin/python -m tests.faults.soak --minutes 120 --write

# Write requirements.txt anew from pyproject.toml: versions that it names stay where they still fit.
lock: $(TOOLS)/bin/uv
	$(TOOLS)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-package recog --extra dev --output-file requirements.txt \
	  --custom-compile-command 'make lock  # what make setup installs: every version, and the digests of its files' \
	  pyproject.toml

# Hold every locked version against the advisories that PyPI knows; fails where one is known, or cannot be asked for.
# A mirror of PyPI may tell of latest versions alone, and pip-audit of none then: the second asks there, and names the rest.
audit: $(TOOLS)/bin/pip-audit
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements.txt || \
	  $(PYTHON) -m tests.advisories requirements.txt

$(TOOLS)/bin/%:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check $*

clean:
	rm -rf $(VENV) $(TOOLS) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis
