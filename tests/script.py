"""What the scripts have in common that tests run in databases of their own (python -m tests.NAME --database …)."""

import argparse
import json

import odoo.api
import odoo.modules.registry
from odoo.tools import config


def main(description, work, keep=False):
    """Print as JSON what `work` finds in the database.

    :param work: takes an Environment of the superuser
    :param keep: whether what it did is kept
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--database", required=True)
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    with odoo.modules.registry.Registry(chosen.database).cursor() as cursor:
        print(json.dumps(work(odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {"tracking_disable": True}))))
        if not keep:
            cursor.rollback()
