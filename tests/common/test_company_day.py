"""Which day it is: the company's, whoever asks, and on whichever server."""

from datetime import date

from freezegun import freeze_time

from ..common import LedgerCase


class TestCompanyDay(LedgerCase):
    def turnover(self, partner):
        self.env.invalidate_all()
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        return {row.partner_id: row.turnover for row in rows}.get(partner, 0)

    def sell(self):
        """An invoice of long ago, and one of 1 July, at nine in the morning of that day in Auckland."""
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 1, 100), day=date(2026, 6, 10))
        self.invoice(partner, (self.product, 1, 1000), day=date(2026, 7, 1))
        return partner

    @freeze_time("2026-06-30 21:00:00")
    def test_the_scheduled_action_counts_the_day_of_a_company_in_the_east(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        partner = self.sell()
        self.env["crm.pareto.recompute"].with_context(tz=False)._refresh(self.company)
        self.assertEqual(self.turnover(partner), 1100)

    @freeze_time("2026-07-01 04:00:00")
    def test_the_scheduled_action_does_not_count_tomorrow_of_a_company_in_the_west(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        partner = self.sell()
        self.env["crm.pareto.recompute"].with_context(tz=False)._refresh(self.company)
        self.assertEqual(self.turnover(partner), 100)

    @freeze_time("2026-06-30 21:00:00")
    def test_what_somebody_further_east_was_shown_stays(self):
        self.company.partner_id.tz = "UTC"
        partner = self.sell()
        self.env["crm.pareto.recompute"].with_context(tz="Pacific/Auckland")._recompute(self.company)
        self.assertEqual(self.turnover(partner), 1100)
        self.env["crm.pareto.recompute"].with_context(tz=False)._refresh(self.company)
        self.assertEqual(self.turnover(partner), 1100)

    @freeze_time("2026-06-30 21:00:00")
    def test_without_a_time_zone_it_is_its_countrys(self):
        self.company.partner_id.tz = False
        self.company.country_id = self.env.ref("base.nz")
        self.assertEqual(self.company._pareto_today(), date(2026, 7, 1))
        self.company.country_id = False
        self.assertEqual(self.company._pareto_today(), date(2026, 6, 30))

    def test_a_time_zone_that_is_none_any_more_stops_nothing(self):
        partner = self.company.partner_id
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET tz = 'Atlantis/Poseidonis' WHERE id = %s", [partner.id])
        self.env.invalidate_all()
        self.assertEqual(self.company._pareto_zone(), "UTC")
        self.assertTrue(self.env["crm.pareto.recompute"]._recompute(self.company))
        self.assertTrue(self.env["crm.pareto.attribution"]._recompute(self.company))

    @freeze_time("2026-06-30 21:00:00")
    def test_the_page_shows_the_companys_day_to_whoever_opens_it(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        self.sell()
        self.env["crm.pareto.recompute"].with_context(tz=False)._recompute(self.company)
        page = self.env["crm.pareto.page"].with_company(self.company).with_context(tz="America/Los_Angeles")
        self.assertEqual(page.get_figures()["as_of"], "2026-07-01")
        self.assertFalse(page.open_window("customer", self.company.pareto_window))
