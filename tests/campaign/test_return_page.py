"""The figures of the Marketing Return page: against queries written by hand, and against the rows they open."""

import random
from datetime import date, datetime, timedelta

from odoo.addons.crm_pareto.models.campaign.crm_pareto_return_page import COLUMNS, SECRET
from odoo.addons.crm_pareto.models.common.tools.attribution_models import MODELS
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase

TODAY = date(2026, 6, 30)
YEAR = ("2025-07-01", "2026-06-30")
SPRING = ("2026-03-01", "2026-05-31")
CREDITED = """
    SELECT a.{column}, SUM(-l.balance * a.credit_{model}), SUM(-l.balance * a.credit_{model}) FILTER (WHERE a.is_order)
      FROM crm_pareto_attribution a
      JOIN account_move m ON m.id = a.move_id AND m.state = 'posted'
      JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
     WHERE m.company_id = %s AND m.invoice_date BETWEEN %s AND %s
     GROUP BY a.{column}
"""
LEDGER = """
    SELECT SUM(-l.balance)
      FROM account_move_line l JOIN account_move m ON m.id = l.move_id
     WHERE m.company_id = %s AND m.state = 'posted' AND l.display_type = 'product'
       AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt') AND m.invoice_date BETWEEN %s AND %s
"""
SPENT = """
    SELECT c.pareto_campaign_id, -SUM(l.amount)
      FROM account_analytic_line l JOIN account_analytic_account c ON c.id = l.{column}
     WHERE l.company_id = %s AND l.date BETWEEN %s AND %s AND c.pareto_campaign_id IS NOT NULL
     GROUP BY c.pareto_campaign_id
"""


