# SPDX-License-Identifier: Apache-2.0
# Needs only python3 >= 3.11 (with pip and venv), git and make. Everything else is made here.

# Another interpreter: make PYTHON=python3.13 test
PYTHON ?= python3
BIN    := .venv/bin

# The mark says which folder and interpreter the environment was made for: scripts in .venv name
# their interpreter by its path, so a copied or moved folder needs an environment of its own.
MARK  := $(CURDIR) $(PYTHON)
STAMP := .venv/set-up
# What a build leaves beside the generated SDK is no part of it.
SDK   := $(shell find sdks \( -name build -o -name '*.egg-info' -o -name __pycache__ \) -prune -o -type f -print)

.DEFAULT_GOAL := help
.PHONY: help demo caravan test lint pins clean set-up

help: ## show this list
	@echo "make demo    deploys to the simulated platform; 10,000 scores get there through a storm"
	@echo "make caravan calls 2,911 real prospects by score, by chance and in file order"
	@echo "make preview PR=7   what this checkout would change, and whom it would call"
	@echo "make test    everything: lint, types, import contracts, tests, coverage"
	@echo "make lint    style, types, import contracts and workflows only"
	@echo "make set-up  the environment in .venv/ (the others make it when it is missing)"
	@echo "make pins    newest versions of all dependencies, pinned in pyproject.toml"
	@echo "make clean   remove whatever the other targets made; scores in .leadscore/ stay"

demo: $(STAMP)
	@$(BIN)/python -m toolchain.engine >/dev/null
	@$(BIN)/leadscore demo

caravan: $(STAMP)
	@$(BIN)/python -m examples.caravan

preview: $(STAMP)
	@test -n "$(PR)" || { echo "preview: name the pull request: make preview PR=7" >&2; exit 2; }
	@$(BIN)/leadscore preview --pr "$(PR)" --base "$(BASE)"

test: $(STAMP)
	@$(BIN)/python -m toolchain.verify

lint: $(STAMP)
	@$(BIN)/python -m toolchain.verify --lint-only

pins: $(STAMP)
	@$(BIN)/python -m toolchain.pins

set-up: $(STAMP)
	@echo "set-up: ready"

clean:
	rm -rf .venv .tools .reports .demo uv.lock build dist *.egg-info .coverage .coverage.*
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf sdks/*/build sdks/*/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ifneq ($(shell cat $(STAMP) 2>/dev/null),$(MARK))
.PHONY: $(STAMP)
endif

$(STAMP): pyproject.toml toolchain/environment.py toolchain/uv_tool.py $(SDK)
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "set-up: $(PYTHON) was not found; install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "set-up: $(PYTHON) is Python %s, but 3.11 or newer is needed; name another one: make PYTHON=python3.13" % sys.version.split()[0])'
	@"$(PYTHON)" -m toolchain.environment "$(STAMP)" "$(MARK)"
