"""Measures in one database: python -m benchmarks --database NAME --measure WHAT -- <odoo options>.

What is measured is generated before, in a run of its own: --generate WHAT --count N. Everything is timed in one run,
warm, several times in turn; printed is the median with the spread, and its ratio to B, the bare aggregation under the
same settings. With --results FILE the figures are written there as JSON as well.
"""

import argparse
import importlib
import json
from pathlib import Path

import odoo.api
import odoo.modules.registry
from odoo.tools import config

# What can be measured, and the class that does. Imported when the addon can be found.
BENCHES = {
    "values": ("measurements", "Bench"),
    "index": ("measurements", "IndexBench"),
    "predictions": ("predictions", "PredictionBench"),
    "plan": ("plan", "PlanBench"),
    "peers": ("peers", "PeerBench"),
    "memory": ("memory", "MemoryBench"),
    "campaigns": ("campaigns", "CampaignBench"),
    "touchpoints": ("touchpoints", "TouchpointBench"),
}


def main():
    """Generate what there is none of; or, in a run of its own, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--generate", choices=["customers", "campaigns", "touchpoints"])
    parser.add_argument("--count", type=int, help="customers, or rows of touches")
    parser.add_argument("--index", choices=["on", "off"], help="make or drop the covering index")
    parser.add_argument("--measure", choices=BENCHES)
    parser.add_argument("--results", type=Path, help="a file for the figures, as JSON")
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    with odoo.modules.registry.Registry(chosen.database).cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {"tracking_disable": True, "tz": "UTC"})
        if chosen.generate:
            _generate(env, chosen.generate, chosen.count)
        if chosen.index:
            env["res.config.settings"].create({"pareto_covering_index": chosen.index == "on"}).set_values()
        if chosen.measure:
            _measure(env, chosen.measure, chosen.results)


def _generate(env, what, count):
    counts = {}
    if what == "customers" and not _companies(env):
        _module("generator").generate(env, count)
    elif what == "campaigns" and not env["utm.campaign"].search_count([("title", "=like", "Bench Campaign %")]):
        counts = _module("campaign_rows").generate(env)
    elif what == "touchpoints" and not env["res.users"].search([("login", "=", "bench_manager")]):
        counts = _module("touchpoint_rows").generate(env, count)
    print("\n".join(f"{name:32}{number:>12,}" for name, number in counts.items()))


def _measure(env, what, file):
    module, name = BENCHES[what]
    bench = getattr(_module(module), name)(env, _companies(env) or env.company)
    bench.run()
    print(bench.report())
    if file:
        file.write_text(json.dumps(bench.results()))


def _companies(env):
    return env["res.company"].search([("name", "=like", "Bench %")])


def _module(name):
    return importlib.import_module(f"benchmarks.{name}")


if __name__ == "__main__":
    main()
