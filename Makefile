# Two commands: `make run` opens the dashboard, `make test` runs the tests. Each makes its own environment first.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Two workers: most tests wait for a server, a disk or a model on one core. A file stays with one of them.
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder

# Packages are compiled as they are first imported: one file in thirty is, and all of them take a minute. Where nothing may be
# kept, every process of the tests would compile everything again.
PIP := -m pip install --quiet --disable-pip-version-check --no-compile
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test nightly check clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

run: $(VENV)/run.stamp ## set everything up and open the dashboard at http://127.0.0.1:8501
	$(BIN)/streamlit run

test: $(VENV)/dev.stamp ## set everything up and run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

nightly: $(VENV)/dev.stamp ## the long forms: 200 kills, every hostile statement, every payload on every page, exports of a million rows
	MASKBOARD_KILLS=200 MASKBOARD_HOSTILE=all MASKBOARD_PAYLOADS=all MASKBOARD_EXPORTED=50000 $(BIN)/python -m pytest -n 2 --dist loadfile \
	  tests/storage tests/pipelines/batch tests/browser

check: $(VENV)/dev.stamp ## lint, format, types and the arrows between the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## remove the environment; the history in data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys, venv, ensurepip; assert sys.version_info[:2] == (3, 11)' 2>/dev/null || { \
	  echo 'Maskboard needs Python 3.11 with venv. On Debian 12: apt-get install python3.11 python3.11-venv'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	-$(BIN)/python $(PIP) --upgrade pip # that of Python 3.11 takes twice as long over all that follows, and would do
	$(BIN)/python $(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/python $(PIP) -r requirements-dev.txt
	@touch $@
