# The one door: people and CI call these targets and nothing else. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr
DESTDIR ?=
# What `install` and `test-host` take as the daemon; the default is built for them.
BIN ?=

# A target may import only what Package.swift gives it: the walls hold, or the build fails.
SWIFT_BUILD := swift build --explicit-target-dependency-import-check error
SWIFT_TEST := swift test --explicit-target-dependency-import-check error
# The Swift library goes into the binary, so that it runs where no toolchain is.
RELEASE := -c release --static-swift-stdlib --product jiayuan
VENV := .build-venv
# Worlds that every change is tried in; over them every fault fires and every decision is taken.
CI_SEEDS := 100
PYTEST := $(VENV)/bin/python -m pytest -q

BUILD_PACKAGES := libcurl4-openssl-dev libsqlite3-dev zlib1g-dev libqrencode-dev libminizip-dev libexpat1-dev \
    libxlsxwriter-dev
# chromium and a Chinese font look at the pages; strace counts fdatasync; ip makes the networks that are cut; LibreOffice
# writes workbooks (90 MB to fetch, 40 seconds).
TEST_PACKAGES := python3 python3-venv strace iproute2 procps systemd curl chromium chromium-driver fonts-wqy-microhei \
    libreoffice-calc-nogui
TEST_MODULES := pytest pytest-xdist openpyxl playwright axe-playwright-python fhir.resources schemathesis scipy
# Prometheus scrapes an aggregator. Debian's package starts a service, so it is unpacked here and not installed (20 MB).
PROMETHEUS := .build-prometheus
HOST_PACKAGES := debootstrap systemd-container iproute2 procps python3

