# SPDX-License-Identifier: GPL-3.0-or-later
# Thin commands; the work is in tests/tools/. Only git, make and a Python >= 3.11 have to be there beforehand.
.DEFAULT_GOAL := help
SCENARIO ?= bad-release
CLOCK ?= real
SCALE ?= 1
ONLY ?=
PYTHON ?=
PIP = -m pip --disable-pip-version-check install --quiet

# Absolute, because ansible-test works on a copy of the checkout.
export SAASOPS_SPECS := $(abspath $(or $(SAASOPS_SPECS),$(wildcard ../shared/specs),.cache/specs))
export SAASOPS_COVERAGE := $(abspath $(or $(SAASOPS_COVERAGE),../shared/runbooks/coverage.json))

.PHONY: help demo test test-oldest lint bench soak sandbox sandbox-down clean

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done

demo: .venv/.has-sandbox ## See a bad release rolled back, against a simulated Vercel and Railway
	@.venv/bin/python tests/tools/demo.py

test: .venv/.has-dev ## Run the whole quality gate (ONLY=step,step for a part of it)
	@.venv/bin/python tests/tools/prepare.py
	@.venv/bin/python tests/tools/specs.py || true
	@.venv/bin/python tests/tools/gate.py $(if $(ONLY),--only $(ONLY))

test-oldest: .venv-oldest/.has-test ## Run sanity, unit and integration tests on Python 3.11 and ansible-core 2.19
	@.venv-oldest/bin/python tests/tools/prepare.py
	@.venv-oldest/bin/python tests/tools/gate.py --oldest $(if $(ONLY),--only $(ONLY))

lint: .venv/.has-dev ## Run the checks that execute nothing: ruff, mypy, yamllint, ansible-lint, documentation, changelog
	@.venv/bin/python tests/tools/gate.py --only ruff,mypy,yamllint,ansible-lint,docs,changelog

bench: .venv/.has-dev ## Measure speed against plain Python and against tasks of ansible.builtin.uri
	@.venv/bin/python -m tests.bench

soak: .venv/.has-dev .venv-oldest/.has-test ## Run the long tests, and whole what the gate runs a sample of
	@SAASOPS_SOAK=1 .venv/bin/python -m pytest -m soak tests/scenarios
	@SAASOPS_SOAK=1 .venv/bin/python -m pytest tests/integration/test_ways.py
	@.venv/bin/python tests/tools/run_ansible_test.py units
	@SAASOPS_SOAK=1 .venv-oldest/bin/python -m pytest tests/integration
	@.venv-oldest/bin/python tests/tools/run_ansible_test.py units

sandbox: .venv/.has-sandbox ## Start the simulated vendors (SCENARIO=bad-release CLOCK=real SCALE=1) and say how to reach them
	@.venv/bin/python tests/tools/sandbox.py up --scenario $(SCENARIO) --clock $(CLOCK) --scale $(SCALE)

sandbox-down: ## End the simulated vendors
	@if [ -x .venv/bin/python ]; then .venv/bin/python tests/tools/sandbox.py down; else echo 'No sandbox is up.'; fi

clean: sandbox-down ## Remove environments, caches and whatever the runs left
	rm -rf .venv .venv-oldest .ansible .cache .sandbox .mypy_cache .pytest_cache .ruff_cache build dist tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@echo 'Making the environment .venv ...'
	@python=$(or $(PYTHON),$$(tests/tools/find_python.sh)) && "$$python" -m venv .venv && .venv/bin/python --version

.venv-oldest/bin/python:
	@echo 'Making the environment .venv-oldest ...'
	@python=$$(tests/tools/find_python.sh 3.11) && "$$python" -m venv .venv-oldest && .venv-oldest/bin/python --version

.venv/.has-sandbox: .venv/bin/python pyproject.toml hatch_build.py
	@echo 'Installing the collection and the sandbox (editable) ...'
	@.venv/bin/python $(PIP) -e '.[sandbox]'
	@touch $@

.venv/.has-dev: .venv/bin/python pyproject.toml hatch_build.py
	@echo 'Installing the collection and the tools of its tests (editable) ...'
	@.venv/bin/python $(PIP) -e '.[dev]'
	@touch $@

.venv-oldest/.has-test: .venv-oldest/bin/python pyproject.toml hatch_build.py
	@echo 'Installing the collection and its tests with the oldest supported ansible-core ...'
	@.venv-oldest/bin/python $(PIP) 'ansible-core==2.19.*' -e '.[test]'
	@touch $@
