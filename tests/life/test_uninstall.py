"""Uninstalling where everything was used: nothing of ours is left, and nothing of Odoo's is gone."""

from ..common.test_installation import ours, schema
from . import databases
from .test_install import DEFINITIONS, OTHERS

# Addons there are, whether installed or not; and Odoo's own notes, of bundles it makes anew.
LISTS = "ir_module_module ir_module_module_dependency ir_attachment ir_logging bus_bus".split()
# Which groups a rule is of; what was written in the chatter of our records goes with them.
OURS_TOO = ["rule_group_rel", "mail_activity_type", "mail_notification", "mail_mail", "mail_mail_res_partner_rel"]
OURS_TOO += ["mail_followers_mail_message_subtype_rel", "mail_message_res_partner_rel"]
LEFT = {
    **OTHERS,
    "mail_message": "model NOT LIKE 'ir.%' AND model NOT LIKE 'crm.pareto.%'",
    "mail_activity": "res_model NOT LIKE 'crm.pareto.%'",
    "mail_followers": "res_model NOT LIKE 'crm.pareto.%'",
}
# Users lose our groups, which Odoo notes; a repeat order is a to-do from now on.
CHANGED = {
    "res_users": ["write_date"],
    "res_partner": ["write_date"],
    "mail_activity": ["activity_type_id"],
    "mail_message": ["mail_activity_type_id"],
}


def named(odoo, database):
    """The rows of any table that name the addon, outside Odoo's list of addons."""
    tables = [table for table in databases.columns(odoo, database) if table not in LISTS]
    return odoo.server.query(
        " UNION ALL ".join(
            f"""SELECT '{table}', left(to_jsonb(t)::text, 400) FROM "{table}" t
                 WHERE t::text ~ 'pareto' AND t::text !~ 'module_crm_pareto'"""
            for table in tables
        ),
        database,
    )


def test_uninstalling_leaves_no_trace(before, used):
    with databases.copy_of(used.database) as (odoo, database):
        odoo.uninstall(database, "crm_pareto")
        assert ours(odoo, database) == []
        assert named(odoo, database) == []
        # The plan of the campaigns' accounts, on which something is booked, is the company's books.
        left = {line for line in schema(odoo, database) ^ schema(odoo, before.database) if "x_plan" not in line}
        assert left == set()
        tables = {
            table: [name for name in names if name not in CHANGED.get(table, [])]
            for table, names in databases.columns(odoo, before.database).items()
            if not table.startswith(DEFINITIONS) and table not in OURS_TOO
        }
        old, new = (databases.fingerprints(odoo, name, tables, LEFT) for name in (used.database, database))
        assert databases.differing(old, new) == set()
