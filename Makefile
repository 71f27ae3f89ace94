# make demo     see it work, entirely on this machine
# make test     unit, contract, app and browser tests, and part of the simulation and the fuzzing
# make check    formatter, linter and type checker, then make test
# make check-all  make check, then coverage, more seeds, the commands in the README and guides, storms and chaos, a month of traffic, real senders, deployment to stand-ins, and a third of the mutants
# make senders  run a real Prometheus and Alertmanager, configured as in docs/senders, against the local stack
# make outside  check against GitHub's own API description and other published specifications (needs npm)
# make local    start the demo's stack and leave it running for you to try
# make simulate RUNS=10000, make simulate-mutants, make simulate-storm, make fuzz: search for violated invariants
# make mutants  check that a test catches small changes to the code: 300 of them; SAMPLE=50 takes the first 50, as check-all does
# make bench    measure how fast it is on this machine (at most fifteen minutes on two idle cores); make bench-scale counts an hour of load
# make list     show what is firing, and why it has no issue; also why, explain, show, dlq, send, doctor, stats and adopt, with ARGS and STAGE:
#               make explain ARGS=alert.json, make dlq ARGS="replay --all" STAGE=prod, ARGS=--help for more
#
# make setup STAGE=dev: from an AWS account to the first issue, step by step (docs/deploy.md); ARGS=--help for more
# make bucket-dev, plan-dev, deploy-dev, rollback-dev, publish-dev, url-dev, logs-dev, destroy-dev, and the same for every stage:
#               manage a stage on AWS, as described in infra-extra/stages (docs/deploy.md); PACKAGE=file.zip deploys the package of a release
# make package-dev: build only the deployment package, as deploy uploads it
# make docs     build docs/ as a website, in build/docs/site
# make stage-dev: update the files for `chalice deploy` from the stage's file
# make lock     write requirements.lock: the versions in requirements.txt, with hashes
# make sbom     write the package's bill of materials (CycloneDX) to build/package/sbom.cdx.json
# make notes    print the CHANGELOG.md section of a release, as in: make notes TAG=v1.2.3

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/installed
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
COVERING := tests/unit tests/contract tests/app tests/cli tests/stage
CHECKOV := build/checkov/installed
SUPPLY := build/supply/installed
MERMAID := build/mermaid
OUTSIDE := build/outside
EXCHANGES := $(CURDIR)/build/exchanges
PROVIDER_6 := build/provider-6
MKDOCS := build/docs/installed
MUTMUT := build/mutants/installed
SBOM := build/package/sbom.cdx.json

# If the environment forbids Python to keep compiled code, it compiles everything again in every process of every test.
export PYTHONDONTWRITEBYTECODE :=

# Targets for any stage, as in plan-dev. No file has these names; pattern targets cannot be .PHONY.
ON_A_STAGE := stage-% bucket-% plan-% deploy-% rollback-% publish-% url-% logs-% destroy-% package-%
RELEASED := $(if $(PACKAGE),--released $(PACKAGE))

.DEFAULT_GOAL := help
COMMANDS := why explain list show dlq send doctor stats adopt
STAGE ?= local
.PHONY: help setup demo docs local test check style types format schema screenshots simulate simulate-mutants simulate-storm mutants fuzz coverage recording outside senders check-all check-rest bench bench-scale lock sbom notes clean $(COMMANDS)

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

$(INSTALLED): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one with: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (about a minute, once) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --progress-bar on -r requirements-dev.txt >&2
	@touch $@

demo: $(INSTALLED)
	@$(RUN) -m tests.local.demo

local: $(INSTALLED)
	@$(RUN) -m tests.local.stack example-org/alerts example-org/ci-infra

$(COMMANDS): $(INSTALLED)
	@ALERTING_STAGE=$(STAGE) $(RUN) -m chalicelib.cli $@ $(ARGS)

# These take long, and find little that the others do not; check-rest runs them.
LATER := tests/simulation/test_model.py tests/simulation/test_regions.py tests/unit/test_model.py tests/unit/test_changes.py \
  tests/unit/reconcile/test_drift_slow.py tests/unit/render/test_gallery.py tests/contract/test_aws_standin.py \
  tests/contract/test_github_limits.py tests/browser/test_charts.py tests/unit/test_rollback.py tests/app/test_secrecy.py \
  tests/cli/test_odd_calls.py

test: $(INSTALLED)
	@$(RUN) -m pytest -n $(WORKERS) --dist loadfile $(LATER:%=--ignore=%)

# make test without slow tests that add no coverage, with all examples, measured against the minimum coverage.
coverage: $(INSTALLED)
	@EXAMPLES=all $(RUN) -m pytest -n 4 --dist loadfile --cov --cov-report=json:build/coverage.json --cov-report= $(COVERING)
	@$(RUN) -m tests.coverage build/coverage.json

check: style types test

style: $(INSTALLED)
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .

types: $(INSTALLED)
	@$(RUN) -m mypy

format: $(INSTALLED)
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

screenshots: $(INSTALLED)
	@$(RUN) -m tests.local.screenshots
	@$(RUN) -m tests.gallery

schema: $(INSTALLED)
	@$(RUN) -m tests.schema