class ReturnCase(LedgerCase):
    """Campaigns, sources and media, and what a test does with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shared = {"company_id": False}
        cls.campaigns = cls.env["utm.campaign"].create([{"title": f"Campaign {n}", **shared} for n in range(4)])
        cls.sources = cls.env["utm.source"].create([{"name": f"Source {n}"} for n in range(3)])
        cls.media = cls.env["utm.medium"].create([{"name": f"Medium {n}"} for n in range(2)])
        cls.page = cls.env["crm.pareto.return.page"]

    @classmethod
    def touch(cls, partner, day, campaign, source=None, medium=None):
        return cls.env["crm.pareto.touch"].create(
            {
                "name": "Met",
                "partner_id": partner.id,
                "date": datetime.combine(day, datetime.min.time()),
                "campaign_id": campaign.id,
                "source_id": source.id if source else False,
                "medium_id": medium.id if medium else False,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def spend(cls, amount, campaigns, day=date(2026, 3, 10), company=None):
        """A posted vendor bill for campaigns, in equal parts."""
        line = {"name": "Spent", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]}
        line["pareto_campaign_ids"] = [Command.set(campaigns.ids)]
        vendor = cls.env["res.partner"].create({"name": "Vendor"})
        values = {"move_type": "in_invoice", "partner_id": vendor.id, "invoice_date": day, "date": day}
        bills = cls.env["account.move"].with_company(company or cls.company)
        bill = bills.create({**values, "invoice_line_ids": [Command.create(line)]})
        bill.action_post()
        return bill

    @classmethod
    def lead(cls, day, campaign, source=None, **values):
        values = {"name": "Lead", "campaign_id": campaign.id, "source_id": source.id if source else False, **values}
        lead = cls.env["crm.lead"].create({"company_id": cls.company.id, **values})
        lead.flush_recordset()
        cls.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", (day, lead.id))
        lead.invalidate_recordset()
        return lead

    @classmethod
    def attribute(cls, company=None, as_of=TODAY):
        cls.env["crm.pareto.attribution"]._recompute(company or cls.company, as_of)

    def figures(self, by="campaign", model="linear", period=YEAR, user=None):
        return self.page.with_user(user or self.env.user).get_figures(by, model, *period)

    def by_name(self, *args, **kwargs):
        return {row["name"]: row for row in self.figures(*args, **kwargs)["rows"]}

    def colleague(self, login, groups):
        user = self.new_user(login, groups)
        user.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        return user


class TestRandomLedger(ReturnCase):
    """Every figure of a ledger of invoices, credit notes, touches, costs and leads drawn at random."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        draw = random.Random(20260630)
        first = date(2025, 6, 1)

        def day():
            return first + timedelta(days=draw.randrange(390))

        partners = [cls.new_partner(f"Customer {n}") for n in range(8)]
        for partner in partners[:6]:
            for _touch in range(draw.randrange(1, 6)):
                ways = draw.choice([None, *cls.sources]), draw.choice([None, *cls.media])
                cls.touch(partner, day(), draw.choice(cls.campaigns), *ways)
        for _invoice in range(24):
            partner, campaign = draw.choice(partners), draw.choice([None] * 5 + [*cls.campaigns])
            lines = [(cls.product, draw.randrange(1, 5), draw.randrange(1, 30_000) / 100) for _line in range(2)]
            values = {"campaign_id": campaign.id, "source_id": cls.sources[0].id} if campaign else {}
            move = cls.invoice(partner, *lines, day=day(), **values)
            if draw.random() < 0.25:
                cls.invoice(partner, lines[0], day=day(), move_type="out_refund", reversed_entry_id=move.id)
        for _cost in range(6):
            cls.spend(draw.randrange(1, 50_000) / 100, cls.campaigns[: draw.randrange(1, 4)], day())
        for _lead in range(10):
            company = draw.choice([cls.company.id, False])
            cls.lead(day(), draw.choice(cls.campaigns), draw.choice([None, *cls.sources]), company_id=company)
        cls.attribute()

    def every_view(self):
        for by in COLUMNS:
            for model, _label in MODELS:
                for period in (YEAR, SPRING):
                    with self.subTest(by=by, model=model, period=period):
                        yield by, model, period

    def test_attributed_and_unattributed_sum_to_the_ledger(self):
        for by, model, period in self.every_view():
            figures = self.figures(by, model, period)
            self.env.cr.execute(LEDGER, (self.company.id, *period))
            [(ledger,)] = self.env.cr.fetchall()
            attributed = sum(row["revenue"] for row in figures["rows"])
            self.assertAlmostEqual(attributed + figures["unattributed"]["revenue"], float(ledger), 6)
            self.assertEqual(figures["totals"]["revenue"], float(ledger))
            self.assertAlmostEqual(figures["coverage"]["revenue"], attributed / float(ledger), 9)
            self.assertIs(figures["stale"], False)

            lines = self.env["crm.pareto.revenue.report"].search(
                [("company_id", "=", self.company.id), ("date", ">=", period[0]), ("date", "<=", period[1])]
            )
            margin = sum(row["margin"] for row in figures["rows"]) + figures["unattributed"]["margin"]
            self.assertAlmostEqual(margin, sum(lines.mapped("margin")), 4)

    def test_the_rows_are_those_of_a_query_written_by_hand(self):
        for by, model, period in self.every_view():
            rows = {row["id"] or None: row for row in self.figures(by, model, period)["rows"]}
            self.env.cr.execute(CREDITED.format(column=COLUMNS[by], model=model), (self.company.id, *period))
            for id_, revenue, _of_orders in self.env.cr.fetchall():
                self.assertAlmostEqual(rows.pop(id_)["revenue"], float(revenue), 6)
            self.assertFalse([row for row in rows.values() if row["revenue"]])

    def test_costs_are_the_analytic_lines(self):
        column = self.campaigns.pareto_account_ids.root_plan_id._column_name()
        for period in (YEAR, SPRING):
            self.env.cr.execute(SPENT.format(column=column), (self.company.id, *period))
            spent = {id_: float(cost) for id_, cost in self.env.cr.fetchall()}
            rows = {row["id"]: row["cost"] for row in self.figures(period=period)["rows"] if row["cost"]}
            self.assertEqual(rows.keys(), spent.keys())
            for id_, cost in spent.items():
                self.assertAlmostEqual(rows[id_], cost, 6)
            for by in ("source", "medium"):
                self.assertAlmostEqual(self.figures(by, period=period)["totals"]["cost"], sum(spent.values()), 6)

    def opened(self, figure, by, group, model, period):
        """The rows that a figure opens, summed: a dict of the names that the figures have too."""
        action = self.page.open_figure(figure, by, group, model, *period)
        analysis = self.env[action["res_model"]].with_context(**action["context"])
        names = ("revenue", "margin", "cost", "committed", "leads", "orders", "new_customers")
        [amounts] = analysis._read_group(action["domain"], [], [f"{name}:sum" for name in names] + ["__count"])
        return dict(zip((*names, "documents"), amounts, strict=True))

    def assert_sums(self, opened, expected, names):
        for name in names:
            self.assertAlmostEqual(opened[name] or 0, expected[name], 4, name)

    def test_every_figure_opens_rows_that_sum_to_it(self):
        figures_of_rows = ("revenue", "margin", "cost", "leads", "orders", "new_customers")
        for by, model, period in self.every_view():
            figures = self.figures(by, model, period)
            for row in figures["rows"]:
                # What a click on the name opens, and the figures themselves, of which some are of the same rows.
                self.assert_sums(self.opened("all", by, row["id"], model, period), row, figures_of_rows)
                for figure in figures_of_rows if model in ("first", "data") else ():
                    self.assert_sums(self.opened(figure, by, row["id"], model, period), row, [figure])
            unattributed = self.opened("unattributed", by, None, model, period)
            self.assert_sums(unattributed, figures["unattributed"], ("revenue", "margin", "documents"))
            self.assert_sums(self.opened("ledger", by, None, model, period), figures["totals"], ("revenue", "margin"))

    def test_a_record_shows_its_share_under_the_model_it_is_opened_with(self):
        shares = {}
        for model in ("linear", "decay", None):  # under both of which each touch has a share; linear is the company's
            analysis = self.env["crm.pareto.campaign.analysis"].with_context(pareto_attribution_model=model)
            rows = analysis.search([("company_id", "=", self.company.id), ("kind", "=", "sale")])
            shares[model] = {row.id: (row.credit, row.revenue) for row in rows}
        self.assertNotEqual(shares["linear"], shares["decay"])
        self.assertEqual(shares["linear"], shares[None])

    def test_over_all_time_it_shows_what_the_campaigns_show(self):
        for model, _label in MODELS:
            rows = {row["id"]: row for row in self.figures("campaign", model, ("1900-01-01", "2026-06-30"))["rows"]}
            results = self.env["crm.pareto.campaign"].search(
                [("company_id", "=", self.company.id), ("model", "=", model)]
            )
            self.assertTrue(results)
            for result in results:
                for name in ("cost", "revenue", "margin", "orders", "new_customers", "leads", "roi_low", "roi_high"):
                    self.assertAlmostEqual(rows[result.campaign_id.id][name] or 0, result[name], 2, name)


