"""Installing where there are years of data already, and in a database with Odoo's demo data."""

from ..common import throwaway_database
from . import databases

# Where Odoo keeps what an addon consists of; and what the addon adds to or changes among Odoo's settings.
DEFINITIONS = ("ir_", "res_groups", "orm_signaling")
SETTINGS = {"digest_digest", "mail_activity_type", "rule_group_rel"}
# Odoo touches the people whom it gives the addon's groups, and notes who made scheduled actions.
OTHERS = {
    "res_partner": "id NOT IN (SELECT partner_id FROM res_users WHERE login IN ('__system__', 'admin'))",
    "mail_message": "model NOT LIKE 'ir.%'",
}


def test_installing_changes_no_row_of_odoo_s(before, installed):
    tables = databases.columns(before.odoo, before.database)
    old = databases.fingerprints(before.odoo, before.database, tables, OTHERS)
    new = databases.fingerprints(before.odoo, installed.database, tables, OTHERS)
    changed = databases.differing(old, new)
    assert {"account_move", "account_move_line", "sale_order", "sale_order_line", "res_partner"} <= old.keys()
    assert {table for table in changed if not table.startswith(DEFINITIONS)} == SETTINGS


def test_installing_computes_nothing(installed):
    """Our tables hold what came with the addon, and no more."""
    odoo, database = installed.odoo, installed.database
    came = odoo.server.query(
        "SELECT replace(model, '.', '_'), count(*) FROM ir_model_data WHERE module = 'crm_pareto'"
        " AND model LIKE 'crm.pareto.%' GROUP BY 1",
        database,
    )
    found = databases.rows(odoo, database)
    assert {table: str(len(rows)) for table, rows in found.items() if rows} == dict(came)


def test_the_first_hourly_action_is_due_and_computes_everything(installed):
    with databases.copy_of(installed.database) as (odoo, database):
        assert "crm_pareto_refresh_cron" in databases.run(odoo, database, "night")
        customers, wrong = databases.against_the_ledger(odoo, database)
        assert customers > 10 and wrong == 0
        ((months, costs, failures),) = odoo.server.query(
            "SELECT (SELECT count(DISTINCT date) FROM crm_pareto_history), (SELECT count(*) FROM crm_pareto_line_cost),"
            " (SELECT sum(failure_count) FROM ir_cron)",
            database,
        )
        assert int(months) >= 11 and int(costs) > 0 and failures == "0"
        assert databases.run(odoo, database, "night") == [], "nothing is due a second time"


def test_with_demo_data():
    """Odoo's own of all apps that the addon asks for, in an empty database."""
    with throwaway_database("crm_pareto_life_demo", None) as (odoo, database):
        databases.install(odoo, database, "--with-demo")
        databases.run(odoo, database, "night")
        customers, wrong = databases.against_the_ledger(odoo, database)
        assert customers > 0 and wrong == 0
