# run: the app with a made-up city; test: everything; lint: style, types, layers;
# bench: ratios measured side by side; proof: the long checks, written to docs/proof.md
PYTHON ?= python3
BIN := .venv/bin
.PHONY: run test lint bench proof lock clean

run: .venv/run.stamp
	$(BIN)/sambangi quickstart

test: .venv/dev.stamp
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks.intake
	$(BIN)/python -m benchmarks.storing sqlite
	$(BIN)/python -m benchmarks.placing
	$(BIN)/python -m benchmarks.route_search
	$(BIN)/python -m benchmarks.matrix_times
	$(BIN)/python -m benchmarks.week_quality

proof: .venv/dev.stamp
	$(BIN)/python -m benchmarks.proof

.venv/run.stamp: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

lock:  # after a change of requirements*.in; needs uv
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
