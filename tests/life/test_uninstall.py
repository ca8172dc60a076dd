"""Uninstalling where everything was used: nothing of ours is left, and nothing of Odoo's is gone."""

from ..test_installation import ours, schema
from . import databases
from .test_install import DEFINITIONS

# Addons there are, whether installed or not; and Odoo's own notes, of bundles it makes anew.
LISTS = "ir_module_module ir_module_module_dependency ir_attachment ir_logging bus_bus".split()


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
            table: names
            for table, names in databases.columns(odoo, before.database).items()
            if not table.startswith(DEFINITIONS)
        }
        old, new = (databases.fingerprints(odoo, name, tables) for name in (used.database, database))
        assert databases.differing(old, new) == set()
