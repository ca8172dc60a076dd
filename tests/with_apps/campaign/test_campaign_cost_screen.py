"""What a campaign costs, from the documents to its return, in a real browser."""

from odoo import Command

from tests.common import PROFIT, ParetoHttpCase, new_test_user

from .spending import JUNE, Spending

ACCOUNTANT = (
    f"base.group_user,account.group_account_user,analytic.group_analytic_accounting,crm_pareto.group_user,{PROFIT}"
)


class TestCampaignCostScreen(ParetoHttpCase):
    def test_a_bill_for_two_campaigns_lowers_the_return(self):
        new_test_user(self.env, login="berta", groups=ACCOUNTANT)
        spending = Spending(self.env)
        fair, webinar = map(spending.campaign, ("Fair 2026", "Webinar"))
        self.sell(fair)
        clara = spending.employee(hourly_cost=25)
        spending.expense(clara, 80, fair)
        spending.hours(spending.project(fair), clara, 4)
        webinar._pareto_ensure_accounts()
        form = f"/odoo/campaign-return/{fair.id}"
        # 600 of margin for an expense of 80 and hours of 100.
        self.attribute()
        self.start_tour(form, "crm_pareto_campaign_before", login="berta")
        self.start_tour("/odoo/vendor-bills/new", "crm_pareto_campaign_bill", login="berta")
        bill = self.env["account.move"].search([("partner_id", "=", spending.vendor.id)])
        self.assertEqual((bill.state, bill.invoice_line_ids.pareto_campaign_ids), ("posted", fair | webinar))
        # And for half of a bill of 300.
        self.attribute()
        self.assertAlmostEqual(fair.pareto_roi, 600 / (80 + 100 + 300 / 2) - 1, 9)
        self.start_tour(form, "crm_pareto_campaign_after", login="berta")

    def sell(self, campaign):
        """A sale of 1,000 that the campaign alone brought about, with a margin of 600."""
        customer = self.env["res.partner"].create({"name": "Corvex", "is_company": True})
        product = self.env["product.product"].create({"name": "Gauge", "standard_price": 400, "type": "service"})
        line = {"product_id": product.id, "quantity": 1, "price_unit": 1000, "tax_ids": [Command.clear()]}
        values = {"move_type": "out_invoice", "partner_id": customer.id, "campaign_id": campaign.id}
        values |= {"invoice_date": JUNE, "invoice_line_ids": [Command.create(line)]}
        self.env["account.move"].create(values).action_post()

    def attribute(self):
        """Sum everything, as each night."""
        self.env["crm.pareto.recompute"]._recompute(self.env.company)
        self.env["crm.pareto.attribution"]._recompute(self.env.company)
        self.env.invalidate_all()