class TestReturnPage(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_partner("Alder")
        fair, ads = cls.campaigns[:2]
        cls.touch(cls.customer, date(2026, 5, 1), fair, cls.sources[0], cls.media[0])
        cls.touch(cls.customer, date(2026, 6, 1), ads, cls.sources[1])
        cls.sale = cls.invoice(cls.customer, (cls.product, 10, 100))  # margin 600
        cls.invoice(cls.new_partner("Birch"), (cls.product, 5, 100))  # margin 300
        cls.spend(200, fair)
        cls.attribute()

    def test_cost_return_and_what_is_unattributed(self):
        figures = self.figures()
        fair, ads = (row for row in figures["rows"])
        self.assertEqual((fair["name"], fair["cost"], fair["revenue"], fair["margin"]), ("Campaign 0", 200, 500, 300))
        self.assertEqual((fair["roi"], fair["roas"], fair["orders"], fair["new_customers"]), (0.5, 2.5, 0.5, 0.5))
        self.assertLessEqual(fair["margin_low"], fair["margin"])
        self.assertAlmostEqual(fair["roi_low"], fair["margin_low"] / 200 - 1, 9)
        self.assertAlmostEqual(fair["roi_high"], fair["margin_high"] / 200 - 1, 9)
        self.assertEqual((ads["cost"], ads["roi"], ads["roi_low"], ads["roas"]), (0, None, None, None))
        self.assertEqual(figures["unattributed"], {"revenue": 500, "margin": 300, "documents": 1})
        self.assertAlmostEqual(figures["coverage"]["margin"], 2 / 3, 9)
        self.assertEqual(figures["totals"]["roi"], 2)

    def test_a_cost_counts_at_the_usual_source_of_its_campaign(self):
        self.assertEqual(self.by_name("source")["Source 0"]["cost"], 200)
        self.assertEqual(self.by_name("medium")["Medium 0"]["cost"], 200)
        self.assertEqual(self.by_name("medium")[""]["id"], False)  # of touches without a medium
        self.campaigns[0].pareto_source_id = self.sources[2]
        self.attribute()
        self.assertEqual(self.by_name("source")["Source 2"]["cost"], 200)

    def test_the_companys_model_and_window_are_the_default(self):
        self.company.write({"pareto_attribution_model": "first", "pareto_window": "all"})
        figures = self.page.get_figures()
        chosen = (figures["model"], figures["own_window"], figures["date_from"])
        self.assertEqual(chosen, ("first", "all", "1900-01-01"))
        self.assertEqual({row["name"]: row["revenue"] for row in figures["rows"]}["Campaign 0"], 1000)
        self.assertEqual(self.by_name(model="last")["Campaign 1"]["revenue"], 1000)

    def test_nonsense_is_refused(self):
        for wrong in ({"by": "color"}, {"model": "best"}):
            with self.assertRaises(UserError):
                self.page.get_figures(**wrong)
        with self.assertRaises(UserError):
            self.page.get_figures(date_from="2026-06-01", date_to="2026-05-01")
        with self.assertRaises(UserError):
            self.env["crm.pareto.campaign.analysis"].with_context(pareto_attribution_model="best").search([])

    def test_an_invoice_changed_since_the_last_computation_is_said(self):
        self.sale.button_draft()
        self.env.flush_all()
        self.assertIs(self.figures()["stale"], True)
        self.attribute()
        self.assertIs(self.figures()["stale"], False)

    def test_a_source_without_a_name_is_one_row_of_all(self):
        self.sources[0].name = ""
        for source in self.sources[:2]:
            self.lead(date(2026, 3, 2), self.campaigns[0], source)
        self.assertLessEqual({"", "Source 1"}, self.by_name(by="source").keys())

    def test_without_sales_there_is_no_coverage(self):
        figures = self.figures(period=("2024-01-01", "2024-12-31"))
        self.assertEqual((figures["rows"], figures["coverage"]), ([], {"revenue": None, "margin": None}))
        self.assertEqual(figures["totals"]["cost"], 0)

    def test_who_may_not_see_costs_gets_none(self):
        self.company.pareto_own_values = False
        salesperson = self.colleague("anna", SALESPERSON)
        figures = self.figures(user=salesperson)
        for sums in (*figures["rows"], figures["totals"], figures["unattributed"], figures["coverage"]):
            leaked = [name for name in sums if name.removeprefix("attributed_").split("_")[0] in {*SECRET, "advice"}]
            self.assertFalse(leaked)
        # Of the whole company, though none of the invoices is the salesperson's.
        self.assertEqual(
            {row["name"]: row["revenue"] for row in figures["rows"]}, {"Campaign 0": 500, "Campaign 1": 500}
        )
        page = self.page.with_user(salesperson)
        for figure in SECRET:
            with self.assertRaises(AccessError):
                page.open_figure(figure)
        domain = page.open_figure("all")["domain"]
        self.assertIn(("kind", "in", ["sale", "lead"]), domain)
        self.assertIn("advice", self.figures(user=self.colleague("carl", PROFIT))["rows"][0])

    def test_nothing_of_all_for_who_sees_own_customers_only(self):
        """A campaign of one's own, logged with a colleague's customer, would tell what that one bought."""
        seller = self.new_member("sally", SALESPERSON)
        theirs = {"user": seller, "context": {"allowed_company_ids": self.company.ids}}
        page, campaigns = (self.env(**theirs)[f"crm.pareto.{name}"] for name in ("return.page", "campaign"))
        found = page.get_figures()
        self.assertEqual((True, [], 0), (found["of_own_customers"], found["rows"], found["totals"]["revenue"]))
        self.assertFalse(campaigns.search_count([]))
        campaign = self.env["crm.pareto.campaign"].search([("revenue", "!=", 0)], limit=1).campaign_id
        self.assertFalse(campaign.with_env(page.env).pareto_revenue)
        self.company.pareto_own_values = False
        self.assertTrue(page.get_figures()["rows"])
        self.assertTrue(campaigns.search_count([]))

    def test_the_page_and_recompute_need_their_groups(self):
        with self.assertRaises(AccessError):
            self.figures(user=self.colleague("dora", "base.group_user"))
        with self.assertRaises(AccessError):
            self.page.with_user(self.colleague("anna", SALESPERSON)).recompute()
        self.assertIs(self.page.with_user(self.colleague("berta", SALES_MANAGER)).recompute(), True)

    def test_more_campaigns_take_no_more_statements(self):
        def statements():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.figures()
            return self.env.cr.sql_log_count - before

        statements()  # what is read once for all
        few = statements()
        for number in range(20):
            campaign = self.env["utm.campaign"].create({"title": f"More {number}"})
            self.touch(self.customer, date(2026, 6, 2), campaign)
            self.lead(date(2026, 6, 2), campaign)
        self.attribute()
        self.assertEqual(len(self.figures()["rows"]), 22)
        self.assertEqual(statements(), few)
        self.assertLess(few, 20)

    def test_another_companys_figures_stay_out(self):
        other = self.new_company("Birch Works", "EUR")
        abroad = self.new_partner("Cedar")
        self.touch(abroad, date(2026, 6, 1), self.campaigns[0]).company_id = other
        self.invoice(abroad, (None, 1, 7000), company=other)
        self.spend(70, self.campaigns[0], company=other)
        self.attribute(other)
        self.attribute()
        self.assertEqual(self.by_name()["Campaign 0"]["cost"], 200)
        self.assertEqual(self.figures()["totals"]["revenue"], 1500)
        [row] = self.page.with_company(other).get_figures("campaign", "linear", *YEAR)["rows"]
        self.assertEqual((row["cost"], row["revenue"]), (70, 7000))
