"""Measures in one database: python -m benchmarks --database NAME [--customers N | --index on|off] -- <odoo options>.

With --touchpoints ROWS, of the report of touchpoints instead; with --touchpoints 0, its measurements. With --campaigns
generate, campaigns with what they reached and cost; with --campaigns measure, their measurements. With --predictions,
those of what customers may do next; with --plan, the plans of salespeople.

Everything is timed in one run, warm, five times in turn; printed is the median with the spread, and its ratio to B,
the bare aggregation under the same settings.
"""

import argparse
import importlib

import odoo.api
import odoo.modules.registry
from odoo.tools import config


def main():
    """Generate the companies where there are none; then, in a run of its own, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, help="generate this many where there are none, and stop")
    parser.add_argument("--index", choices=["on", "off"], help="make or drop the covering index, and stop")
    parser.add_argument("--full", action="store_true", help="measure only the computation of everything")
    parser.add_argument("--touchpoints", type=int, help="generate this many rows of touches, and stop; 0: measure them")
    parser.add_argument("--campaigns", choices=["generate", "measure"], help="campaigns' rows, or their measurements")
    parser.add_argument("--plan", action="store_true", help="measure only the plans of salespeople")
    parser.add_argument("--predictions", action="store_true", help="measure only the predictions")
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    generator = importlib.import_module("benchmarks.generator")
    measurements = importlib.import_module("benchmarks.measurements")  # imports the addon, found by now
    registry = odoo.modules.registry.Registry(chosen.database)
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {"tracking_disable": True, "tz": "UTC"})
        if chosen.touchpoints is not None:
            _touchpoints(env, chosen.touchpoints)
            return
        if chosen.campaigns:
            _campaigns(env, chosen.campaigns)
            return
        companies = env["res.company"].search([("name", "=like", "Bench %")])
        if chosen.customers:
            if not companies:
                generator.generate(env, chosen.customers)
            return
        if chosen.index:
            env["res.config.settings"].create({"pareto_covering_index": chosen.index == "on"}).set_values()
            return
        if chosen.plan:
            bench = importlib.import_module("benchmarks.plan").PlanBench(env, companies)
        elif chosen.predictions:
            bench = importlib.import_module("benchmarks.predictions").PredictionBench(env, companies)
        else:
            bench = measurements.Bench(env, companies)
        if chosen.full:
            bench.run_full()
        else:
            bench.run()
        print(bench.report())


def _touchpoints(env, rows):
    if not rows:
        bench = importlib.import_module("benchmarks.touchpoints").TouchpointBench(env)
        bench.run()
        print(bench.report())
    elif not env["res.users"].search([("login", "=", "bench_manager")]):
        counts = importlib.import_module("benchmarks.touchpoint_rows").generate(env, rows)
        print("\n".join(f"{table:32}{count:>12,}" for table, count in counts.items()))


def _campaigns(env, action):
    if action == "measure":
        companies = env["res.company"].search([("name", "=like", "Bench %")])
        bench = importlib.import_module("benchmarks.campaigns").CampaignBench(env, companies)
        bench.run()
        print(bench.report())
    elif not env["utm.campaign"].search_count([("title", "=like", "Bench Campaign %")]):
        counts = importlib.import_module("benchmarks.campaign_rows").generate(env)
        print("\n".join(f"{what:32}{count:>12,}" for what, count in counts.items()))


if __name__ == "__main__":
    main()
