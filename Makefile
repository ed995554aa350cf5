# Two commands: `make demo` sets everything up and runs the main job, `make test` passes the tests.

PYTHON ?= python3
VENV ?= .venv
RECOG := $(VENV)/bin/recog
DEMO ?= demo-library
PHOTOS ?=
TRAINING ?= ../shared/data/identities
WIDER ?= ../shared/data/wider_dev

.PHONY: default setup demo test check unit docs bench faults clean
default: test

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: setup
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh benchmarks/demo.sh '$(DEMO)' '$(PHOTOS)'

test: check unit

check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

unit: setup
	$(VENV)/bin/pytest

docs: setup
	$(VENV)/bin/python benchmarks/write_readme.py

bench: setup
	$(VENV)/bin/python -m benchmarks.bench_detect $(WIDER) --photos 40
	$(VENV)/bin/python -m benchmarks.bench_embed $(TRAINING)
	$(VENV)/bin/python -m benchmarks.bench_ingest $(WIDER)
	$(VENV)/bin/python -m benchmarks.bench_cold
	$(VENV)/bin/python -m benchmarks.bench_search --quick
	$(VENV)/bin/python -m benchmarks.bench_accuracy
	$(VENV)/bin/python -m benchmarks.bench_options
	$(VENV)/bin/python -m benchmarks.bench_identification

# Take out one defence at a time and see a test turn red; then kill recog, and fill its disk, at every system call that
# changes a file: some 2,000 runs, hours.
faults: setup
	$(VENV)/bin/python -m tests.faults.sabotage
	$(VENV)/bin/python -m tests.faults.sweep --full

clean:
	rm -rf $(VENV) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis
