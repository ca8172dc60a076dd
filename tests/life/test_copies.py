"""Backups, and copies of a database: complete, and computed as the original."""

import re

import pytest

from ..common.test_installation import schema
from . import databases

# A copy gets a name of its own; the registry's counters are of whoever loads it.
OWN = {"ir_config_parameter", "orm_signaling_registry"}
NAME = re.compile(r"(column|constraint|sequence|trigger) \S+ ?\S*|index CREATE (UNIQUE )?INDEX \S+ ON \S+")
# What Odoo switches off in a neutralized copy.
NEUTRALIZED = {"ir_cron", "ir_mail_server", "ir_ui_view"}


def backup(odoo, source, target, folder):
    file = folder / "backup.zip"
    odoo.manage("dump", source, file)
    odoo.manage("load", target, file)


def duplicate(odoo, source, target, folder):
    odoo.manage("duplicate", source, target)


def neutralize(odoo, source, target, folder):
    odoo.manage("duplicate", "--neutralize", source, target)


@pytest.mark.parametrize("copy", [backup, duplicate, neutralize])
def test_a_copy_is_complete_and_computes_the_same(used, copy, tmp_path):
    target = "crm_pareto_life_copied"
    used.odoo.drop(target)
    try:
        copy(used.odoo, used.database, target, tmp_path)
        check(used.odoo, used.database, target, neutralized=copy is neutralize)
    finally:
        used.odoo.drop(target)


def names(lines):
    """What there is in a schema; PostgreSQL writes conditions otherwise once they were read from a dump."""
    return {found.group() for line in lines if (found := NAME.match(line))}


def check(odoo, source, target, neutralized):
    tables = databases.columns(odoo, source)
    one, other = (databases.fingerprints(odoo, database, tables) for database in (source, target))
    assert databases.differing(one, other) <= (OWN | NEUTRALIZED if neutralized else OWN)
    assert names(schema(odoo, target)) ^ names(schema(odoo, source)) == set()
    assert databases.invalid(odoo, target) == []
    ((running,),) = odoo.server.query(
        "SELECT count(*) FROM ir_cron WHERE active AND cron_name ~ '^Customer Value'", target
    )
    assert (running == "0") == neutralized
    databases.night(odoo, target)
    assert databases.differing_rows(databases.rows(odoo, source), databases.rows(odoo, target)) == []
    assert databases.against_the_ledger(odoo, target)[1] == 0
