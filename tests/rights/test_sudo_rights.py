"""Under sudo the reader's groups still count: Odoo searches with sudo by paths that people name."""

from odoo.addons.crm_pareto.models.common.crm_pareto_every_model import CALLED_SO_FOR_ALL
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..common import PROFIT, SALESPERSON, LedgerCase

USER = "crm_pareto.group_user"


class SudoCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.new_partner("Birch", is_company=True)
        cls.invoice(cls.partner, (cls.product, 1, 100))
        cls.recompute()
        cls.employee = cls.new_member("emil", "base.group_user")
        cls.seller = cls.new_member("anna", SALESPERSON)
        cls.controller = cls.new_member("carl", f"{SALESPERSON},{PROFIT},product.group_product_manager")

    def of(self, user, su=False):
        return self.env(user=user, su=su, context={"allowed_company_ids": self.company.ids})


class TestSudoRights(SudoCase):
    def followed_by_customer(self, user):
        event = self.of(user)["calendar.event"].create(
            {"name": "Mine", "start": "2026-06-01 10:00:00", "stop": "2026-06-01 11:00:00"}
        )
        event.message_subscribe(self.partner.ids)
        return event

    def asks(self, user, path, value=50):
        event = self.followed_by_customer(user)
        return event.search_count([("id", "=", event.id), (path, ">", value)])

    def test_no_employee_learns_a_figure_of_a_follower(self):
        for name in ("pareto_profit", "pareto_turnover", "pareto_value_id.turnover", "pareto_silent_days"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.asks(self.employee, f"message_partner_ids.{name}")

    def test_no_salesperson_learns_the_profit_of_a_follower(self):
        for name in ("pareto_profit", "pareto_lifetime_value", "pareto_value_id.profit", "pareto_value_id.profit_rank"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.asks(self.seller, f"message_partner_ids.{name}")

    def test_who_may_see_it_asks_for_it(self):
        self.assertEqual(1, self.asks(self.controller, "message_partner_ids.pareto_profit"))
        self.assertEqual(1, self.asks(self.seller, "message_partner_ids.pareto_turnover"))

    def test_sorting_and_grouping_ask_too(self):
        for user, field in ((self.employee, "pareto_turnover"), (self.seller, "pareto_profit")):
            partners = self.of(user, su=True)["res.partner"]
            with self.subTest(field=field), self.assertRaises(AccessError):
                partners.search([], order=f"{field} desc", limit=1)
        rows = self.of(self.seller, su=True)["crm.pareto.customer"]
        for call in (
            lambda: rows.search([("profit", ">", 0)]),
            lambda: rows.search([], order="profit", limit=1),
            lambda: rows._read_group([], [], ["profit:sum"]),
            lambda: rows._read_group([], ["profit_tier_id"], ["__count"]),
            lambda: rows._read_group([], ["company_id"], ["__count"], having=[("profit:sum", ">", 0)]),
        ):
            with self.assertRaises(AccessError):
                call()

    def called(self, user, record):
        """What a record is called by an activity that somebody makes about it: Odoo asks for the name with sudo."""
        self.env.invalidate_all()
        activity = self.of(user)["mail.activity"].create({"summary": "Mine", "user_id": user.id})
        activity.write({"res_model_id": self.env["ir.model"]._get_id(record._name), "res_id": record.id})
        return activity.res_name

    def test_an_activity_names_nothing_of_ours_to_who_may_not_read_it(self):
        decision = self.env["crm.pareto.plan.decision"].create(
            {"user_id": self.controller.id, "company_id": self.company.id, "partner_id": self.partner.id}
            | {"date": "2026-06-01", "state": "accepted", "why": "buys for 100.00", "minutes": 15}
        )
        for user, expected in ((self.employee, decision._description), (self.controller, "buys for 100.00")):
            with self.subTest(user=user.login):
                self.assertEqual(expected, self.called(user, decision))
        value = self.partner.pareto_value_id
        self.assertEqual(value._description, self.called(self.employee, value))
        self.assertEqual("Birch", self.called(self.controller, value))

    def test_all_our_records_are_called_so(self):
        for name, model in self.env.registry.items():
            if name.startswith("crm.pareto.") and not model._abstract and name not in CALLED_SO_FOR_ALL:
                self.assertTrue(model._compute_display_name.holds_for_pareto, name)

    def test_a_user_s_own_contact_is_no_way_round(self):
        """Fields of a contact are a user's too, and Odoo follows that link with sudo."""
        self.employee.partner_id.parent_id = self.partner
        users = self.of(self.employee)["res.users"]
        for call in (
            lambda: users.search_count([("pareto_profit", ">", 0)]),
            lambda: users.search_count([("partner_id.pareto_profit", ">", 0)]),
            lambda: users.search([], order="pareto_profit", limit=1),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_computing_under_sudo_asks_too(self):
        """Who may not see a figure has none: Odoo evaluates filters so for whoever registers for an event, say."""
        partner = self.of(self.seller, su=True)["res.partner"].browse(self.partner.id)
        self.assertFalse(partner.filtered_domain([("pareto_profit", ">", 0)]))
        self.assertEqual(100, partner.pareto_turnover)
        theirs = self.of(self.employee, su=True)["res.partner"].browse(self.partner.id)
        self.assertFalse(theirs.filtered_domain([("pareto_turnover", ">", 0)]))
        self.assertFalse(theirs.pareto_value_id)

    def test_no_error_tells_of_a_row_that_is_out_of_sight(self):
        """A pattern that ends with a backslash is refused by PostgreSQL only where a text fits so far."""
        colleague = self.new_member("ben", SALESPERSON)
        self.partner.user_id = colleague
        for digit in "1234567890":
            for model, path in (
                ("crm.pareto.customer", "turnover"),
                ("res.partner", "pareto_turnover"),
                ("res.partner", "pareto_value_id.turnover"),
                ("sale.order", "partner_id.pareto_turnover"),
                ("crm.pareto.revenue.report", "revenue"),
            ):
                with self.subTest(model=model, path=path, digit=digit), self.assertRaises(ValueError):
                    self.of(self.seller)[model].search_count([(path, "=like", f"{digit}\\")])

    def test_what_is_said_of_linked_records_is_done_by_who_says_it(self):
        """Odoo makes with sudo what a mail is to make, lines and all."""
        campaign = self.env["utm.campaign"].create({"title": "Fair"})
        role = self.env["crm.pareto.role"].create(
            {"partner_id": self.partner.id, "contact_id": self.partner.id, "role": "decides"}
        )
        line = {"name": "x", "display_type": "line_note", "pareto_campaign_ids": [Command.update(campaign.id, {})]}
        line["pareto_campaign_ids"][0][2]["pareto_budget"] = 7
        orders, partners = (self.of(self.employee, su=True)[name] for name in ("sale.order", "res.partner"))
        orders.create({"partner_id": self.partner.id, "order_line": [Command.create(line)]})
        self.assertFalse(campaign.pareto_budget)
        for harm in (
            lambda: partners.browse(self.partner.id).write({"pareto_role_ids": [Command.delete(role.id)]}),
            lambda: partners.browse(self.partner.id).write({"pareto_pays_ids": [Command.link(self.partner.id)]}),
        ):
            with self.assertRaises(AccessError):
                harm()
        self.assertTrue(role.exists())

    def test_nor_is_an_invoice_credited_so(self):
        invoice = self.env["account.move"].search([("partner_id", "=", self.partner.id)], limit=1)
        theirs = self.of(self.employee, su=True)["res.partner"].browse(self.partner.id)
        credited = [Command.update(invoice.id, {"pareto_customer_id": self.employee.partner_id.id})]
        with self.assertRaises(AccessError):
            theirs.write({"invoice_ids": credited})

    def test_a_form_tells_nothing_of_a_row_that_a_client_names(self):
        self.partner.user_id = self.new_member("ben", SALESPERSON)
        named = {"name": "x", "pareto_value_id": self.partner.pareto_value_id.id}
        shown = {"pareto_turnover": {}, "pareto_why": {}, "pareto_is_overdue": {}, "pareto_value_id": {}}
        self.env.invalidate_all()
        found = self.of(self.seller)["res.partner"].onchange(named, [], shown)["value"]
        self.assertFalse(found.get("pareto_turnover") or found.get("pareto_why") or found.get("pareto_is_overdue"))

    def test_the_scheduler_sees_all(self):
        self.assertEqual(60, self.partner.pareto_profit)
        self.assertTrue(self.env["res.partner"].search_count([("pareto_profit", ">", 50)]))

    def test_no_path_leads_past_the_record_rules(self):
        """To a colleague's customer, for who sees own customers; to another company's figures, for who works in one."""
        self.company.pareto_own_values = True
        self.partner.user_id = self.controller
        for name in ("pareto_turnover", "pareto_value_id.turnover"):
            for path in (name, f"commercial_partner_id.{name}"):
                with self.subTest(path=path):
                    self.assertEqual(0, self.asks(self.seller, f"message_partner_ids.{path}"))
                    self.assertEqual(1, self.asks(self.controller, f"message_partner_ids.{path}"))
        partners = self.of(self.seller, su=True)["res.partner"]
        mine = [("id", "=", self.partner.id)]
        [sums] = partners.formatted_read_group(mine, [], ["pareto_turnover:sum"])
        self.assertFalse(sums["pareto_turnover:sum"])
        self.env.invalidate_all()
        self.assertFalse(partners.browse(self.partner.id).pareto_value_id)

    def test_nor_to_another_company(self):
        abroad = self.new_company("Abroad", "USD")
        order = self.env["sale.order"].create({"partner_id": self.partner.id, "company_id": abroad.id})
        self.env["crm.pareto.customer"].create(
            {"partner_id": self.partner.id, "company_id": abroad.id, "turnover": 700, "profit": 300}
        )
        self.env.flush_all()
        for name in ("pareto_turnover", "pareto_profit"):
            with self.subTest(name=name):
                asked = [("id", "=", order.id), (name, ">", 0)]
                self.assertFalse(self.of(self.controller, su=True)["sale.order"].search_count(asked))

    def test_nor_to_when_others_were_in_touch(self):
        """The history is of the documents that one may see, and what is overdue of the values."""
        self.company.pareto_own_values = True
        self.partner.user_id = self.controller
        self.env.ref("crm_pareto.crm_pareto_tier_a").touch_days = 1
        lead = self.env["crm.lead"].create(
            {
                "name": "Secret",
                "partner_id": self.partner.id,
                "user_id": self.controller.id,
                "company_id": self.company.id,
            }
        )
        sent = {"message_type": "email", "subtype_xmlid": "mail.mt_comment", "author_id": self.partner.id}
        lead.message_post(body="Hello", **sent)
        self.env.flush_all()
        event = self.followed_by_customer(self.seller)
        for asked in (
            ("pareto_is_overdue", "=", True),
            ("pareto_silent_days", "<", 3),
            ("pareto_last_in", ">", "2020-01-01"),
            ("pareto_known_by_count", ">", 0),
        ):
            with self.subTest(asked=asked):
                path = (f"message_partner_ids.{asked[0]}", *asked[1:])
                self.assertFalse(event.search_count([("id", "=", event.id), path]))
        partner = self.of(self.seller, su=True)["res.partner"].browse(self.partner.id)
        self.assertEqual((False, 0), (partner.pareto_last_in, partner.pareto_touch_count))


class TestChosenRows(SudoCase):
    """On a form, or by writing it, a client says which row of figures is a record's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.pareto_own_values = True
        cls.partner.user_id = cls.controller
        cls.abroad = cls.new_company("Abroad", "USD")
        cls.campaign = cls.env["utm.campaign"].create({"title": "Spring", "company_id": False})
        customers, products, campaigns = (cls.env[f"crm.pareto.{name}"] for name in ("customer", "product", "campaign"))
        there = {"company_id": cls.abroad.id}
        cls.colleague_s = customers.search([("partner_id", "=", cls.partner.id)])
        figures = {"turnover": 700, "profit": 300}
        cls.there = customers.create({**there, **figures, "partner_id": cls.partner.id})
        cls.product_there = products.create({**there, **figures, "product_id": cls.product.id})
        cls.campaign_there = campaigns.create(
            {**there, "campaign_id": cls.campaign.id, "model": "linear", "revenue": 700, "margin": 300}
        )
        cls.env.flush_all()

    def shown(self, user, model, row, names):
        """All that a user is shown of a row, in the ways that a client has."""
        records, spec = self.of(user)[model], {name: {} for name in ("pareto_value_id", *names)}
        self.env.invalidate_all()
        chosen = {"pareto_value_id": row.id}
        yield records.onchange(chosen, ["pareto_value_id"], spec)["value"]
        yield records.with_context(default_pareto_value_id=row.id).onchange({}, [], spec)["value"]
        if record := self.own(user, model):
            yield record.with_env(records.env).web_save(chosen, spec)[0]

    def own(self, user, model):
        """A record that the user may write."""
        if model == "res.partner":
            return self.new_partner("Mine", user_id=user.id)
        lead = {"name": "L", "user_id": user.id, "company_id": self.company.id}
        return self.env["crm.lead"].create(lead) if model == "crm.lead" else None

    def assert_nothing_shown(self, user, model, row, *names):
        with self.subTest(model=model, row=row):
            for values in self.shown(user, model, row, names):
                self.assertFalse([name for name in names if values.get(name)])

    def test_none_of_a_colleague_s_customer_and_none_of_another_company(self):
        for model in ("res.partner", "sale.order", "crm.lead"):
            for row in (self.colleague_s, self.there):
                self.assert_nothing_shown(self.seller, model, row, "pareto_turnover", "pareto_tier_id")
            self.assert_nothing_shown(self.controller, model, self.there, "pareto_turnover", "pareto_profit")

    def test_none_of_products_and_campaigns_of_another_company(self):
        figures = ("pareto_turnover", "pareto_profit")
        self.assert_nothing_shown(self.controller, "product.product", self.product_there, *figures)
        figures = ("pareto_revenue", "pareto_margin")
        self.assert_nothing_shown(self.controller, "utm.campaign", self.campaign_there, *figures)

    def test_a_form_shows_the_figures_of_the_customer_that_is_chosen(self):
        spec = {"partner_id": {}, "pareto_turnover": {}}
        orders = self.of(self.controller)["sale.order"]
        values = orders.onchange({"partner_id": self.partner.id}, ["partner_id"], spec)["value"]
        self.assertEqual(100, values["pareto_turnover"])


class TestOutsiders(SudoCase):
    """Odoo does with sudo what customers in the portal and visitors do: what they may not see is no hindrance."""

    def documents(self):
        lead = self.env["crm.lead"].create({"name": "Joe", "partner_id": self.partner.id})
        campaign = self.env["utm.campaign"].create({"title": "Fair"})
        invoice = self.env["account.move"].search([("partner_id", "=", self.partner.id)], limit=1)
        order = self.env["sale.order"].create({"partner_id": self.partner.id})
        todo = self.partner.activity_schedule("mail.mail_activity_data_todo", user_id=self.seller.id)
        return (lead, campaign, invoice, order, self.partner, self.product, self.company, todo)

    def computed_fields(self):
        """(document of Odoo's, names of its fields of ours that are computed), of all that there are."""
        documents = {document._name: document for document in self.documents()}
        documents["product.template"] = self.product.product_tmpl_id
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or model._original_module == "crm_pareto":
                continue
            fields = [field for field in model._fields.values() if field.name.startswith("pareto_")]
            # Some are what a mail or variant has of the message or template behind it.
            if names := [field.name for field in fields if field.compute and not (field.store or field.inherited)]:
                yield documents.get(name) or self.env[name].new(), names

    def test_whatever_is_computed_is_empty_to_who_may_not_see_it(self):
        """A mail that somebody stored names it, and Odoo writes that one in the name of whoever is at work."""
        outsiders = self.new_user("paul", "base.group_portal") + self.env.ref("base.public_user") + self.employee
        self.env["crm.pareto.history"].create(
            {"partner_id": self.partner.id, "company_id": self.company.id, "date": "2026-01-31", "turnover": 70}
        )
        shown = set()
        for document, names in self.computed_fields():
            for name in names:
                self.env.invalidate_all()
                shown |= {name} if document[name] else set()
                for user in outsiders:
                    theirs = document.with_user(user).sudo().with_context(allowed_company_ids=self.company.ids)
                    with self.subTest(user=user.login, model=document._name, name=name):
                        seen = user.has_groups(document._fields[name].groups)
                        self.assertFalse(theirs[name] and not seen)
                        theirs.filtered_domain([(name, "!=", False)])
        self.assertLessEqual({"pareto_trend", "pareto_turnover", "pareto_tier_id", "pareto_value_count"}, shown)

    def test_what_one_may_see_is_one_s_own_there_too(self):
        """Of a colleague's customer, whoever sees own customers only has nothing under sudo either."""
        self.company.pareto_own_values = True
        self.partner.user_id = self.controller
        self.env["sale.order"].create({"partner_id": self.partner.id, "user_id": self.controller.id}).state = "sale"
        [order] = self.env["sale.order"].create([{"partner_id": self.partner.id, "user_id": self.seller.id}])
        self.env["crm.pareto.history"].create(
            {"partner_id": self.partner.id, "company_id": self.company.id, "date": "2026-01-31", "turnover": 70}
        )
        partner, order = (record.with_env(self.of(self.seller, su=True)) for record in (self.partner, order))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(partner.pareto_trend)
        self.assertFalse(order.pareto_last_order_date)

    def test_they_read_write_and_copy_whatever_has_fields_of_ours(self):
        outsiders = self.new_user("paul", "base.group_portal") + self.env.ref("base.public_user")
        for user in outsiders:
            for document in self.documents():
                theirs = document.with_user(user).sudo()
                name = "title" if "title" in theirs else theirs._rec_name or "summary"
                with self.subTest(user=user.login, model=theirs._name):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertIsNotNone(theirs[name])
                    theirs.write({name: theirs[name]})
                    theirs.copy_data()
                    if "message_ids" in theirs:
                        theirs.message_post(body="When?")
