"""Upgrading: what people entered stays, row for row, and the next night computes the same.

A released version is here as a dump of a database that it was used in (`make release-dump`), and upgraded to this one.
"""

import pytest

from ..common import throwaway_database
from . import databases
from .release import RELEASED
from .test_install import DEFINITIONS, OTHERS

VERSIONS = [None, *sorted(RELEASED.glob("*.sql.xz"))]
# Beside definitions, what people set in Odoo's own tables of them.
PEOPLES = ["ir_attachment", "ir_cron", "ir_default", "ir_exports", "ir_exports_line", "ir_filters", "ir_rule"]


def entered(odoo, database, tables):
    """Fingerprints of all but definitions: results, what people entered and all of Odoo's own."""
    kept = {name: cols for name, cols in tables.items() if name in PEOPLES or not name.startswith(DEFINITIONS)}
    touched = {*PEOPLES, "res_partner"}  # also the people who have our groups
    written = {"write_date", "write_uid"}
    kept = {name: [col for col in cols if col not in written or name not in touched] for name, cols in kept.items()}
    bundles = {"ir_attachment": "url NOT LIKE '/web/assets/%' OR url IS NULL"}
    return databases.fingerprints(odoo, database, kept, {**OTHERS, **bundles})


@pytest.mark.parametrize("file", VERSIONS, ids=lambda file: file.name if file else "this version")
def test_an_upgrade_keeps_all_rows(used, file, tmp_path):
    odoo = used.odoo
    if not file:
        file = tmp_path / "this.sql.xz"
        databases.dump(odoo, used.database, file)
    with throwaway_database("crm_pareto_life_upgraded", None) as (odoo, database):
        databases.restore(odoo, database, file)
        tables = databases.columns(odoo, database)
        before = entered(odoo, database, tables)
        odoo.run_server(database, ["-u", "crm_pareto"], "Upgrading", None, strict=True)
        assert databases.differing(before, entered(odoo, database, tables)) == set()
        databases.night(odoo, database)
        customers, wrong = databases.against_the_ledger(odoo, database)
        assert customers > 10 and wrong == 0


def test_the_night_after_computes_the_same(used):
    with databases.copy_of(used.database) as (odoo, database):
        odoo.run_server(database, ["-u", "crm_pareto"], "Upgrading", None, strict=True)
        databases.night(odoo, database)
        without = databases.rows(odoo, used.database)
        assert databases.differing_rows(without, databases.rows(odoo, database)) == []
