from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

LAST = 10  # touches


class CrmParetoHandoverBrief(models.AbstractModel):
    """What whoever takes over a customer should know: worth, people, last touches, what is promised and due.

    As the reader may see it. Nothing of it stands in the chatter, which is read by whoever sees the customer, whatever
    other rights.
    """

    _name = "report.crm_pareto.handover_brief"
    _description = "Customer Brief"

    @api.model
    def _get_report_values(self, docids, data=None):
        """
        :raises AccessError: where the scheduler prints it, with a mail say: nobody reads it then, and all would be told
        """
        if self.env.uid == SUPERUSER_ID:
            raise AccessError(self.env._("A customer's brief is printed by a person."))
        brief = self.sudo(False)
        customers = brief.env["res.partner"].browse(docids)._filtered_access("read").commercial_partner_id
        return {
            "docs": customers,
            "briefs": brief._briefs(customers, brief.env.company),
            "kinds": brief._kinds(),
        }

    @api.model
    def _briefs(self, customers, company):
        """{id of the customer: its value row, people, touches, activities and open quotations}.

        :param customers: commercial partners
        """
        rows = self.env["crm.pareto.customer"].search(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)]
        )
        of_customer = [("partner_id.commercial_partner_id", "in", customers.ids)]
        quotations = self._readable(
            "sale.order", [*of_customer, ("state", "in", ("draft", "sent")), ("company_id", "=", company.id)]
        )
        here = ("company_id", "in", (False, company.id))
        leads = self._readable("crm.lead", [*of_customer, here, ("won_status", "=", "pending")])
        due = self.env["crm.pareto.repeat"].search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", company.id),
                ("order_state", "in", ("due", "overdue")),
            ]
        )
        products = due.product_id._filtered_access("read")
        due = due.filtered(lambda repeat: repeat.product_id in products)
        repeats = due.grouped(lambda repeat: repeat.partner_id.id)
        rows = rows.grouped(lambda row: row.partner_id.id)
        touches = self._touches(customers, company).grouped(lambda touch: touch.customer_id.id)
        activities = self._activities(customers, quotations, leads)
        of_quotations, of_leads = (
            records.grouped(lambda record: record.partner_id.commercial_partner_id.id)
            for records in (quotations, leads)
        )
        return {
            customer.id: {
                "row": rows.get(customer.id, self.env["crm.pareto.customer"]),
                "people": self._people(customer),
                "due": repeats.get(customer.id, due.browse()),
                "touches": touches.get(customer.id, []),
                "activities": activities.get(customer.id, self.env["mail.activity"]),
                "quotations": of_quotations.get(customer.id, quotations.browse()),
                "leads": of_leads.get(customer.id, leads.browse()),
            }
            for customer in customers
        }

    @api.model
    def _people(self, customer):
        """Each contact in one line: name, position, roles in the buying centre, phone and mail."""
        roles = customer.pareto_role_ids.grouped("contact_id")
        names = dict(customer.pareto_role_ids._fields["role"]._description_selection(self.env))
        return [
            ", ".join(
                part
                for part in (
                    person.name,
                    person.function,
                    *(names[row.role] for row in roles.get(person, ())),
                    person.phone,
                    person.email,
                )
                if part
            )
            for person in customer.child_ids
            if person.type == "contact"
        ]

    @api.model
    def _kinds(self):
        return dict(self.env["crm.pareto.touchpoint"]._fields["kind"]._description_selection(self.env))

    @api.model
    def _readable(self, model, domain):
        """The records, none for who may not read the model."""
        records = self.env[model]
        return records.search(domain) if records.has_access("read") else records

    @api.model
    def _touches(self, customers, company):
        """The last touches of each, newest first."""
        touchpoints = self.env["crm.pareto.touchpoint"]
        query = touchpoints._search([("customer_id", "in", customers.ids), ("company_id", "in", (False, company.id))])
        newest = SQL(
            """
            SELECT id
              FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY date DESC, id DESC) AS number
                      FROM (%s) touch) numbered
             WHERE number <= %s
            """,
            query.select(*[SQL.identifier(query.table, name) for name in ("id", "customer_id", "date")]),
            LAST,
        )
        ids = [id_ for (id_,) in self.env.execute_query(newest)]
        return touchpoints.search([("id", "in", ids)])

    @api.model
    def _activities(self, customers, quotations, leads):
        """{id of the customer: the open activities on it, its people, quotations and leads}."""
        partners = self.env["res.partner"].search([("commercial_partner_id", "in", customers.ids)])
        customer_of = {("res.partner", partner.id): partner.commercial_partner_id.id for partner in partners}
        for records in (quotations, leads):
            customer_of |= {(record._name, record.id): record.partner_id.commercial_partner_id.id for record in records}
        models_of = {model: [id_ for of, id_ in customer_of if of == model] for model, _id in customer_of}
        domain = fields.Domain.OR(
            [("res_model", "=", model), ("res_id", "in", ids)] for model, ids in models_of.items()
        )
        activities = self.env["mail.activity"].search(domain, order="date_deadline, id")
        return activities.grouped(lambda activity: customer_of[activity.res_model, activity.res_id])
