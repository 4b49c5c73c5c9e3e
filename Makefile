# Two commands do everything on a fresh Debian machine: `make run` and `make test`.
target := $(or $(CARGO_TARGET_DIR),target)
signalbox := $(target)/release/signalbox
# Where scripts/tools.sh puts what the checks run.
export PATH := $(abspath $(or $(BUILD_CACHE),.cache))/tools/bin:$(PATH)

.NOTPARALLEL:
.PHONY: help run build setup image hub-image test lint bench screenshots
help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: ## set up what is missing, build, start the hub
	@scripts/setup.sh run
	@$(MAKE) --no-print-directory build image
	@exec "$(signalbox)" serve

build:
	@cargo build --locked --release --package signalbox

setup: ## install what building and testing need, start the Docker engine
	@scripts/setup.sh test

image: ## build the sandbox image, signalbox-runner, where it is missing or out of date
	@runner/build.sh

hub-image: build ## build the hub's own image, signalbox
	@scripts/hub-image.sh "$(signalbox)"

test: setup image ## check everything and run all tests
	@scripts/test.sh

lint: ## only the checks
	@scripts/tools.sh
	@scripts/lint.sh

bench: setup image ## measure the bridge against the bare CLI, side by side
	@cargo bench --locked --quiet --package signalbox --bench bridge

screenshots: setup image ## take the pictures of every page in docs/screenshots anew
	@SIGNALBOX_WRITE_DOCS=1 cargo nextest run --locked --cargo-quiet --workspace -E 'test(/^browser::pictures/)'
