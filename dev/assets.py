"""Makes the bundles of the web client: python -m dev.assets --database NAME -- <odoo options>.

Odoo makes them when the first page is opened; what a test makes is rolled back with it, and made again by the next.
"""

import argparse

import odoo.api
import odoo.modules.registry
from odoo.tools import config


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    with odoo.modules.registry.Registry(chosen.database).cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        env["ir.qweb"]._pregenerate_assets_bundles()
        cursor.commit()


if __name__ == "__main__":
    main()
