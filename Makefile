# make book [PROFILE=smoke|cpu|gpu] run the chapters, judge their claims, build the site
# make test                           lint, unit tests, the chapters and the site at smoke size, the site in a browser
# make clean                          remove all that the other two made
PROFILE ?= cpu
PYTHON ?= python3
BIN := .venv/bin

book: .venv/installed
	$(BIN)/rlvr-direction book --profile $(PROFILE)

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal tests --ignore tests/test_chapters.py --ignore tests/test_exercises.py --ignore tests/test_site.py --ignore tests/browser
	$(BIN)/python -m pytest -q tests/test_chapters.py tests/test_exercises.py tests/test_site.py
	$(BIN)/python -m pytest -q -n 2 tests/browser

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

clean:
	rm -rf .venv _build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: book test clean
