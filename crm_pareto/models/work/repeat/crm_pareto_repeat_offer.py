from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date, format_list

from ...common.tools.bounds import of_some
from ...common.tools.ours import as_ours
from ...common.tools.trust import ALL_DOCUMENTS, as_scheduler, lang_of, works_in

MOST_NAMED = 5  # rows in a message


class CrmParetoRepeat(models.Model):
    """What is done with what is due: a quotation, or an activity to call the customer."""

    _inherit = "crm.pareto.repeat"

    # -- quotation -------------------------------------------------------------------

    @of_some
    def action_new_quotation(self):
        """Make one draft quotation a customer, of the usual quantities, and open it, or the list of them.

        What is on a quotation or on an order under way already is left out, and named.

        :raises UserError: where nothing is left
        """
        self._hold()
        under_way = self._get_under_way()
        rows = self.filtered(lambda row: row.id not in under_way)
        left_out = [(row, under_way[row.id]) for row in self - rows]
        if not rows:
            raise UserError(self.env._("Nothing to offer: %(what)s", what=self._name_them(left_out)))
        quotations = self.env["sale.order"]
        for (company, partner), its in rows.grouped(lambda row: (row.company_id, row.partner_id)).items():
            quotations += quotations.with_company(company).create(its._prepare_quotation_vals(company, partner))
        return self._notify(
            left_out and self.env._("Left out: %(what)s", what=self._name_them(left_out)),
            self._open_quotations(quotations),
        )

    def _hold(self):
        """Let two people who press the button at once take turns: Odoo tries the second again, who then sees the first.

        A lock would not do: the second would go on with what the database looked like before.
        """
        self.check_access("read")
        self.env.cr.execute(SQL("UPDATE crm_pareto_repeat SET last_date = last_date WHERE id = ANY(%s)", self.ids))

    def _get_under_way(self):
        """{id of a row: the names of the orders that keep it silent}"""
        query = self.with_context(active_test=False)._as_query(ordered=False)
        orders = SQL("ARRAY(SELECT DISTINCT name FROM (%s) orders ORDER BY name)", self._under_way(query.table))
        found = self.env.execute_query(query.select(SQL.identifier(query.table, "id"), orders))
        return {id_: format_list(self.env, names) for id_, names in found if names}

    def _prepare_quotation_vals(self, company, partner):
        """Of rows of one customer."""
        lines = [
            {"product_id": row.product_id.id, "product_uom_id": row.uom_id.id, "product_uom_qty": row.quantity}
            for row in self
        ]
        values = {
            "partner_id": partner.id,
            "company_id": company.id,
            "order_line": [Command.create(line) for line in lines],
        }
        if not self.env.user.has_group(ALL_DOCUMENTS):
            values["user_id"] = self.env.uid  # a colleague's, as Odoo would make it, would be out of sight
        return values

    def _open_quotations(self, quotations):
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_quotations_with_onboarding")
        if len(quotations) == 1:
            return {**action, "res_id": quotations.id, "views": [(False, "form")], "context": {}}
        name = self.env._("New Quotations")
        return {**action, "name": name, "display_name": name, "domain": [("id", "in", quotations.ids)], "context": {}}

    # -- activity --------------------------------------------------------------------

    @of_some
    def action_schedule_activity(self):
        """Make one activity a customer, for the salesperson, about what is due; it closes itself when that was ordered.

        What is not due, or planned already, is left out, and named.

        :raises UserError: where nothing is left
        """
        self._hold()
        rows = self.filtered(lambda row: row.order_state and not row.planned_date)
        left_out = [
            (row, self.env._("planned already") if row.planned_date else self.env._("not due")) for row in self - rows
        ]
        if not rows:
            raise UserError(self.env._("Nothing to plan: %(what)s", what=self._name_them(left_out)))
        groups = rows.grouped(lambda row: (row.company_id, row.partner_id))
        activities = as_ours(self.env["mail.activity"]).create(
            [its._prepare_activity_vals(company, partner) for (company, partner), its in groups.items()]
        )
        for activity, its in zip(
            as_scheduler(activities), groups.values(), strict=True
        ):  # no person reads or writes it
            activity.pareto_product_ids = its.product_id
        self.invalidate_recordset(["planned_date"])
        message = self.env._("Activities planned: %(count)s.", count=len(groups))
        if left_out:
            message += " " + self.env._("Left out: %(what)s", what=self._name_them(left_out))
        return self._notify(message, {"type": "ir.actions.client", "tag": "soft_reload"})

    def _prepare_activity_vals(self, company, partner):
        """Of rows of one customer."""
        user = partner.user_id
        if not (user.active and works_in(user, company)):  # who left sees it no more
            user = self.env.user
        rows = self.with_context(lang=lang_of(user, self.env))
        return {
            "activity_type_id": self.env.ref("crm_pareto.mail_activity_type_repeat").id,
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": partner.id,
            "user_id": user.id,
            "date_deadline": fields.Date.context_today(self),
            "summary": rows.env._("Reorder: see Repeat Orders"),  # no more: everybody reads it on the customer
            "pareto_company_id": company.id,
        }

    def _wanted(self):
        """What would be ordered again, a line each."""
        return [
            self.env._(
                "%(quantity)s %(unit)s %(product)s, last bought on %(date)s",
                quantity=f"{row.quantity:.12g}",
                unit=row.uom_id.name,
                product=row.product_id.display_name,
                date=format_date(self.env, row.last_date),
            )
            for row in self
        ]

    # -- messages --------------------------------------------------------------------

    def _name_them(self, left_out):
        """The rows that were left out, and why.

        :param left_out: [(row, reason)]
        """
        names = [
            self.env._(
                "%(product)s for %(customer)s (%(why)s)",
                product=row.product_id.display_name,
                customer=row.partner_id.display_name,
                why=why,
            )
            for row, why in left_out[:MOST_NAMED]
        ]
        if len(left_out) > MOST_NAMED:
            names.append(self.env._("%(count)s more", count=len(left_out) - MOST_NAMED))
        return format_list(self.env, names)

    def _notify(self, message, action):
        """Show the message, where there is one, and go on with the action."""
        if not message:
            return action
        params = {"type": "info", "message": message, "next": action}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}
