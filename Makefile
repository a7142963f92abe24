# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# make demo [FRESH=1] [PORT=8000]   everything a fresh machine needs, then the product with invented data
# make test                         everything a fresh machine needs, then every test
# make check                        style, types, contracts, licences, deployment settings
# make bench                        the benchmark, with its table

SHELL := /bin/sh
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3,$(shell command -v $(name) 2>/dev/null)))
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard src/approdo/web/locale/*/LC_MESSAGES/*.po))
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q install
# with the bytecode of the tests kept, whatever the environment says: reading them again costs seconds each time
TESTS := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q

.PHONY: demo test test-fast test-slow check bench install catalogues lock clean \
	check-style check-format check-types check-contracts check-templates check-licences check-settings check-migrations

demo: $(RUNTIME) $(CATALOGUES)
	@exec $(BIN)/approdo demo --port $(PORT) $(if $(FRESH),--fresh)

test: test-fast test-slow

# what people run all day, in under a minute: rules, services, pages and API on a real database, contracts
test-fast: $(TOOLS) $(CATALOGUES) token
	$(TESTS) -n 2 --dist worksteal -m "not process and not walk and not journey and not fault"

# what starts processes and what walks far; each wall taken away once, shared out by itself as it is one long file; then
# journeys in a real browser and deaths by kill -9, one at a time
WALLS := tests/architecture/test_walls_taken_away.py
test-slow: $(TOOLS) $(CATALOGUES) chromium token
	$(TESTS) -n 2 --dist loadfile -m "(process or walk) and not journey and not fault" --ignore $(WALLS)
	$(TESTS) -n 2 --dist worksteal $(WALLS)
	$(TESTS) -m "journey or fault"

# every check runs alone as well: make check-types; make -k check shows all that is wrong
check: check-style check-format check-types check-contracts check-templates check-licences check-settings check-migrations

bench: $(TOOLS) $(CATALOGUES) chromium
	$(BIN)/python -m bench

install: $(RUNTIME) $(CATALOGUES)

# after changing a sentence: adds it to the English catalogue, and says how many still lack English
catalogues: $(TOOLS)
	$(BIN)/python tools/catalogues.py

# after changing a dependency: writes the hashed requirements again
lock: $(TOOLS)
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements/development.txt
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --constraint requirements/development.txt --output-file requirements/production.txt
	echo python-pkcs11 | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --constraint requirements/development.txt --output-file requirements/hardware.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# ---------------------------------------------------------------------------------------------------------------------

CHECKING := APPRODO_LOG=ERROR APPRODO_SECRET_KEY=only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH APPRODO_PUBLIC_URL=https://approdo.example
DJANGO := $(CHECKING) $(BIN)/python -W ignore::RuntimeWarning -m django

check-style: $(TOOLS)
	$(BIN)/ruff check .
check-format: $(TOOLS)
	$(BIN)/ruff format --check .
check-types: $(TOOLS)
	$(CHECKING) $(BIN)/mypy
check-contracts: $(TOOLS)
	$(BIN)/lint-imports --no-cache
check-templates: $(TOOLS)
	$(BIN)/djlint --quiet --lint src/approdo
check-licences: $(TOOLS)
	$(BIN)/reuse lint --quiet || $(BIN)/reuse lint
check-settings: $(TOOLS)
	$(DJANGO) check --deploy --fail-level WARNING --settings approdo.config.settings
check-migrations: $(TOOLS)
	$(DJANGO) makemigrations --check --dry-run --settings tests.settings

# ---------------------------------------------------------------------------------------------------------------------

$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "Serve Python 3.11 o più recente. Su Debian, come amministratore: apt-get install python3 python3-venv"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Serve Python 3.11 o più recente: qui c'è $$("$(PYTHON)" -V)."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		version=$$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "· Installo $$version"; apt-get update -qq && apt-get install -qq -y $$version >/dev/null; \
		else echo "Manca il modulo venv di Python. Scrivi questa riga e riprova: sudo apt-get install $$version"; exit 1; fi; }
	@echo "· Preparo l'ambiente in $(VENV)"
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)

$(RUNTIME): requirements/build.txt requirements/production.txt pyproject.toml | $(VENV)/bin/pip
	@echo "· Scarico e installo ciò che serve (la prima volta richiede qualche minuto)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements/build.txt -r requirements/production.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): requirements/development.txt $(RUNTIME)
	@echo "· Installo gli strumenti di sviluppo"
	@$(PIP) --require-hashes -r requirements/development.txt
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.PHONY: chromium
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "· Installo il browser per le prove"; apt-get update -qq && apt-get install -qq -y chromium >/dev/null; \
	else echo "Per le prove nel browser manca Chromium. Scrivi questa riga e riprova: sudo apt-get install chromium"; exit 1; fi

# the hardware token is tested against one made of software
.PHONY: token
token:
	@command -v softhsm2-util >/dev/null 2>&1 && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "· Installo SoftHSM per le prove"; apt-get update -qq && apt-get install -qq -y softhsm2 >/dev/null; \
	else echo "Per le prove delle chiavi manca SoftHSM. Scrivi questa riga e riprova: sudo apt-get install softhsm2"; exit 1; fi
