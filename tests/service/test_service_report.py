"""The service load where no app but accounting is installed: credit notes, and what is not known."""

from odoo.exceptions import AccessError

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase


class TestServiceReport(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alder, cls.birch = cls.new_partner("Alder"), cls.new_partner("Birch")

    def rows(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.service.report"].with_user(user or self.env.user).search([])

    def test_a_credit_note_is_an_event_without_cost(self):
        person = self.new_partner("Ada", parent_id=self.alder.id)
        self.invoice(person, (self.product, 2, 100))
        note = self.invoice(person, (self.product, 1, 100), (self.product, 2, 90), move_type="out_refund")
        row = self.rows()
        found = (row.kind, row.customer_id, row.product_id, row.date, row.user_id, row.company_id, row.currency_id)
        currency = self.company.currency_id
        user = note.invoice_user_id
        expected = ("credit_note", self.alder, self.product, note.invoice_date, user, self.company, currency)
        self.assertEqual(found, expected)
        self.assertEqual((row.name, row.quantity, row.hours, row.cost), (note.name, 3, 0, 0))
        action = row.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", note.id))

    def test_one_of_two_products_is_one_event(self):
        other = self.new_product("Cable")
        self.invoice(self.alder, (self.product, 1, 100), (other, 1, 5), (None, 1, 3), move_type="out_refund")
        rows = self.rows()
        self.assertEqual(set(rows.mapped("product_id")), {self.product, other})
        self.assertEqual(len(rows), 3)
        [(events,)] = rows._read_group([("id", "in", rows.ids)], aggregates=["event:count_distinct"])
        self.assertEqual(events, 1)

    def test_the_customer_is_the_one_who_is_credited(self):
        note = self.invoice(self.alder, (self.product, 1, 100), move_type="out_refund")
        note.pareto_customer_id = self.birch
        self.assertEqual(self.rows().customer_id, self.birch)

    def test_a_draft_is_nothing_yet(self):
        note = self.invoice(self.alder, (self.product, 1, 100), move_type="out_refund")
        note.button_draft()
        self.assertFalse(self.rows())

    def test_it_says_which_kinds_are_not_known(self):
        report = self.env["crm.pareto.service.report"]
        kinds = {kind for kind, _label in report._fields["kind"].selection}
        missing = report._get_missing_kinds()
        self.assertEqual(set(report._sources()), kinds)
        self.assertEqual(set(missing), {kind for kind, (select, _why) in report._sources().items() if not select})
        self.assertEqual(kinds - set(missing), {"credit_note"})
        self.assertIn("Inventory is not installed", missing["return"])
        shown = report.get_empty_list_help("<p>No service</p>")
        for text in ("<p>No service</p>", *missing.values()):
            self.assertIn(text, shown)

    def test_readers(self):
        abroad = self.new_company("Ridgeline", "USD")
        self.invoice(self.alder, (self.product, 1, 100), move_type="out_refund")
        self.invoice(self.birch, (self.product, 1, 100), move_type="out_refund", company=abroad)
        for company, customer in ((self.company, self.alder), (abroad, self.birch)):
            reader = self.new_user(f"reader of {company.name}", SALES_MANAGER)
            reader.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
            env = self.env(user=reader, context={"allowed_company_ids": company.ids})
            rows = env["crm.pareto.service.report"].search([])
            self.assertEqual(rows.customer_id, customer)
            with self.assertRaises(AccessError):
                rows.read(["cost"])
            reader.group_ids += self.env.ref(PROFIT)
            self.assertEqual(rows.read(["cost"])[0]["cost"], 0)
        with self.assertRaises(AccessError):
            self.rows(self.new_user("clerk", "base.group_user"))

    def test_a_salesperson_may_not_see_what_colleagues_worked_and_on_whose_projects(self):
        with self.assertRaises(AccessError):
            self.rows(self.new_user("anna", SALESPERSON))

    def test_views(self):
        report = self.env["crm.pareto.service.report"]
        views = report.get_views([(False, name) for name in ("list", "search", "pivot", "graph")])["views"]
        self.assertEqual(len(views), 4)
        menu = self.env.ref("crm_pareto.crm_pareto_service_report_menu")
        self.assertEqual(menu.action.res_model, report._name)
