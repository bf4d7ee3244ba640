# Momus needs Go, make and, for `make race` alone, a C compiler. `make` lists the targets.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

ARGS        ?=
SEED        ?= 1
FROM        ?=
SEEDS       ?= 300
FUZZTIME    ?= 30s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Where the optional companions of bench and compat stand: a real Apache Kafka, the load
# generator, the suites of real clients. REQUIRE=all turns each skip for want of one into a failure.
PEER    ?=
BENCH   ?=
SUITES  ?=
REQUIRE ?=
export PEER BENCH SUITES REQUIRE

# The binary is static; race alone turns CGO on.
export CGO_ENABLED := 0

# Seeds begin at FROM; without it `make seeds` begins at the commit's hash, so that every commit is tried by
# others, and whoever compares figures at 1.
COMMIT     = $(shell printf %d 0x$$(git rev-parse --short=8 HEAD 2>/dev/null || echo 1))
SEED_RANGE = $(1)..$(shell expr $(1) + $(SEEDS) - 1)
SIMULATED  = ./core/...,./disk/seglog/...,./disk/ledger/...,./net/frame/...,./cluster

.DEFAULT_GOAL := help
.PHONY: help run build generate test race lint sim seeds simcover determinism fuzz bench groupbench scale compat differential gallery figures clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## serve on localhost:9092 from ./momus-data (ARGS="--override key=value")
	exec bin/momus serve $(ARGS)

build: ## leave the static binary at bin/momus
	go build -trimpath -o bin/momus ./cmd/momus

generate: ## rewrite the generated encodings; a test fails where they are stale
	go generate ./...

test: ## all tests, the guards of the house among them
	go test -vet=off -timeout 15m ./...

race: export CGO_ENABLED := 1
race: ## the tests under the race detector, where anything runs in parallel
	go test -vet=off -race -short -timeout 20m ./core/... ./disk/... ./net/... ./cluster/...

lint: ## gofmt, vet, staticcheck
	@unformatted=$$(gofmt -l .); \
	  if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...

sim: build ## one seed, with its trace (SEED=1)
	bin/momus sim --seed $(SEED) --trace

seeds: build ## many seeds from the commit's hash on, against the floors (FROM=1 SEEDS=300)
	bin/momus sim --seeds $(call SEED_RANGE,$(or $(FROM),$(COMMIT))) --floors

simcover: ## what seeds alone cover, by package, and what they leave out (FROM=1 SEEDS=300)
	rm -rf out/simcover && mkdir -p out/simcover
	go build -cover -coverpkg=./cmd/momus,$(SIMULATED) -o bin/momus-cover ./cmd/momus # without main it writes nothing
	GOCOVERDIR=out/simcover bin/momus-cover sim --seeds $(call SEED_RANGE,$(or $(FROM),1))
	go tool covdata textfmt -i=out/simcover -o out/simcover/all.txt
	grep -v '/cmd/momus/' out/simcover/all.txt > out/simcover.txt
	go tool cover -func=out/simcover.txt | awk '$$3 == "0.0%" && !/_gen\.go:/ { print $$1, $$2 }' > out/simcover-functions.txt
	@awk -v seeds=$(SEEDS) -f scenarios/coverage/packages.awk out/simcover.txt
	@echo "out/simcover-functions.txt lists the functions that no seed called; docs/simcover.md says why"

determinism: build ## the same seeds in other processes: other GOMAXPROCS, GOGC, -race, unoptimised
	CGO_ENABLED=1 go build -race -o bin/momus-race ./cmd/momus
	go build -gcflags='all=-N -l' -o bin/momus-plain ./cmd/momus
	scenarios/determinism/run.sh

fuzz: ## every fuzz target in turn (FUZZTIME=30s)
	@{ grep -rlE '^func Fuzz' --include='*_test.go' . || echo "no fuzz targets" >&2; } | sort | while read -r file; do \
	  for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file"); do \
	    echo "$$name in $$(dirname "$$file")"; \
	    go test -vet=off -run '^$$' -fuzz "^$$name$$" -fuzzminimizetime 200x -fuzztime $(FUZZTIME) "$$(dirname "$$file")"; \
	  done; \
	done

bench: build ## the load, beside a real Kafka where PEER and BENCH say where
	scenarios/bench/run.sh

groupbench: build ## consumer groups: many, large ones, commits, loading; beside a real Kafka (PEER)
	scenarios/bench/groups.sh

scale: build ## thousands of partitions and recovery, beside a real Kafka (PEER); rewrites docs/bench.md
	scenarios/bench/scale.sh

compat: build ## real clients against the binary (PEER, SUITES; REQUIRE=all)
	scenarios/compat/run.sh
	ARGS= scenarios/differential/run.sh

differential: build ## a real Kafka and ours are asked the same (PEER; ARGS="-only Fetch -v")
	scenarios/differential/run.sh

gallery: ## every mutation must be caught by the judge that it names
	go run ./scenarios/gallery

figures: ## numbers that the guards keep
	@go test -vet=off -count=1 -v -run '^TestWhatIsNotSimulatedIsThin$$' . | sed -n 's/^.*FIGURE/FIGURE/p'

clean: ## remove what was built
	rm -rf bin out
