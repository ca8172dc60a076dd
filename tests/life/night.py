"""Runs scheduled actions as Odoo does: those of ours that are due now, or with --all each of them, as in a night.

python -m tests.life.night --database NAME [--all] -- <odoo options>
"""

import argparse
import json

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.addons.base.models.ir_cron import IrCron
from odoo.tools import config

NAMES = (
    "crm_pareto_refresh_cron crm_pareto_handover_cron crm_pareto_recompute_cron crm_pareto_attribution_cron "
    "crm_pareto_treatment_cron crm_pareto_started_plan_cron"
).split()


def due(registry):
    """The names of our actions that are due."""
    with registry.cursor() as cursor:
        cursor.execute(
            """
            SELECT data.name FROM ir_cron cron
              JOIN ir_model_data data ON data.model = 'ir.cron' AND data.res_id = cron.id
             WHERE data.module = 'crm_pareto' AND cron.active AND (cron.nextcall <= now() AT TIME ZONE 'UTC'
                OR EXISTS (SELECT FROM ir_cron_trigger WHERE cron_id = cron.id AND call_at <= now() AT TIME ZONE 'UTC'))
            """
        )
        return sorted(row[0] for row in cursor.fetchall())


def run_due(registry):
    """Let Odoo's worker run what is due; others' actions, one of which calls the vendor, wait until tomorrow."""
    with registry.cursor() as cursor:
        cursor.execute(
            """
            UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'
             WHERE id NOT IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module = 'crm_pareto')
            """
        )
        cursor.execute(
            """
            DELETE FROM ir_cron_trigger
             WHERE cron_id NOT IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module = 'crm_pareto')
            """
        )
    IrCron._process_jobs(registry.db_name)


def run_all(registry):
    """Each action of ours, in the order of a night.

    :raises RuntimeError: where one fails
    """
    for name in NAMES:
        with registry.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            if env.ref(f"crm_pareto.{name}").method_direct_trigger() is not True:
                raise RuntimeError(f"{name} failed")


def main():
    """Print which actions were due, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    registry = odoo.modules.registry.Registry(chosen.database)
    found = due(registry)
    (run_all if chosen.all else run_due)(registry)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