# $(call packages,NAMES): installs what is missing of Debian's packages, or says how to.
define packages
	missing=(); for p in $(1); do \
	    dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || missing+=($$p); done; \
	if [ $${#missing[@]} -gt 0 ]; then \
	    if ! command -v apt-get >/dev/null; then \
	        echo "These are needed (names of Debian's packages); install your system's: $${missing[*]}" >&2; \
	        echo "This machine has no apt-get, so nothing was checked; going on." >&2; exit 0; fi; \
	    apt="apt-get install -y --no-install-recommends $${missing[*]}"; \
	    if [ "$$(id -u)" = 0 ]; then root=(env); \
	    elif sudo -n true 2>/dev/null; then root=(sudo -n env); \
	    else echo "Missing packages: $${missing[*]}" >&2; echo "Install them: sudo $$apt" >&2; exit 1; fi; \
	    echo "installing $${missing[*]}"; \
	    "$${root[@]}" apt-get update -qq </dev/null || echo "apt-get update failed; trying with the lists at hand" >&2; \
	    "$${root[@]}" DEBIAN_FRONTEND=noninteractive $$apt -qq </dev/null >/dev/null; \
	fi
endef

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | \
	    while IFS=$$'\t' read -r target text; do printf '  make %-11s %s\n' "$$target" "$$text"; done

.PHONY: setup
setup: ## install the system packages that a build needs (apt, where it may)
	@command -v swift >/dev/null || { echo "swift isn't on PATH: install Swift 6.3 from https://www.swift.org/install/linux/" >&2; exit 1; }
	@$(call packages,$(BUILD_PACKAGES))

.PHONY: setup-test
setup-test: setup ## … and those that the tests need, with Python's in .build-venv
	@$(call packages,$(TEST_PACKAGES))
	@[ -x $(PROMETHEUS)/usr/bin/promtool ] || command -v promtool >/dev/null || { mkdir -p $(PROMETHEUS); cd $(PROMETHEUS); \
	    command -v apt-get >/dev/null || { echo "tests need prometheus and promtool on PATH" >&2; exit 0; }; \
	    echo "unpacking prometheus"; \
	    apt-get download -qq -o APT::Sandbox::User=root prometheus </dev/null && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb || \
	    { echo "prometheus can't be fetched; its lists may be missing: apt-get update" >&2; exit 1; }; }
	@$(VENV)/bin/python -c 'import pytest, xdist, openpyxl, playwright, axe_playwright_python, fhir.resources, schemathesis, scipy' 2>/dev/null || \
	    { python3 -m venv --clear $(VENV) && $(VENV)/bin/python -m pip install --quiet $(TEST_MODULES) </dev/null; }

.PHONY: build
build: setup ## debug build
	@$(SWIFT_BUILD)

.PHONY: release
release: setup ## release build, .build/release/jiayuan
	@$(SWIFT_BUILD) $(RELEASE)

.PHONY: demo
demo: build ## the evening of 6 April: six compounds, two districts, a city [ONCE=1] [SEED=n] [SABOTAGE=drop-row|double-count|stale-as-current|inward-rounding]
	@.build/debug/jiayuan demo $(if $(filter-out 0,$(ONCE)),--once) $(if $(SEED),--seed $(SEED)) $(if $(SABOTAGE),--sabotage $(SABOTAGE))

.PHONY: test
test: setup-test build ## unit tests, simulated worlds, tests over real processes and of the systemd units
	@$(SWIFT_TEST) --skip ProfileTests --skip aThousandEvenings
	@# Tests over processes mostly wait: two files of them run side by side, the longest first, and what only computes takes the
	@# time that they leave.
	@logs=$$(mktemp -d); trap 'rm -rf "$$logs"' EXIT; failed=0; \
	nice -n 19 $(MAKE) --no-print-directory profile evenings worlds >"$$logs/computed" 2>&1 & computed=$$!; \
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder Tests/Browser Tests/EndToEnd Tests/Deploy | tee "$$logs/processes" || failed=1; \
	wait $$computed || failed=1; \
	cat "$$logs/computed"; grep -E '^(FAILED|ERROR) |^[0-9].* in [0-9.]+s' "$$logs/processes" || failed=1; \
	exit $$failed

.PHONY: profile
profile: setup ## 325 real nodes with one aggregator: every total equals the truth
	@$(SWIFT_TEST) --filter ProfileSTests

.PHONY: evenings
evenings: setup ## nine times a thousand evenings: how often a projected finish holds
	@$(SWIFT_TEST) --filter aThousandEvenings

.PHONY: profile-m
profile-m: setup ## a city of 1,680 real nodes in which everything fails, a quarter of an hour [SEED=n] [EVERY=n-th unit only]
	@JIAYUAN_LONG=1 $(if $(SEED),JIAYUAN_SEED=$(SEED)) $(if $(EVERY),JIAYUAN_EVERY=$(EVERY)) $(SWIFT_TEST) --filter ProfileMTests

.PHONY: worlds
worlds: build ## the simulated worlds that every change is tried in, and 40 of its own
	@.build/debug/jiayuan simulate --seeds $(CI_SEEDS) --complete
	@.build/debug/jiayuan simulate --seeds 40 --from $$((16#$$(git rev-parse --short=8 HEAD 2>/dev/null || echo 1)))

.PHONY: test-long
test-long: export JIAYUAN_LONG = 1
test-long: test ## the same with the long runs (JIAYUAN_LONG=1), profile M, 100,000 simulated worlds and 5,000 of them on disks
	@$(MAKE) --no-print-directory profile-m
	@$(MAKE) --no-print-directory simulate SEEDS=100000
	@$(MAKE) --no-print-directory simulate SEEDS=5000 DEPTH=disk

.PHONY: simulate
simulate: release ## worlds in which everything goes wrong, release build [SEEDS=1000] [FROM=1] [DEPTH=memory|disk]
	@.build/release/jiayuan simulate --seeds $(or $(SEEDS),1000) --from $(or $(FROM),1) --depth $(or $(DEPTH),memory)

.PHONY: fuzz
fuzz: setup ## libFuzzer on everything that reads bytes from outside [SECONDS=60] [TARGET=wire|staging|…]
	@JIAYUAN_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product Fuzz
	@Tests/Fuzz/fuzz.sh .build-fuzz/release/Fuzz $(or $(SECONDS),60) $(TARGET)

.PHONY: sanitize sanitize-thread sanitize-address
sanitize: sanitize-thread sanitize-address ## unit tests under both sanitizers (an hour)

sanitize-thread: setup ## unit tests under the thread sanitizer
	@$(SWIFT_TEST) --sanitize=thread --scratch-path .build-tsan

sanitize-address: setup ## unit tests under the address sanitizer
	@# Without leaks: Swift keeps tags in pointers, and the detector loses what is behind them.
	@ASAN_OPTIONS=detect_leaks=0:suppressions=$(CURDIR)/Tests/Sanitizers/address.txt \
		$(SWIFT_TEST) --sanitize=address --scratch-path .build-asan

.PHONY: test-host
test-host: ## one Debian 12 machine with systemd: install, cable pulled, kill -9 [BIN=path] (root)
	@[ "$$(id -u)" = 0 ] || { echo "test-host boots a machine: run it as root (sudo make test-host)" >&2; exit 1; }
	@$(call packages,$(HOST_PACKAGES))
	@$(if $(BIN),,$(MAKE) --no-print-directory release)
	@Tests/Host/host.sh $(or $(BIN),.build/release/jiayuan)

.PHONY: check
check: setup-test ## formatting, house rules, units of systemd
	@swift format lint -r Sources Tests Package.swift --strict
	@python3 Tests/Deploy/house_rules.py
	@systemd-analyze security --offline=true --threshold=15 Deploy/systemd/*.service | grep Overall

.PHONY: format
format: ## rewrite the sources in the house format
	@swift format -i -r Sources Tests Package.swift

.PHONY: bench
bench: release ## benchmark, release build
	@.build/release/jiayuan bench

.PHONY: install
install: ## binary, units, account, tables [DESTDIR=] [PREFIX=/usr] [BIN=path]
	@$(if $(BIN),,$(MAKE) --no-print-directory release)
	@install -D -m 755 $(or $(BIN),.build/release/jiayuan) $(DESTDIR)$(PREFIX)/bin/jiayuan
	@install -d $(DESTDIR)$(PREFIX)/lib/systemd/system/jiayuan-.service.d
	@for unit in $$(cd Deploy/systemd && find . -type f); do \
	    sed 's#/usr/bin/#$(PREFIX)/bin/#; s#/usr/share/#$(PREFIX)/share/#' "Deploy/systemd/$$unit" | \
	    install -m 644 /dev/stdin "$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit"; done
	@install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/sysusers.d Deploy/sysusers.d/jiayuan.conf
	@install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/tmpfiles.d Deploy/tmpfiles.d/jiayuan.conf
	@install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/jiayuan Config/*
	@install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/jiayuan Deploy/README.md
	@[ -n "$(DESTDIR)" ] || echo "now: systemd-sysusers && systemd-tmpfiles --create jiayuan.conf && systemctl daemon-reload"

.PHONY: clean
clean: ## remove what builds, demo and tests left (packages stay fetched)
	@! grep -q " $(CURDIR)/.test-host" /proc/mounts || { echo ".test-host is in use: end that run first" >&2; exit 1; }
	@rm -rf --one-file-system .demo .bench .test-host $(VENV) $(PROMETHEUS)
	@swift package clean
