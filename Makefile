# One set of build flags everywhere, so that every target shares the build cache.
GO      ?= go
export GOFLAGS := -mod=readonly -buildvcs=false
VERSION ?= dev
LDFLAGS := -X github.com/awsready/awsready/cmd/internal/assess.Version=$(VERSION)
VENV    := .venv

.PHONY: build demo test property lint generate integration bench clean

build: ## build bin/awsready
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/awsready ./cmd/awsready

demo: build ## scan the embedded demo account
	./bin/awsready scan --demo --out awsready-demo

test: ## run the tests, with the race detector; those that scan hundreds of times also without it
	$(GO) test -race -short ./...
	$(GO) test ./cmd/internal/assess

property: ## try the properties of the score on 10,000 random accounts
	AWSREADY_ACCOUNTS=10000 $(GO) test -count=1 -timeout 60m -run TestRandomAccounts ./cmd/internal/assess

lint: ## check format, vet, static analysis and the direction of imports
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w .'; exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	$(GO) tool -modfile=tools/go.mod depguard ./...

generate: ## write golden files and documents anew
	AWSREADY_UPDATE=1 $(GO) test ./...

integration: build $(VENV)/.installed ## run against emulators and AWS's own service models
	AWSREADY_INTEGRATION=$(CURDIR)/$(VENV) $(GO) test -count=1 -timeout 20m -v ./integration/...

$(VENV)/.installed: integration/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r integration/requirements.txt
	touch $@

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

clean:
	rm -rf bin $(VENV) awsready-demo
