# `make demo` sets everything up and runs the main job; `make test` passes the tests; `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
RECOG := $(VENV)/bin/recog
PIP := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check
TOOLS ?= .tools
DEMO ?= demo-library
PHOTOS ?=
TRAINING ?= ../shared/data/identities
WIDER ?= ../shared/data/wider_dev

.PHONY: default help setup demo test check unit docs site languages pictures bench bench-accuracy faults mutants soak lock audit clean
default: test

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 20

setup: $(VENV)/.installed ## Install everything into .venv, every file checked against requirements.txt.

# Only what requirements.txt lists is installed, and only with these digests. recog itself is built offline, afterwards.
$(VENV)/.installed: pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

demo: setup ## Index the folder PHOTOS, or a few public portraits, and write a report.
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh benchmarks/demo.sh '$(DEMO)' '$(PHOTOS)'
	@printf "\nTo name people by clicking: $(VENV)/bin/recog serve --library '$(DEMO)/library'\n"

test: check unit ## Lint, check types and run the tests.

check: setup ## Lint and check types.
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# The tests start some thousand processes, which would compile recog each time. The slowest files come first by
# tests/slowest.py, and not those with the most tests.
unexport PYTHONDONTWRITEBYTECODE
unit: setup ## Run the tests.
	$(VENV)/bin/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

docs: setup ## Write the generated parts of the documents anew, and build the site.
	$(VENV)/bin/python -m cogapp -r $$(grep -rl '\[\[\[cog' README.md docs)
	$(MAKE) site

site: setup ## Build the site of the documents into site/.
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/python -m mkdocs build --strict

languages: setup ## Bring the catalogs of the pages' languages up to date, and compile them.
	$(VENV)/bin/python -m documents.languages

pictures: setup ## Photograph the pages for the README (needs chromium, and PyPI for the portraits).
	$(VENV)/bin/python -m documents.pictures

# Speed and memory, about a quarter of an hour on two cores; `bench-accuracy` measures what is found, and how surely.
bench: setup ## Measure speed and memory.
	$(VENV)/bin/python -m benchmarks.bench_detect $(WIDER) --repeats 1
	$(VENV)/bin/python -m benchmarks.bench_embed $(TRAINING)
	$(VENV)/bin/python -m benchmarks.bench_ingest $(WIDER)
	$(VENV)/bin/python -m benchmarks.bench_cold
	$(VENV)/bin/python -m benchmarks.bench_start
	$(VENV)/bin/python -m benchmarks.bench_search --quick
	$(VENV)/bin/python -m benchmarks.bench_server
	$(VENV)/bin/python -m benchmarks.bench_pages $(WIDER)
	$(VENV)/bin/python -m benchmarks.bench_style

bench-accuracy: setup ## Measure accuracy.
	$(VENV)/bin/python -m benchmarks.bench_accuracy
	$(VENV)/bin/python -m benchmarks.bench_options
	$(VENV)/bin/python -m benchmarks.bench_identification
	$(VENV)/bin/python -m benchmarks.bench_naming
	$(VENV)/bin/python -m benchmarks.measure_lookalikes
	$(VENV)/bin/python -m benchmarks.bench_turned
	$(VENV)/bin/python -m benchmarks.bench_cluster
	$(VENV)/bin/python -m benchmarks.measure_style_faces

# Hours; `make test` runs a few minutes of the same. docs/benchmarks/faults.md describes each line and its result.
faults: setup ## Break recog in every way the tests know, for hours.
	$(VENV)/bin/python -m tests.faults.sabotage
	$(VENV)/bin/python -m tests.faults.sweep --full --write
	$(VENV)/bin/python -m tests.faults.network_sweep
	$(VENV)/bin/python -m tests.faults.power --write
	$(VENV)/bin/python -m tests.faults.random_kills --kills 1000 --photos 500 --write
	$(VENV)/bin/python -m tests.faults.style_kills --kills 50 --photos 20 --write
	$(VENV)/bin/python -m tests.faults.queue_kills --photos 300 --every 4 --write
	$(VENV)/bin/python -m tests.faults.fuzz --count 5000 --write
	$(VENV)/bin/python -m tests.faults.meeting --rounds 200 --write
	$(VENV)/bin/python -m tests.faults.beside --acts 60000 --kills 600 --minutes 60 --write
	$(VENV)/bin/python -m tests.faults.damage --faces 2000 --bits 500 --cuts 50 --rebuilds 50 --write
	$(VENV)/bin/python -m tests.faults.damage --faces 100000 --bits 6 --cuts 4 --rebuilds 6 --write
	RECOG_FAULT_LOCK_SECONDS=60 $(VENV)/bin/pytest --timeout 20000 tests/faults/test_contention.py
	RECOG_FAULT_ROUNDS=20 $(VENV)/bin/pytest --timeout 20000 tests/faults/test_server.py tests/faults/test_small_disk.py
	$(VENV)/bin/python -m tests.faults.model --sequences 1000 --steps 50
	$(VENV)/bin/python -m tests.faults.model --of library --sequences 200 --steps 25

mutants: setup ## Change one thing in the store or the index at a time; count the changes that a test notices.
	$(VENV)/bin/python -m tests.faults.mutants --count 150

soak: setup ## Index, ask and forget in one process for two hours; watch its memory and open files.
	$(VENV)/bin/python -m tests.faults.soak --minutes 120 --write

lock: $(TOOLS)/bin/uv ## Write requirements.txt from pyproject.toml; a version that still fits stays.
	$(TOOLS)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-emit-package recog --extra dev --output-file requirements.txt \
	  --custom-compile-command 'make lock  # what make setup installs: every version, and the digests of its files' \
	  pyproject.toml

# pip-audit finds nothing on a mirror that only serves the latest versions; then tests.advisories asks about each version.
audit: $(TOOLS)/bin/pip-audit ## Check every locked version against PyPI's advisories.
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements.txt || \
	  $(PYTHON) -m tests.advisories requirements.txt

$(TOOLS)/bin/%:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check $*

clean: ## Remove what was installed and built here, and the demo's library.
	rm -rf $(VENV) $(TOOLS) $(DEMO) site .mypy_cache .ruff_cache .pytest_cache .hypothesis
