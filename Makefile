# The commands of a checkout. `make` lists them; each installs what it needs into .venv, once.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
DATA ?= ../shared/data
QUESTION ?= What will Qwen3-32B score on GPQA diamond?

BIN := .venv/bin
# Through the environment, so that the build of the package itself keeps to the pins as well.
INSTALL := PIP_CONSTRAINT=$(CURDIR)/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip install --quiet
BASE := .venv/.base-installed
DEV := .venv/.dev-installed

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types format bench corpus fit clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(BASE) ## answer a first question on a bare machine, without a key
	@$(BIN)/scorecast ask "$(QUESTION)"

# One more process than two cores, since some tests wait for others; one thread each, since threads would wait in circles.
test: $(DEV) ## run all tests
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 3 --dist loadgroup --no-loadscope-reorder

check: lint types test ## lint, types and tests: what must be green before a commit

lint: $(DEV) ## look for faults and unformatted files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV) ## check the types
	$(BIN)/mypy

format: $(DEV) ## format the files and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(BASE) ## measure coverage and error of every predictor, out of sample
	$(BIN)/scorecast bench cells

corpus: $(BASE) ## compile the starter corpus from the public tables in DATA
	$(BIN)/python -m records.corpus.compile --data $(DATA)
	$(BIN)/python -m scorecast.starter_fit

fit: $(BASE) ## learn the starter fit anew from the starter corpus
	$(BIN)/python -m scorecast.starter_fit

clean: ## remove the environment and everything else that can be made again
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python of version 3.11 or newer was found: install one, or name it with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Scorecast needs Python 3.11 or newer, and $(PYTHON) is not: name one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(BASE): pyproject.toml constraints.txt | .venv/bin/python
	@echo 'Installing Scorecast into .venv (once) ...'
	@$(INSTALL) --editable .
	@touch $@

$(DEV): pyproject.toml constraints.txt | .venv/bin/python
	@echo 'Installing Scorecast and its development tools into .venv (once) ...'
	@$(INSTALL) --editable '.[dev]'
	@touch $(BASE) $@
