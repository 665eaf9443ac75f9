# `make demo` and `make test` do everything on a machine that has Python 3.11+, pip and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test slow sweep lint format lock clean

demo: $(READY)
	$(BIN)/autoglm demo --runs runs

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not sweep"

slow: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow and not sweep"

sweep: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m sweep

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The byte code is written once here: where Python may not write it, every start costs seconds.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[test,lint]'
	$(BIN)/python -m compileall -q -j 2 $(VENV)/lib autoglm_agent graphs tools || true
	@touch $(READY)

# One release of torch is tested; its builds for processors and graphics cards share the number.
TORCH := $(VENV)/torch.txt
# Resolve the newest releases within pyproject's bounds for every supported Python.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	echo 'torch==2.13.0' > $(TORCH)
	$(BIN)/uv pip compile --universal --all-extras --python-version 3.11 --no-header \
		--no-emit-index-url --no-annotate --upgrade -c $(TORCH) pyproject.toml -o constraints.txt

clean:
	rm -rf $(VENV) runs build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
