# Jembatan: `make` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help setup demo test long unit integration lint format bench performance faults soak reliability up down contracts lock clean wheelhouse image compose-test

PYTHON ?= python3
VENV := .venv
SEED ?= 1
HOURS ?= 1
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := benchmarks cli services shared tests
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
MACHINE := $(shell uname -m)
PLATFORMS := $(foreach v,2_28 2_27 2_17 2_12 2_5,--platform manylinux_$(v)_$(MACHINE)) $(foreach v,2014 2010 1,--platform manylinux$(v)_$(MACHINE))
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with everything pinned, and the command .venv/bin/jembatan

$(STAMP): requirements/dev.txt pyproject.toml shared/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Jembatan needs Python 3.11 or newer; name one with make PYTHON=python3.12 …"; exit 1; }
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e shared -e .
	@touch $(STAMP)

demo: setup ## play the case of Indonesia and New Brunswick through a real Kafka and PostgreSQL
	$(RUN)/jembatan demo

test: setup lint ## lint, types, arrows and tests (under ten minutes); `make long` and `make faults` have more
	$(RUN)/python -m tests.contracts.asyncapi_parser >/dev/null
	$(RUN)/python -m pytest -q -n 2

long: setup ## what takes longer than `make test` may: older and recovered databases, a beacon's round, faults in short
	$(RUN)/python -m pytest -q -n 2 --long -m long tests/integration tests/scenarios tests/faults/test_in_short.py \
		tests/faults/test_rounds.py::test_killed_at_a_page_of_the_freeze_and_at_one_of_the_publication

unit: setup ## only what needs no server (seconds)
	$(RUN)/python -m pytest -q -m "not kafka" tests/unit tests/contracts

integration: setup ## only what runs on a real Kafka and PostgreSQL
	$(RUN)/python -m pytest -q -m kafka

lint: setup ## ruff, mypy --strict, and the arrows between packages
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy $(SOURCES)
	$(RUN)/lint-imports

format: setup ## let ruff put the code in order
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: setup ## measure the match, whole rounds and the engine on this machine, against their peers (BENCH_FLAGS=--quick)
	$(RUN)/python -m benchmarks $(BENCH_FLAGS)

performance: setup ## write docs/performance.md from the last run of `make bench`
	$(RUN)/python -m benchmarks.page

faults: setup ## break running processes on purpose, two files at a time (SEED=2 for other chances)
	JEMBATAN_HISTORIES=.jembatan/histories $(RUN)/python -m pytest tests/faults $$($(RUN)/python -m tests.faults.elsewhere) \
		-n 2 --long --fault-rounds=2 --fault-seed=$(SEED) --fault-results=.jembatan/faults.json

soak: setup ## one service at work for HOURS hours: memory, files, sessions and tables stay bounded
	$(RUN)/python -m pytest tests/faults/test_nemesis.py --soak=$(HOURS) --fault-seed=$(SEED) --fault-results=.jembatan/faults.json

reliability: ## write docs/reliability.md from the last run of `make faults`
	$(RUN)/python -m tests.faults.report .jembatan/faults.json

up: setup ## start everything on this machine, until Ctrl-C
	$(RUN)/jembatan up

down: setup ## stop what `jembatan up --detach` started
	$(RUN)/jembatan down

wheelhouse: setup ## fetch what the image is made of, so that its build needs no network
	$(RUN)/python -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		--python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none $(PLATFORMS) \
		--dest deploy/wheelhouse -r requirements/service.txt -r requirements/build.txt

image: wheelhouse ## build the image that the containers run
	docker build --file deploy/Dockerfile --tag jembatan:$(VERSION) \
		--build-arg VERSION=$(VERSION) --build-arg REVISION=$$(git rev-parse HEAD) .

compose-test: setup ## bring it all up in containers, play, break, restore; starts an engine if none runs
	$(RUN)/python -m tests.compose

contracts: setup ## write the JSON Schemas, the AsyncAPI document and the topic reference anew
	$(RUN)/jembatan contracts --write

lock: ## pin the dependencies anew (needs uv)
	$(COMPILE) requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) -c requirements/runtime.txt requirements/service.in -o requirements/service.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	for peer in benchmarks/peers/*/requirements.in; do $(COMPILE) $$peer -o $${peer%.in}.txt || exit 1; done

clean: ## remove what was made here, data of the embedded servers included
	rm -f deploy/wheelhouse/*.whl
	rm -rf $(VENV) .jembatan .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
