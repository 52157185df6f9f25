# Everything a developer or an operator does, by name. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# The system's Python, where it can make environments: by default pyenv compiles without the optimisations of a distribution, and
# measured, a signal costs such a one a quarter more.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, os, sys; assert sys.version_info >= (3, 11); \
            print(os.path.realpath(sys.executable))' 2>/dev/null || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
DATA ?= data
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-development

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.PHONY: setup
setup: $(READY) ## Prepare .venv with `tocsin` in it

.PHONY: run
run: $(READY) ## Run Tocsin on 127.0.0.1: PORT=8080 DATA=data
	@exec $(BIN)/tocsin run --port $(PORT) --data-dir $(DATA)

.PHONY: run-distributed
run-distributed: $(READY) ## Run Tocsin over Kafka, Elasticsearch and PostgreSQL on this machine (Java, Maven): PORT=8080
	@exec $(BIN)/python -m deploy.local run --dir .local/run --port $(PORT)

.PHONY: test
test: $(READY_DEV) lint ## Set up all that is needed, check the code and pass the tests
	@echo "== tests: unit, property, contract, integration, e2e, docs"
	$(BIN)/python -m pytest -q -m "not long" -n auto --maxprocesses 4 --dist loadgroup

.PHONY: test-long
test-long: $(READY_DEV) ## The long runs: kill -9 at every step, many random examples
	$(BIN)/python -m pytest -q -m "long" --timeout=3600 -n auto --maxprocesses 2 --dist loadgroup

.PHONY: lint
lint: $(READY_DEV) ## Formatting, lint, types, imports
	@echo "== lint: ruff, mypy, import-linter"
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(READY_DEV) ## Format the code
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .

.PHONY: bench
bench: $(READY_DEV) ## Measure, as ratios against a floor in the same run
	$(BIN)/python -m tests.bench.run

.PHONY: bench-distributed
bench-distributed: $(READY_DEV) ## Measure the pipeline over real servers, as ratios against a plain loop in the same run
	$(BIN)/python -m tests.bench.distributed

.PHONY: lock
lock: ## Resolve requirements.in and development.in into hashed locks (needs uv)
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --generate-hashes \
	  requirements.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --generate-hashes \
	  development.in -c requirements.lock -o development.lock

.PHONY: clean
clean: ## Remove what `make` made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The editable install is made without fetching a build backend: setuptools is in the lock.
$(READY): requirements.lock pyproject.toml
	@echo "== setting up $(VENV) (the first time takes a minute or two)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tocsin needs Python 3.11 or later; set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): $(READY) development.lock
	@echo "== adding what the tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r development.lock
	@touch $@
