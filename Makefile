# Two commands set everything up on a machine with Python 3.11 or newer and make: `make demo`, `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
RUN := $(VENV)/bin
UV_VERSION := 0.13.9
DEMO ?= demo
WORKERS ?= 2
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1

.PHONY: demo test check fuzz bench recovery evaluation docs clean

demo: $(VENV)/.main  ## simulate a patient, run the main job on it, print where the report lies
	test -e $(DEMO)/truth.json || $(RUN)/neoher simulate $(DEMO) --seed 1
	$(RUN)/neoher report $(DEMO)

test: check  ## everything that checks the project
	$(RUN)/pytest -n $(WORKERS)

check: $(VENV)/.dev  ## style, types, walls between the rooms, generated pages
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python scripts/compile_knowledge.py --check
	$(RUN)/python scripts/reference_pages.py --check

fuzz: $(VENV)/.dev  ## 10,000 mutated inputs per reader
	NEOHER_FUZZ_INPUTS=10000 $(RUN)/pytest -n $(WORKERS) -m fuzz tests/fuzz

bench: $(VENV)/.bench  ## reading and kernels beside what a user would otherwise run, as ratios
	$(RUN)/python bench/run.py

recovery: $(VENV)/.dev  ## bias and limits of what is measured on simulated patients, as a table
	$(RUN)/python scripts/recovery_table.py

evaluation: $(VENV)/.dev  ## how right the advice and the answers are on their case and question sets
	$(RUN)/python scripts/evaluate_advice.py
	$(RUN)/python scripts/ask_evaluation.py --check

docs: $(VENV)/.dev  ## remake the compiled knowledge, the reference pages and the JSON Schemas
	$(RUN)/python scripts/compile_knowledge.py
	$(RUN)/python scripts/reference_pages.py

$(UV):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "neoher needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet uv==$(UV_VERSION)

$(VENV)/.main: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --locked --inexact --no-default-groups --extra images
	touch $@

$(VENV)/.dev: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --locked --inexact --all-extras
	touch $@ $(VENV)/.main

$(VENV)/.bench: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --locked --inexact --all-extras --group bench
	touch $@ $(VENV)/.dev $(VENV)/.main

clean:
	rm -rf $(VENV) $(DEMO) build dist .mypy_cache .pytest_cache .ruff_cache
