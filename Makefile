# The two commands of a new machine are `make run` and `make test`; both install what they need from Debian as root,
# and otherwise name it.

DATA ?= .cache/data
RUN_OPTIONS ?=
BENCH_OPTIONS ?=

.PHONY: help run build console test test-hosts bench lint clean

help:
	@echo "make run         build, start server and agent here, and show what this machine lacks"
	@echo "make test        every check and every test"
	@echo "make test-hosts  enrol, deploy and verify on Debian hosts made for it (root)"
	@echo "make bench       measurements beside their floors"
	@echo "make lint        make test's checks without the tests, and those that need further tools"
	@echo "make clean       remove what was built (the data in $(DATA) stays)"

run: build
	./target/release/fettle here --data $(DATA) $(RUN_OPTIONS)

# The console goes into the server's binary, so it is built first.
# The agent has a profile of its own, and comes to lie beside the server, which starts it in `run`.
build: console
	cargo build --release --locked -p fettle
	cargo build --profile agent --locked -p fettle-agent
	install -m 755 target/agent/fettle-agent target/release/fettle-agent

console: console/dist/index.html

# Built anew only where something of it changed: `make run` goes on where it was, and at once.
console/dist/index.html: $(shell find console -type d \( -name node_modules -o -name dist \) -prune -o -type f -print)
	@scripts/packages build
	cd console && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build

test:
	@scripts/packages build test
	@scripts/test

test-hosts: console
	@scripts/packages test
	cargo build --locked --workspace
	cargo test --locked -p fettle-testhost -p fettle-agent -- --nocapture
	cargo test --locked -p fettle-e2e -- --nocapture --include-ignored

bench:
	@scripts/packages build test bench
	cargo build --release --locked -p fettle-bench
	./target/release/fettle-bench $(BENCH_OPTIONS)

lint:
	@scripts/packages build
	@scripts/lint

clean:
	cargo clean
	rm -rf console/node_modules console/dist
