# Two commands matter: `make demo` and `make test`. The environment is .venv in this checkout.
FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p $(FITS) 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo prove test test-all check format golden faces requirements clean

demo: .venv/demo.stamp
	@$(BIN)/coo demo

prove: .venv/demo.stamp
	@$(BIN)/coo prove

test: .venv/test.stamp
	@$(BIN)/python -m pytest -n 2 -m "not slow and not live"

test-all: .venv/test.stamp
	@$(BIN)/python -m pytest -n 2 -m "slow and not live"

check: .venv/test.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/test.stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# When a version adds facts: `make golden NAME=0.2` records its ledgers beside the older ones.
golden: .venv/test.stamp
	@$(BIN)/python tests/golden/record.py $(NAME)

# Every card and the overview as pictures in docs/faces. Needs chromium, node and npm; says so.
faces: .venv/test.stamp
	@$(BIN)/python tests/faces/make.py

.venv/python.stamp:
	@$(or $(PYTHON),false) $(FITS) 2>/dev/null || { echo "Coo needs Python 3.11, 3.12 or 3.13. Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (once)"
	@$(BIN)/python $(FITS) 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@touch $@

.venv/demo.stamp: .venv/python.stamp requirements.txt pyproject.toml
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: .venv/demo.stamp requirements-dev.txt
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# Pins are compiled with `uv` (on PyPI) and name no host.
requirements:
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra build pyproject.toml -o requirements.txt
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra build --extra postgres -c requirements.txt pyproject.toml -o requirements-server.txt
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --no-emit-find-links --extra build --extra postgres --extra dev --extra bench -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
