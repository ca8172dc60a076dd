"""Fills one database with demo data: python -m dev.demo --database NAME --data company -- <odoo options>.

Prints `NN% what` as it goes, then what it has to tell. Everything is committed at the end, or nothing.
"""

import argparse
import importlib

import odoo.api
import odoo.modules.registry
from odoo.tools import config

LOADERS = {"company": "company", "cdnow": "cdnow", "cdnow-full": "cdnow", "own": "own_data"}


def main():
    """Run the loader of the chosen data in one transaction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--data", choices=LOADERS, required=True)
    parser.add_argument("--lines", help="what dev.demo.own_read kept")
    parser.add_argument("--name", help="of the company of those")
    parser.add_argument("--currency", help="of those, in three letters")
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    registry = odoo.modules.registry.Registry(chosen.database)
    loader = importlib.import_module(f"dev.demo.{LOADERS[chosen.data]}")
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {"lang": "en_US", "tracking_disable": True})
        if chosen.data == "own":
            told = loader.load(env, chosen.lines, chosen.name, chosen.currency, progress=_print_progress)
        else:
            told = loader.load(env, full=chosen.data.endswith("-full"), progress=_print_progress)
    print("\n".join(told or []))


def _print_progress(done, text):
    """:param done: share done, 0 to 1"""
    print(f"{int(done * 100)}% {text}", flush=True)


if __name__ == "__main__":
    main()
