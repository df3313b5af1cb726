# Everything a machine with a Swift toolchain needs: `make dev`, `make test`.
SHELL := /bin/bash
SWIFT ?= swift
JOBS ?= $(shell nproc)
NODES ?= 2
VENV := .build-tools/venv
# Most of an end-to-end test is waiting: so many of their files run at once.
FILES ?= 3
# One after the other: each has the machine to itself.
SUITES := $(filter %Tests,$(notdir $(wildcard Tests/*)))

.PHONY: dev build release packages tools test test-swift test-end-to-end test-tsan test-life fuzz lint bench clean

## A whole local cluster with its own Redis and PostgreSQL; more options in ARGS: make dev ARGS=--ephemeral
dev: packages build
	$(shell $(SWIFT) build --show-bin-path)/tocsin dev --nodes $(NODES) $(ARGS)

build:
	$(SWIFT) build -j $(JOBS) --product tocsin

release: packages
	$(SWIFT) build -j $(JOBS) -c release --product tocsin

## The system packages: C libraries, Redis, PostgreSQL.
packages:
	@.ci/packages

## What the end-to-end tests need beyond that.
tools: packages
	@.ci/tools $(VENV)

## All tests.
test: lint test-swift test-end-to-end

test-swift: packages
	$(SWIFT) build -j $(JOBS) --build-tests
	for target in $(SUITES); do $(SWIFT) test --skip-build --filter "^$$target\." || exit 1; done

test-end-to-end: tools
	$(SWIFT) build -j $(JOBS) --product tocsin
	TOCSIN_BINARY="$$($(SWIFT) build --show-bin-path)/tocsin" \
		$(VENV)/bin/python -m pytest -q -n $(FILES) --dist loadfile Tests/EndToEnd

## The long life of a node that `make test` has in short: some twenty minutes on the release build.
test-life: tools release
	TOCSIN_TEST_LIFE=long TOCSIN_BINARY="$$($(SWIFT) build -c release --show-bin-path)/tocsin" \
		$(VENV)/bin/python -m pytest -q -s Tests/EndToEnd/test_life.py

## What starts no process of its own, under ThreadSanitizer.
# It does not see the locks of Synchronization's Mutex (Swift 6.3 on Linux): where threads meet at one, it reports what
# the lock guards. These suites have no reports.
test-tsan: packages
	$(SWIFT) build -j $(JOBS) --build-tests --sanitize=thread --scratch-path .build-tsan
	$(SWIFT) test --skip-build --sanitize=thread --scratch-path .build-tsan --filter 'TocsinCoreTests|TocsinEngineTests|TocsinServerTests'

## The fuzz tests of `make test` with a hundred times as many inputs, of another seed each time (SEED, FACTOR).
fuzz: SEED ?= $(shell date +%s)
fuzz: FACTOR ?= 100
fuzz: packages
	$(SWIFT) build -j $(JOBS) --build-tests
	TOCSIN_FUZZ_SEED=$(SEED) TOCSIN_FUZZ_FACTOR=$(FACTOR) $(SWIFT) test --skip-build --filter FuzzTests

lint:
	$(SWIFT) format lint -r --strict Package.swift Sources Tests

clean:
	rm -rf .build .build-tsan .build-tools