$(CHECKOV): tests/deploy/checkov.txt
	@echo "Setting up build/checkov (about a minute, once) ..." >&2
	@$(PYTHON) -m venv build/checkov
	@build/checkov/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(SUPPLY): infra-extra/supply.txt
	@echo "Setting up build/supply (half a minute, once) ..." >&2
	@$(PYTHON) -m venv build/supply
	@build/supply/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(MKDOCS): docs/site/requirements.txt
	@echo "Setting up build/docs (half a minute, once) ..." >&2
	@$(PYTHON) -m venv build/docs/venv
	@build/docs/venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(MERMAID): tests/browser/package.json
	@mkdir -p build
	@if command -v npm >/dev/null; then \
	  echo "Setting up tests/browser/node_modules (half a minute, once) ..." >&2 && \
	  npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else echo "npm is not installed, so the charts are not checked with Mermaid."; fi

$(MUTMUT): $(INSTALLED) tests/mutation/requirements.txt
	@echo "Setting up build/mutants (half a minute, once) ..." >&2
	@$(RUN) -m pip install --quiet --disable-pip-version-check --upgrade --no-deps --target build/mutants/mutmut -r tests/mutation/requirements.txt
	@touch $@

$(OUTSIDE): tests/outside/package.json
	@mkdir -p build
	@if command -v npm >/dev/null; then \
	  echo "Setting up tests/outside/node_modules (half a minute, once) ..." >&2 && \
	  npm ci --prefix tests/outside --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else echo "npm is not installed, so nothing is checked against what others publish."; fi

# What version 6 of Terraform's AWS provider accepts, for the services that infra-extra uses.
$(PROVIDER_6):
	@if command -v npm >/dev/null; then \
	  mkdir -p $@.new && npm pack --silent --pack-destination $@.new @cdktf/provider-aws@21.22.1 >/dev/null && \
	  tar -xzf $@.new/*.tgz -C $@.new --wildcards $(foreach service,cloudwatch dynamodb iam kms s3 sns sqs,'package/lib/$(service)-*/index*.js') && \
	  rm $@.new/*.tgz && mv $@.new $@; \
	fi

# Strict: a broken link, or a page that is not in the navigation, is an error.
docs: $(MKDOCS)
	@NO_MKDOCS_2_WARNING=1 build/docs/venv/bin/mkdocs build >build/docs/log 2>&1 || { grep -v INFO build/docs/log; exit 1; }
	@echo build/docs/site/index.html

# For every platform, and for every Python from 3.11 on. UPGRADE=--upgrade takes the newest versions of everything that is not in requirements.txt.
lock: $(SUPPLY)
	@build/supply/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
	  --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock requirements.txt

# Chalice's own runtime is in the package too.
sbom: $(SUPPLY)
	@mkdir -p $(dir $(SBOM))
	@{ cat requirements.lock; grep '^chalice==' requirements-dev.txt; } | build/supply/bin/cyclonedx-py requirements \
	  --pyproject pyproject.toml --output-reproducible --of JSON --output-file $(SBOM) - 2>build/supply/log || { cat build/supply/log; exit 1; }
	@echo $(SBOM)

notes: $(INSTALLED)
	@PYTHONPATH=infra-extra $(RUN) -m ops.changelog "$(TAG)"

check-all: check check-rest

# What is sent to GitHub and what comes back is recorded, and checked against GitHub's own API description.
# The longest files are named first; xdist would put files with a single test, such as the demo's, last.
check-rest outside: export GITHUB_EXCHANGES := $(EXCHANGES)
recording:
	@rm -rf $(EXCHANGES) && mkdir -p $(EXCHANGES)

check-rest: recording coverage simulate-mutants docs $(CHECKOV) $(SUPPLY) $(MERMAID) $(MUTMUT) $(OUTSIDE) $(PROVIDER_6)
	@SEEDS=300 RUNS=2000 $(RUN) -m pytest -n 2 --dist loadfile tests/simulation tests/fuzz
	@$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests/deploy tests/storm tests/longlife tests/processes tests/senders
	@$(RUN) -m pytest tests/outside tests/browser/test_charts.py
	@$(RUN) -m tests.mutation --sample 50

outside: recording $(INSTALLED) $(OUTSIDE) $(PROVIDER_6)
	@$(RUN) -m pytest -q -n 2 --dist load tests/contract tests/simulation
	@$(RUN) -m tests.local.demo
	@$(RUN) -m pytest tests/outside

senders: $(INSTALLED)
	@$(RUN) -m pytest -n 2 --dist loadfile tests/senders

setup: $(INSTALLED)
	@PYTHONPATH=infra-extra $(RUN) -m ops.setup $(STAGE) $(ARGS)

$(ON_A_STAGE): $(INSTALLED)
	@PYTHONPATH=infra-extra $(RUN) -m ops $(subst -, ,$@) $(RELEASED)

simulate-storm: $(INSTALLED)
	@$(RUN) -m tests.storm.draw

fuzz: $(INSTALLED)
	@RUNS=100000 $(RUN) -m pytest -q tests/fuzz

RUNS ?= 10000
SAMPLE ?= 300

simulate: $(INSTALLED)
	@$(RUN) -m tests.simulation --runs $(RUNS)

simulate-mutants: $(INSTALLED)
	@$(RUN) -m tests.simulation.mutants

# A sample of small changes to the code, each of which a test should catch; check-rest has time for a third of them.
mutants: $(INSTALLED) $(MUTMUT)
	@$(RUN) -m tests.mutation --sample $(SAMPLE)

bench: $(INSTALLED)
	@$(RUN) -m tests.bench $(ROWS)

bench-scale: $(INSTALLED)
	@$(RUN) -m tests.bench.scale

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache .hypothesis
