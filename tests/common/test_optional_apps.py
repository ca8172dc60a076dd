"""An app installed after the addon brings its touches, without an upgrade of the addon; a removed one takes them."""

import json

from ..common import throwaway_database


def kinds(odoo, database):
    return sorted(json.loads(odoo.run_script(database, "tests.common.optional_apps", [], "Looking", None)))


def test_an_app_comes_with_its_touches_and_goes_with_them():
    with throwaway_database("crm_pareto_optional_apps") as (odoo, database):
        odoo.run_server(database, ["-i", "crm_pareto"], "Installing", None, strict=True)
        assert kinds(odoo, database) == ["logged"]
        odoo.run_server(database, ["-i", "event"], "Installing the app", None, strict=True)
        assert kinds(odoo, database) == ["event_registration", "logged"]
        odoo.uninstall(database, "event")
        assert kinds(odoo, database) == ["logged"]
