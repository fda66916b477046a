# Every target is a script in scripts/; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test test-full test-browsers test-python test-spark test-torch pkg site build edge bench lint fmt clean clean-cache

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Honoured: PORT, CARGO_TARGET_DIR, CHROME, CHROMEDRIVER, MIDPG_DATA, MIDPG_CACHE."

demo: ## set up, build, serve the page and print its address
	@bash scripts/demo.sh

test: ## set up, then every check and test of CI
	@bash scripts/test.sh

test-full: ## make test and the wider matrix: features, edge builds, other browsers, Deno, sanitizer, Miri
	@bash scripts/test-full.sh

test-browsers: ## the page and the package in Firefox and WebKit
	@bash scripts/browsers.sh

test-python: ## the Python package: wheel, clean environment, tests
	@bash scripts/python.sh python

test-spark: ## Spark and Ray on this machine (Java 17)
	@bash scripts/python.sh spark

test-torch: ## PyTorch against Rust, in one process and many (a large download, once)
	@bash scripts/python.sh torch

pkg: ## the npm package, into pkg/
	@bash scripts/pkg.sh

site: ## the page as a static folder for any host and sub-path
	@bash scripts/site.sh

build: ## the release `midpg`; prints its path
	@bash scripts/build.sh

edge: ## the small command and the C library for edge devices, into dist/edge/
	@bash scripts/edge.sh

bench: ## the benchmarks of the training step and the kernels (benches/peers has others')
	@bash scripts/bench.sh

lint: ## formatting, clippy, shellcheck, the page's checks
	@bash scripts/lint.sh

fmt: ## format Rust and the page
	@bash scripts/fmt.sh

clean: ## remove what was built into this clone (the page's npm packages stay)
	@bash scripts/clean.sh

clean-cache: ## remove the shared cache (tools, dependencies, packages) too
	@bash scripts/clean.sh --cache
