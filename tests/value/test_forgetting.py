"""Somebody changes whom invoices count for while the values are computed: everything is due, once more."""

import json

import pytest

from ..common import throwaway_database

KINDS = ("customer", "repeat")


@pytest.fixture(scope="module")
def told():
    with throwaway_database("crm_pareto_forgetting") as (odoo, database):
        odoo.run_server(database, ["-i", "crm_pareto"], "Installing", None, strict=True)
        return json.loads(odoo.run_script(database, "tests.value.forgetting", [], "Forgetting", None))


@pytest.mark.parametrize("kind", KINDS)
def test_the_computation_is_not_taken_back(told, kind):
    assert (told[kind]["failed"], told[kind]["tries"]) == ([], 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_refresh_computes_everything_and_the_one_after_what_changed(told, kind):
    assert told[kind]["full"] == [True, False]
