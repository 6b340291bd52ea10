# `make` lists the targets. Every target first prepares the machine (bootstrap.py): Debian packages that
# are missing and the locked Python packages in .venv. Where nothing is missing that takes a moment.

PYTHON ?= python3
BIN := .venv/bin
# More guests at a time than cores only make each other late.
GUESTS := 2
# A test of a screen waits half of its time for the screen to come to rest.
FAST := $(shell expr 2 \* $$(nproc))
SLOWEST := --durations=10
# Every program of a test would compile the whole project anew.
export PYTHONDONTWRITEBYTECODE :=
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check lint bench campaign kills lab-shell screenshots messages site dist lock

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: ## Try the set-up wizard on a practice machine (nothing on this machine changes)
	@$(PYTHON) bootstrap.py run
	@$(BIN)/iscsi-console lab try

test: ## Linters, types, import contracts and every test, including those on real kernels in the lab
	@$(PYTHON) bootstrap.py test
	@$(BIN)/python -m tests.progress --fast $(FAST) --guests $(GUESTS)
	@# The image takes one processor a minute, and gives way: it is not needed before the lab.
	@nice $(BIN)/iscsi-console lab build & image=$$!; \
		$(MAKE) --no-print-directory check || { kill $$image; exit 1; }; wait $$image
	$(BIN)/pytest tests/lab -m lab --numprocesses $(GUESTS) --dist loadgroup --no-loadscope-reorder $(SLOWEST)

check: lint ## Linters, types, import contracts and the fast tests
	$(BIN)/pytest -m "not lab" --numprocesses $(FAST) $(SLOWEST)

lint:
	@$(PYTHON) bootstrap.py check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: ## Measure speed side by side with other programs; the table goes to bench.md
	@$(PYTHON) bootstrap.py bench
	$(BIN)/python -m tests.benchmarks

campaign: ## Random stacks, random faults, the program's own first fixes; SEEDS=1-200 says which
	@$(PYTHON) bootstrap.py test
	@$(BIN)/iscsi-console lab build
	$(BIN)/python -m tests.campaign --guests $(GUESTS) $(if $(SEEDS),--seeds $(SEEDS))

kills: ## Changes whose programs are killed at random moments and started again; SEEDS=1-20 says which
	@$(PYTHON) bootstrap.py test
	@$(BIN)/iscsi-console lab build
	$(BIN)/python -m tests.kills --guests $(GUESTS) $(if $(SEEDS),--seeds $(SEEDS))

lab-shell: ## Open a root shell on a new practice machine
	@$(PYTHON) bootstrap.py run
	@$(BIN)/iscsi-console lab shell

screenshots: ## Redraw the pictures in screenshots/
	@$(PYTHON) bootstrap.py check
	$(BIN)/python -m tests.screenshots

messages: ## Extract the sentences of the program, and bring the catalogues of tui/locale up to date with them
	@$(PYTHON) bootstrap.py check
	$(BIN)/python packaging/messages.py

site: ## Render README.md and docs/ as plain pages in site/, and check their links
	@$(PYTHON) bootstrap.py check
	$(BIN)/python packaging/docs_site.py

dist: ## Build all that is handed out into dist/, and try each on fresh trees of Debian and every Python
	@$(PYTHON) bootstrap.py dist
	$(BIN)/python packaging/dist.py
	$(BIN)/python packaging/trial.py

lock: ## Choose new versions of the locked Python packages (needs uv)
	uv pip compile pyproject.toml --group dev $(LOCK_OPTIONS) --upgrade --output-file requirements.lock
	uv pip compile pyproject.toml --group build $(LOCK_OPTIONS) --constraints requirements.lock --upgrade --output-file requirements-run.lock
