# Frontdesk's few verbs. Each does all set-up it needs; only Python 3.11+ and make must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check chaos bench docs clean

help: ## Show these verbs
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Start everything: embedded PostgreSQL, simulator, pages (Ctrl-C stops it)
	@$(BIN)/frontdesk up

test: $(VENV)/.test ## Run all tests, storms first and alone, then those of the database again behind PgBouncer
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python -m pytest tests/chaos
	@$(BIN)/python -m pytest --ignore=tests/chaos --numprocesses=auto --maxprocesses=4 --dist=loadfile
	@$(BIN)/python tests/pgbouncer.py

check: $(VENV)/.test ## Run ruff, mypy --strict and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

chaos: $(VENV)/.test ## Kill, freeze and restart everything under load for ten minutes, and judge what is left
	@$(BIN)/python tests/chaos/long_run.py

bench: $(VENV)/.run ## Measure the inbox beside procrastinate, pgqueuer and dbos, same database, same run
	@$(PYTHON) bench/run.py

docs: $(VENV)/.run ## Write the generated reference pages anew
	@$(BIN)/python docs/generate.py

clean: ## Remove the virtual environments (never the data)
	rm -rf $(VENV) .venv-bench

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Frontdesk needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Frontdesk into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing Frontdesk with its test tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.run
