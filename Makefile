# All that a person or CI types. `make` alone lists it.

CARGO ?= cargo
NAME := hbnb
# What `make setup` installs for the tests. What is missing stays empty, and the tests that need it say so.
TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/hbnb-tests
test containers: export HBNB_TEST_SCHEMATHESIS ?= $(wildcard $(TOOLS)/schemathesis/bin/schemathesis)
test containers: export HBNB_TEST_CHROMEDRIVER ?= $(shell command -v chromedriver)
test containers: export HBNB_TEST_AXE ?= $(wildcard $(TOOLS)/npm/node_modules/axe-core/axe.min.js)
bench: export HBNB_TEST_GUNICORN ?= $(wildcard $(TOOLS)/gunicorn/bin/gunicorn)
containers: export HBNB_TEST_HADOLINT ?= $(wildcard $(TOOLS)/linters/bin/hadolint)
containers: export HBNB_TEST_JSONSCHEMA ?= $(wildcard $(TOOLS)/linters/bin/check-jsonschema)
test cluster manifests: export HBNB_TEST_HELM ?= $(or $(wildcard $(TOOLS)/go/helm4/helm),$(shell command -v helm))
cluster: export HBNB_TEST_CRDS ?= $(wildcard $(TOOLS)/crds)
test cluster: export HBNB_TEST_HELM3 ?= $(wildcard $(TOOLS)/go/helm3/helm)
test: export HBNB_TEST_KUBE_SCORE ?= $(or $(shell command -v kube-score),$(wildcard $(TOOLS)/go/kube-score/kube-score))
test: export HBNB_TEST_KUBERNETES_VALIDATE ?= $(wildcard $(TOOLS)/linters/bin/kubernetes-validate)
test containers: export HBNB_TEST_VNU ?= $(wildcard $(TOOLS)/npm/node_modules/vnu-jar/build/dist/vnu.jar)

.DEFAULT_GOAL := help
.PHONY: help setup build run check format test heavy bench images containers cluster manifests roll clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: ## Install what the checks and tests need (Debian, as root; elsewhere it says what is missing)
	@tests/setup.sh

build: ## Build all programs, optimised, into target/release
	$(CARGO) build --release --workspace --exclude hbnb-tests --bins --locked

run: ## Run the site with demo data on http://127.0.0.1:8080 (database: hbnb.db)
	$(CARGO) run --release --locked --package $(NAME) -- serve

format: ## Format the code
	$(CARGO) fmt --all

check: ## Format, lints, shell scripts, documentation, licences, layering: what CI asks of every change
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked
	shellcheck docker/*.sh deploy/nginx/containers/*.sh deploy/systemd/*.sh deploy/nginx/tasks/4-reload_gunicorn_no_downtime tests/*.sh .ci/run
	$(CARGO) deny check bans licenses sources
	$(CARGO) test --package hbnb-tests --test layering --locked

test: ## All tests that need no container, on SQLite and on a PostgreSQL of their own
	@$(CARGO) run --quiet --locked --package hbnb-tests --bin run-tests

heavy: ## The tests that take long: memory of a list of 200,000 places, idle memory, thousands of slow clients, twenty takeovers and stops, thirty reloads
	$(CARGO) build --release --locked --package $(NAME)
	@HBNB_TEST_HEAVY=1 HBNB_TEST_AT_ONCE=2 HBNB_TEST_BIN_DIR=$${CARGO_TARGET_DIR:-$(CURDIR)/target}/release $(CARGO) run --quiet --locked --package hbnb-tests --bin run-tests -- --locked --test memory --test slow_clients --test drain_load --test replaced

bench: build ## Measure: each figure is a ratio against a peer in the same run
	$(CARGO) bench --locked --package hbnb-domain --bench search
	$(CARGO) bench --locked --package hbnb-domain --bench lists
	$(CARGO) bench --locked --package hbnb-api --bench middleware
	$(CARGO) bench --locked --package hbnb-tests --bench serve
	$(CARGO) bench --locked --package hbnb-assets --bench nginx
	$(CARGO) bench --locked --package hbnb --bench page
	$(CARGO) bench --locked --package hbnb --bench workers

images: ## Build the images hbnb/web, api, assets and hbnb, tagged with the version (or HBNB_TAG)
	HBNB_REVISION=$$(git describe --always --dirty --abbrev=40 2>/dev/null) docker compose build web api assets secrets

containers: images ## The tests of the containers, with a Docker engine
	@HBNB_TEST_CONTAINERS=1 RUST_TEST_THREADS=$${RUST_TEST_THREADS:-4} $(CARGO) run --quiet --locked --package hbnb-tests --bin run-tests -- --locked --test containers --test warm_rebuild

cluster: images ## The tests of the chart in the cluster of KUBECONFIG, whose nodes this machine reaches; HBNB_CLUSTER_LOAD brings images there (kind load docker-image)
	@HBNB_TEST_CLUSTER=1 RUST_TEST_THREADS=$${RUST_TEST_THREADS:-3} $(CARGO) run --quiet --locked --package hbnb-tests --bin run-tests -- --locked --test cluster

manifests: ## Write what is made of the chart anew: deploy/kubernetes/base, the table of its README
	@HBNB_TEST_UPDATE=1 $(CARGO) test --quiet --locked --package hbnb-tests --test chart -- the_readme the_manifests

roll: ## Put the images of another tag (HBNB_TAG) behind the edge that runs, without losing a request
	@docker/roll.sh

clean: ## Remove what was built
	$(CARGO) clean
