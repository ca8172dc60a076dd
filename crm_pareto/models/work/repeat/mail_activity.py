import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.models import parse_read_group_spec
from odoo.tools import SQL

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.apart import apart
from ...common.tools.groups import USER
from ...common.tools.links import Links
from ...common.tools.ours import check_ours
from ...common.tools.trust import as_reader, as_scheduler, check_reader, lang_of, trusted_defaults

_logger = logging.getLogger(__name__)

REPEAT = ("pareto_company_id", "pareto_product_ids")


class MailActivity(models.Model):
    """An activity about a repeat order closes itself once all that it is about was ordered, or bought.

    What an activity says is read by everybody who may see its document, and once it is done it stands in the chatter:
    so why it was made is told apart, to whoever may know.
    """

    _inherit = "mail.activity"

    pareto_company_id = fields.Many2one(
        "res.company",
        "Company of the Repeat Order",
        prefetch=False,  # not read along with whatever else is read of a record
        readonly=True,
        copy=False,
        ondelete="cascade",
        groups=USER,
    )
    # Read by nobody as such: whoever sees the activity need not see the customer's figures. `pareto_why` names them.
    pareto_product_ids = Links(
        "product.product",
        string="Products of the Repeat Order",
        readonly=True,
        copy=False,
        help="Once the customer ordered all of them, the activity is done.",
        groups=NO_ACCESS,
    )
    pareto_why = fields.Text(
        "Why",
        compute="_compute_pareto_why",
        groups=USER,
        help="What the plan said, or what is due to be ordered again.",
    )

    @api.depends_context("uid", "allowed_company_ids", "lang")
    @for_who_sees
    def _compute_pareto_why(self):
        """From the decisions and repeat orders that the reader may see."""
        decisions = as_reader(self.env["crm.pareto.plan.decision"]).search([("activity_id", "in", self.ids)])
        decided = {decision.activity_id.id: decision.why for decision in decisions}
        wanted = as_scheduler(self._origin).filtered("pareto_product_ids")
        rows = as_reader(self.env["crm.pareto.repeat"]).search(
            [
                ("partner_id", "in", wanted.mapped("res_id")),
                ("company_id", "in", wanted.pareto_company_id.ids),
                ("product_id", "in", wanted.pareto_product_ids.ids),
            ]
        )
        about = {
            activity.id: rows.filtered(
                lambda row, activity=activity: (
                    (row.partner_id.id, row.company_id.id) == (activity.res_id, activity.pareto_company_id.id)
                    and row.product_id.id in activity.pareto_product_ids.ids
                )
            )
            for activity in wanted
        }
        for activity in self:
            its = about.get(activity._origin.id, rows.browse())
            activity.pareto_why = decided.get(activity._origin.id) or "\n".join(its._wanted())

    @api.model
    def default_get(self, fields):
        """The list of repeat orders alone says what an activity is about."""
        return trusted_defaults(super().default_get, self, fields, REPEAT)

    @api.model_create_multi
    def create(self, vals_list):
        """Closing by itself it names orders: nobody but the list of repeat orders says which may close it."""
        check_ours(self, vals_list, REPEAT)
        return super().create(vals_list)

    def write(self, vals):
        """As in `create`."""
        check_ours(self, [vals], REPEAT)
        if not self.env.su and {"res_id", "res_model", "res_model_id"} & vals.keys():
            # On another customer its closing would tell what that one ordered.
            if as_scheduler(self).filtered("pareto_product_ids"):
                raise UserError(
                    self.env._("This is about a customer's repeat order and stays there: make another one.")
                )
        return super().write(vals)

    @api.model
    def _check_field_access(self, field, operation):
        """Ask for the reader's groups under sudo too, as on all that shows figures."""
        if self.env.su and operation == "read" and field.name in (*REPEAT, "pareto_why"):
            check_reader(self, field)
        return super()._check_field_access(field, operation)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Odoo asks who may group by a field of any type but this one's."""
        name, _path, _period = parse_read_group_spec(groupby_spec)
        if name == "pareto_product_ids":
            self._check_field_access(self._fields[name], "read")
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def _close_pareto_repeats(self):
        """Mark as done what was ordered since; which orders that were, the chatter is not the place to say.

        By a scheduled action: nothing of ours runs when an order is confirmed. One that cannot be closed stays open.
        """
        self.env.flush_all()
        for (id_,) in self.env.execute_query(self._ordered_pareto_repeats()):
            if error := apart(self.env, self.browse(id_)._close_pareto_repeat):
                _logger.warning("Activity %s of a repeat order stays open", id_, exc_info=error)

    def _close_pareto_repeat(self):
        activity = self.with_context(lang=lang_of(self.user_id, self.env))
        activity.action_feedback(feedback=activity.env._("Done by itself: see Repeat Orders."))

    @api.model
    def _ordered_pareto_repeats(self):
        """The ids of the open activities all of whose products were bought; SQL.

        A purchase without an order counts from the day after. Of a customer who became a contact of another one nothing
        is closed: it would tell what that one ordered.
        """
        return SQL(
            """
            SELECT activity.id
              FROM mail_activity activity
              JOIN mail_activity_product_product_rel wanted ON wanted.mail_activity_id = activity.id
              JOIN res_partner customer
                     ON customer.id = activity.res_id AND customer.commercial_partner_id = customer.id
              LEFT JOIN LATERAL (
                    SELECT sale.name
                      FROM res_partner contact
                      JOIN sale_order sale ON sale.partner_id = contact.id
                      JOIN sale_order_line line ON line.order_id = sale.id
                     WHERE contact.commercial_partner_id = customer.commercial_partner_id
                       AND sale.company_id = activity.pareto_company_id AND sale.state = 'sale'
                       AND line.product_id = wanted.product_product_id AND line.product_uom_qty > 0
                       AND sale.date_order >= DATE_TRUNC('second', activity.create_date)
                     ORDER BY sale.date_order, sale.id LIMIT 1) ordered ON TRUE
              LEFT JOIN crm_pareto_repeat bought
                     ON bought.partner_id = customer.commercial_partner_id
                    AND bought.product_id = wanted.product_product_id
                    AND bought.company_id = activity.pareto_company_id AND bought.last_date > activity.create_date::date
             WHERE activity.active AND activity.res_model = 'res.partner'
             GROUP BY activity.id
            HAVING BOOL_AND(ordered.name IS NOT NULL OR bought.id IS NOT NULL)
            """
        )


def keep_repeat_activities(env):
    """Make to-dos of repeat orders, open and done, so that the type can go: Odoo refuses where one is of it."""
    todo, ours = (
        env.ref(name, raise_if_not_found=False)
        for name in ("mail.mail_activity_data_todo", "crm_pareto.mail_activity_type_repeat")
    )
    if todo and ours:
        env.flush_all()
        for table, name in (
            ("mail_activity", "activity_type_id"),
            ("mail_activity_plan_template", "activity_type_id"),
            ("mail_message", "mail_activity_type_id"),
        ):
            column = SQL.identifier(name)
            env.cr.execute(
                SQL("UPDATE %s SET %s = %s WHERE %s = %s", SQL.identifier(table), column, todo.id, column, ours.id)
            )
        env.invalidate_all()
