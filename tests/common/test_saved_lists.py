"""What people saved of lists and exports, when the addon is taken off."""

from odoo.addons.crm_pareto.models.common.tools.saved_lists import drop_saved_lists
from odoo.fields import Command

from ..common import ParetoCase


class TestSavedLists(ParetoCase):
    def saved(self, model, domain):
        return self.env["ir.filters"].create({"name": f"Mine {domain}", "model_id": model, "domain": domain})

    def test_searches_that_would_fail_go_and_others_stay(self):
        go = self.saved("crm.pareto.customer", "[]") + self.saved("res.partner", "[('pareto_is_overdue', '=', True)]")
        stay = self.saved("res.partner", "[('name', 'ilike', 'pareto charts')]")
        drop_saved_lists(self.env)
        self.assertEqual((go + stay).exists(), stay)

    def test_export_lists_lose_what_goes(self):
        lines = [Command.create({"name": name}) for name in ("name", "pareto_turnover", "x_paretoscore")]
        partners = self.env["ir.exports"].create({"name": "P", "resource": "res.partner", "export_fields": lines})
        values = self.env["ir.exports"].create({"name": "V", "resource": "crm.pareto.customer"})
        drop_saved_lists(self.env)
        self.assertEqual((partners + values).exists(), partners)
        self.assertEqual(partners.export_fields.mapped("name"), ["name", "x_paretoscore"])
