# Two commands matter: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

# Tests start hundreds of processes: each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test soak real fuzz bench check lint screenshots lock pds oracles synapse relay clean

setup: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "syndicate needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python cannot make virtual environments yet. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) (once; about half a minute)"
	@# The lock is whole; older versions of pip stumble over its extras when they look themselves.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: setup
	@$(BIN)/python -m demo $(if $(ONCE),--once)

test: setup
	@$(BIN)/python -m pytest

# Faults by the hundred, a million readers: what `make test` has no time for. About a quarter of an hour.
soak: setup
	@$(BIN)/python -m pytest -m soak -n 2

# Detection and extraction against a real Ghost and a real WordPress. The first time, npm and apt
# bring them into .cache (six to ten minutes, 900 MB); what cannot be had is skipped.
real: setup
	-@$(BIN)/python -m tests.real.install
	@$(BIN)/python -m pytest tests/real -m real -n 2 --dist loadscope -rsx

# Feeds and pages nobody would send, for SECONDS each: Atheris looks for what lets an error out.
SECONDS ?= 60
fuzz: setup
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=3,<4'
	@$(BIN)/python -m tests.fuzz.atheris_feeds $(SECONDS)
	@$(BIN)/python -m tests.fuzz.atheris_pages $(SECONDS)

# What the sending path can do, about five minutes; docs/benchmarks.md says how to read it.
# Needs a C compiler, and Postfix's smtp-source and smtp-sink (they need not be set up).
bench: setup
	@$(BIN)/python -m benchmarks.build
	@$(BIN)/python -m benchmarks.handover
	@$(BIN)/python -m benchmarks.deliver
	@$(BIN)/python -m benchmarks.deliver --sink smtp-sink --mails 10000
	@$(BIN)/python -m benchmarks.deliver --database postgresql

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test

# The newsletter and the desk as pictures; needs Chromium.
screenshots: setup
	@$(BIN)/python -m demo.screenshots

# Hashed, and naming no package index. Needs uv: pip install uv
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra distributed --extra providers pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra distributed --extra providers --group dev pyproject.toml -o requirements-dev.lock

# A real Bluesky server for the tests that are marked "node" (about two minutes, 250 MB).
pds: .cache/pds/node_modules/@atproto/pds/package.json

.cache/pds/node_modules/@atproto/pds/package.json:
	npm install --prefix .cache/pds --no-save --no-package-lock --no-audit --no-fund @atproto/pds@0.4.217 @did-plc/server@0.0.1

# A real Matrix server and a real Nostr relay for the tests that are marked so, each in an
# environment of its own (a minute each, 240 and 150 MB). Tools of the tests alone: Synapse is AGPL.
synapse: .cache/synapse/bin/synapse_homeserver

.cache/synapse/bin/synapse_homeserver:
	$(PYTHON) -m venv .cache/synapse
	.cache/synapse/bin/python -m pip install --quiet --disable-pip-version-check matrix-synapse==1.163.2

relay: .cache/relay/bin/nostr-relay

.cache/relay/bin/nostr-relay:
	$(PYTHON) -m venv .cache/relay
	.cache/relay/bin/python -m pip install --quiet --disable-pip-version-check nostr-relay==1.14
# What counts posts on X and Bluesky themselves, for the tests that are marked "node" (36 MB).
oracles: .cache/oracles/node_modules/@atproto/api/package.json

.cache/oracles/node_modules/@atproto/api/package.json:
	npm install --prefix .cache/oracles --no-save --no-package-lock --no-audit --no-fund twitter-text@3.1.0 @atproto/api@0.18.21

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
