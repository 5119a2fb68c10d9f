# `make run` and `make test` work from nothing on a fresh Debian machine with python3, python3-venv and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Else every start compiles all of it where Python is told to keep no byte code (PYTHONDONTWRITEBYTECODE).
COMPILE = $(BIN)/python -m compileall -q build/__editable__.* > /dev/null || true
EXAMPLE := resources/examples/fmri_quality_control.treadle
OUTPUT := output/fmri_quality_control
BENCH_OUTPUT := output/benchmarks

.PHONY: run screenshots soak test test-slow test-all check format coverage bench clean FORCE

# The window with the example; where none can be shown, the example runs in the terminal.
run: $(VENV)/.science
	@if $(BIN)/python -m treadle.app.screen; then $(BIN)/treadle $(EXAMPLE); \
	else $(BIN)/treadle run $(EXAMPLE) --output $(OUTPUT); fi

screenshots: $(VENV)/.science
	$(BIN)/python docs/pictures/make_screenshots.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow and not soak" $(ARGS)

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m "slow and not soak" $(ARGS)

test-all: test test-slow

soak: $(VENV)/.dev
	$(BIN)/python -m pytest -m soak $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

format: $(VENV)/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# It takes a quarter of an hour, so CI does not run it. Tests that close every descriptor of a worker, or watch its
# threads and children, may fail here: a worker that is measured has more of them. What they reached counts all the same.
coverage: $(VENV)/.dev
	@cp tests/support/coverage_of_the_killed.py "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	$(BIN)/python -m coverage erase
	-$(BIN)/python -m pytest -m "not slow and not soak" --cov --cov-report= $(ARGS)
	$(BIN)/python -m coverage report --skip-covered --sort=cover
	$(BIN)/python tests/support/coverage_floors.py

bench: $(VENV)/.bench
	@mkdir -p $(BENCH_OUTPUT)
	$(BIN)/python -m benchmarks --json $(BENCH_OUTPUT)/results.json --picture $(BENCH_OUTPUT)/results.svg $(ARGS)

clean:
	rm -rf build dist output .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The editable install is strict: a link for each file. It is made again when a file comes or goes.
$(VENV)/.science: $(VENV)/.files pyproject.toml
	@echo "Installing what Treadle needs into $(VENV): the first time this takes a minute or two."
	@$(PIP) install --editable '.[science]' --config-settings editable_mode=strict
	@$(COMPILE)
	@touch $@

$(VENV)/.dev: $(VENV)/.files pyproject.toml
	@echo "Installing what the tests need into $(VENV): the first time this takes a minute."
	@$(PIP) install --editable '.[science,dev]' --config-settings editable_mode=strict
	@$(COMPILE)
	@touch $@ $(VENV)/.science

$(VENV)/.bench: $(VENV)/.files pyproject.toml
	@echo "Installing the programs that Treadle is measured beside into $(VENV): the first time this takes some minutes."
	@$(PIP) install --editable '.[bench]' --config-settings editable_mode=strict
	@touch $@

$(VENV)/.files: FORCE | $(VENV)/.made
	@find app core schemes src resources -type f -not -name '*.pyc' | sort > $@.new
	@if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; fi

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Treadle needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
		{ if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3-venv; \
		else echo "Python cannot make virtual environments here. Try: sudo apt-get install python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --upgrade pip
	touch $@
