# Everything goes through `python3 -m dev`, which needs nothing but Python 3.10 to 3.13.
PYTHON ?= python3
DEV = $(PYTHON) -m dev

.PHONY: help demo demo-data test fuzz host-test replica-test fault-test life-test release-dump lint bench pot pictures clean
.DEFAULT_GOAL := help
DEMO_WORDS = $(if $(DATA),--data "$(DATA)") $(if $(CURRENCY),--currency "$(CURRENCY)") \
	$(if $(DECIMAL),--decimal "$(DECIMAL)") $(if $(DATES),--dates "$(DATES)")

help: ## show these lines
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: ## Odoo 19 with crm_pareto and the demo company on 127.0.0.1 (PORT=8069; DATA=cdnow or cdnow-full: real histories; DATA=sales.csv: your own)
	@$(DEV) demo $(DEMO_WORDS)

demo-data: ## the same without serving (of a file: CURRENCY=EUR; where it does not tell, DECIMAL=comma, DATES=dmy)
	@$(DEV) demo-data $(DEMO_WORDS)

test: ## the tests, browser included (T=tests/value for a room, or a file; DATE=2028-02-29 as if on that day)
	@$(DEV) test $(if $(DATE),--date "$(DATE)") $(T)

replica-test: ## every page of ours on a primary and a replica: what reaches the primary
	@$(DEV) replica-test

fault-test: ## every job injured at random moments: what is left, and whether a rerun ends it (SEED=1; TIMES=3 each)
	@$(DEV) fault-test $(if $(SEED),--seed $(SEED)) $(if $(TIMES),--times $(TIMES))

fuzz: ## every public method called with nonsense over HTTP (SEED=1; CALLS=5000), and every path to a guarded figure
	@FUZZ_SEED=$(or $(SEED),1) FUZZ_CALLS=$(or $(CALLS),5000) ALL_PATHS=1 $(DEV) test tests/rights/test_fuzz.py tests/rights/test_rights_sweep.py

life-test: ## a database's life: install over a year of data, upgrade, back up, copy, uninstall (T=tests/life/test_x.py)
	@$(DEV) test $(or $(T),tests/life)

release-dump: ## write a database that this version was used in, which later ones are tested to upgrade
	@$(DEV) release-dump

host-test: ## Odoo's own tests without and with the addon, and what differs (APPS="crm sale" for a part)
	@$(DEV) host-test $(APPS)

lint: ## every style and safety check
	@$(DEV) lint

bench: ## timings as ratios to the bare aggregation (N="10000 100000" customers; TOUCHPOINTS=10000000 rows: the timeline; CAMPAIGNS=1)
	@$(DEV) bench $(N) $(if $(TOUCHPOINTS),--touchpoints $(TOUCHPOINTS)) $(if $(CAMPAIGNS),--campaigns)

pot: ## write crm_pareto/i18n/crm_pareto.pot from the code
	@$(DEV) pot

pictures: ## take the README's pictures from the running demo (docs/)
	@$(DEV) pictures

clean: ## remove all that the other commands made
	@$(DEV) clean
