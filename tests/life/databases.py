"""Databases at the stages of their lives, and what is read of them."""

import json
import lzma
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from dev.commands import BASE_DATABASE
from dev.database import PROBLEM

from ..common import throwaway_database

BEFORE, INSTALLED, USED = "crm_pareto_life_before", "crm_pareto_life_installed", "crm_pareto_life_used"


def run(odoo, database, name, *words):
    """Run a script of this folder in a database; what it printed.

    :raises AssertionError: where Odoo's log complains
    """
    lines = odoo.run_script(database, f"tests.life.{name}", words, name, None).splitlines()
    complaints = [line for line in lines if PROBLEM.match(line)]
    assert not complaints, complaints[:3]
    return json.loads(lines[-1])


def begin(odoo, database):
    """A year of business without the addon; the number of posted customer documents."""
    return run(odoo, database, "business")


def install(odoo, database):
    odoo.run_server(database, ["-i", "crm_pareto"], "Installing", None, strict=True)


def use(odoo, database):
    """Use every feature, then let a night pass."""
    run(odoo, database, "use")
    run(odoo, database, "night", "--all")
