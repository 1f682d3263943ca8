# What a developer and CI do, each by one word. `make` alone lists them.

SWIFT ?= swift
PREFIX ?= /usr
DESTDIR ?=
# Root needs no sudo, and a container may have none.
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
BUILD := .build/debug
FORMATTED := Package.swift Sources Tests migrations Benchmarks

# Tools whose progress the tests see recognised, proxies that they put in front,
# and what they look through those with.
TOOLS := aria2 borgbackup caddy cmake curl ffmpeg git make nginx-light ninja-build openssl \
    p7zip-full parallel pv python3-pytest python3-tqdm restic rsync strace wget zstd

.PHONY: help deps build release demo test test-deps test-clients test-systemd lint format bench install clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## install the Debian packages that building needs
	@set -e; missing=; \
	for package in libsqlite3-dev sqlite3 curl $(MORE); do \
	    dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	    $(SUDO) apt-get update -q; \
	    $(SUDO) apt-get install -qy --no-install-recommends $$missing; \
	fi

build: deps ## build everything for debugging
	$(SWIFT) build --explicit-target-dependency-import-check=error

release: deps ## build the programs as they are installed
	$(SWIFT) build -c release --static-swift-stdlib --product jobd
	$(SWIFT) build -c release --static-swift-stdlib --product jobctl
	# Embedded Swift has no static standard library to ask for.
	$(SWIFT) build -c release --product jobd-supervise
	# Man pages and completions come from the programs' own declarations.
	mkdir -p .build/man
	.build/release/jobctl manual .build/man
	.build/release/jobd --experimental-dump-help \
	    | .build/release/jobctl manual --from - --section 8 .build/man
	.build/release/jobctl completions bash > .build/jobctl.bash
	.build/release/jobctl completions zsh > .build/_jobctl
	.build/release/jobctl completions fish > .build/jobctl.fish

demo: build ## run the main job end to end: submit, stream, kill the daemon, resume
	docs/demo.sh $(BUILD)

test-deps: ## install the Debian packages that testing needs, too
	@$(MAKE) --no-print-directory deps MORE="$(TOOLS)"

test: test-deps ## build and run all tests
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check=error
	SWIFT=$(SWIFT) Tests/run.sh

test-clients: build ## follow jobs with curl, Python, Node and Chromium
	node --test Tests/Dashboard
	Tests/Clients/run.sh $(BUILD)

test-systemd: build ## run the units under a real systemd in a container (as root)
	Tests/Systemd/run.sh $(BUILD)

lint: ## check the format, the units and the scripts
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)
	Tests/Systemd/verify.sh
	@! command -v node >/dev/null || for script in Sources/JobHTTP/Dashboard/*.js; do \
	    node --check $$script || exit 1; \
	done
	@for script in .ci/run docs/demo.sh Tests/*.sh Tests/*/*.sh Benchmarks/*.sh; do \
	    [ ! -e $$script ] || bash -n $$script || exit 1; \
	done

format: ## format the sources
	$(SWIFT) format --in-place --parallel --recursive $(FORMATTED)

bench: release ## measure against peers; prints a table
	$(SWIFT) build -c release --static-swift-stdlib --product ClaimCost
	$(SWIFT) build -c release --static-swift-stdlib --product RecognitionSpeed
	Benchmarks/run.sh .build/release

install: ## install what `make release` has built: PREFIX, DESTDIR
	install -Dm755 .build/release/jobd $(DESTDIR)$(PREFIX)/bin/jobd
	install -Dm755 .build/release/jobctl $(DESTDIR)$(PREFIX)/bin/jobctl
	install -Dm755 .build/release/jobd-supervise $(DESTDIR)$(PREFIX)/libexec/jobd/jobd-supervise
	install -Dm644 systemd/jobd.service $(DESTDIR)$(PREFIX)/lib/systemd/system/jobd.service
	install -Dm644 systemd/jobd.socket $(DESTDIR)$(PREFIX)/lib/systemd/system/jobd.socket
	install -Dm644 systemd/jobd.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/jobd.conf
	install -Dm644 systemd/control-groups.conf $(DESTDIR)$(PREFIX)/share/doc/jobd/control-groups.conf
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/man/man1 .build/man/*.1
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/man/man8 .build/man/jobd.8
	install -Dm644 .build/jobctl.bash \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/jobctl
	install -Dm644 .build/_jobctl $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_jobctl
	install -Dm644 .build/jobctl.fish \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/jobctl.fish

clean: ## remove what was built
	rm -rf .build
