"""The stages of a database's life, each made once; a test that changes one takes a copy."""

from collections import namedtuple

import pytest

from ..common import throwaway_database
from . import databases

Stage = namedtuple("Stage", "odoo database documents")


@pytest.fixture(scope="session")
def before():
    """A year of business without the addon, and how many customer documents are posted."""
    with throwaway_database("crm_pareto_life_before") as (odoo, database):
        yield Stage(odoo, database, databases.run(odoo, database, "business"))


@pytest.fixture(scope="session")
def installed(before):
    """The addon has come; no scheduled action has run yet."""
    with databases.copy_of(before.database, "crm_pareto_life_installed") as (odoo, database):
        databases.install(odoo, database)
        yield before._replace(database=database)


@pytest.fixture(scope="session")
def used(installed):
    """The first scheduled action has run, everything was used, and a night has passed."""
    with databases.copy_of(installed.database, "crm_pareto_life_used") as (odoo, database):
        databases.run(odoo, database, "night")
        databases.run(odoo, database, "use")
        databases.night(odoo, database)
        yield installed._replace(database=database)
