"""Revenue of two companies in one currency, in a real browser."""

from datetime import date

import pytest
from odoo.fields import Command

from ..common import SALES_MANAGER, LedgerCase, ParetoHttpCase, new_test_user

pytestmark = pytest.mark.dated


class TestConsolidatedScreen(ParetoHttpCase, LedgerCase):
    def test_a_manager_of_two_companies_adds_them_up(self):
        american, today = self.new_company("Alder Inc", "USD"), date.today()
        rate = {"currency_id": american.currency_id.id, "name": today, "rate": 1.25, "company_id": self.company.id}
        self.env["res.currency.rate"].create(rate)
        companies = self.company + american
        user = new_test_user(self.env, login="berta", groups=f"{SALES_MANAGER},base.group_multi_company")
        user.write({"company_ids": [Command.set(companies.ids)], "company_id": self.company.id})
        partner = self.new_partner("Birch", is_company=True)
        self.invoice(partner, (None, 1, 100), day=today)
        self.invoice(partner, (None, 1, 150), day=today, company=american)
        self.start_tour(
            "/odoo/consolidated-revenue",
            "crm_pareto_consolidated",
            login="berta",
            cookies={"cids": f"{self.company.id}-{american.id}"},
        )
