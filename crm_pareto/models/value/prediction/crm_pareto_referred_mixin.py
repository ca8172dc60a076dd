from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...common.crm_pareto_result_mixin import by_value, copy_from_value, for_who_sees
from ...common.res_company import TOGETHER
from ...common.tools.blank import BlankMonetary
from ...common.tools.bounds import COUNT_LIMIT, of_one
from ...common.tools.groups import PROFIT, USER
from ...common.tools.named import check_named, is_in_sight
from ...common.tools.trust import trusted_defaults

MARKS = (
    "pareto_asked_on",
    "pareto_may_be_named",
    "pareto_not_customer",
    "pareto_not_profiled",
    "pareto_referred_by_id",
)


def check_referrer(records):
    """Refuse a referrer of another company: who reads the record may not see it. Odoo checks with sudo.

    :raises ValidationError: saying so
    """
    if not all(is_in_sight(record.pareto_referred_by_id, record.company_id) for record in records):
        raise ValidationError(records.env._("Who referred it is of another company: choose a contact of this one."))


class CrmParetoReferredMixin(models.AbstractModel):
    """Who referred a contact, and whom it referred.

    The link is between contacts; figures are of their commercial partners. Loops are possible (A by B, and B by A after
    a merge of duplicates) and harmless: see crm.pareto.referral.
    """

    _name = "crm.pareto.referred.mixin"
    _inherit = "crm.pareto.valued.mixin"
    _description = "Referred, and Refers"

    _pareto_referred_fields = {
        "pareto_referred_count": "referred_count",
        "pareto_referred_turnover": "referred_turnover",
    }
    _pareto_referred_profit_fields = {"pareto_referred_profit": "referred_profit"}

    pareto_referred_by_id = fields.Many2one(
        "res.partner",
        "Referred By",
        index="btree_not_null",
        copy=False,
        tracking=True,
        prefetch=TOGETHER,
        help="Who brought this customer to us.",
        groups="base.group_user",
    )
    pareto_referral_count = fields.Integer(
        "Referred Contacts",
        compute="_compute_pareto_referral_count",
        aggregator=None,
        groups=USER,
        help="Contacts whom this one referred, or another contact of its company, whether or not they bought.",
    )
    pareto_referred_count = fields.Integer(
        "Referred Customers",
        compute="_compute_pareto_referred_fields",
        search=by_value("referred_count"),
        aggregator=None,
        groups=USER,
        help="Customers who were referred by this one directly, and bought.",
    )
    pareto_referred_turnover = fields.Monetary(
        "Referred Turnover",
        compute="_compute_pareto_referred_fields",
        search=by_value("referred_turnover"),
        currency_field="pareto_currency_id",
        groups=USER,
        help="Turnover of the customers who came by way of this one, half of it a step.",
    )
    pareto_referred_profit = BlankMonetary(
        "Referred Profit",
        compute="_compute_pareto_referred_profit",
        search=by_value("referred_profit"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
        help="Profit of the customers who came by way of this one, half of it a step.",
    )

    # Not a CHECK in the database: where merging contacts breaks one, Odoo deletes the row.
    @api.constrains("pareto_referred_by_id")
    def _check_pareto_referred_by_id(self):
        for partner in self:
            if partner.pareto_referred_by_id == partner:
                raise ValidationError(
                    self.env._("%(name)s cannot be referred by itself: choose who brought it.", name=partner.name)
                )
        check_referrer(self)

    @api.model
    def default_get(self, fields):
        """With sudo, what a client has as default for our marks is nobody's."""
        return trusted_defaults(super().default_get, self, fields, MARKS if self.env.su else ())

    @api.model_create_multi
    def create(self, vals_list):
        """A contact that one may see referred it."""
        partners = super().create(vals_list)
        check_named(partners, "pareto_referred_by_id")
        return partners

    def write(self, vals):
        """As in `create`."""
        result = super().write(vals)
        if "pareto_referred_by_id" in vals:
            check_named(self, "pareto_referred_by_id")
        return result

    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_referral_count(self):
        for partner in self:
            domain = partner._origin and partner._origin._get_pareto_referral_domain()
            partner.pareto_referral_count = domain and self.with_context(active_test=False).search_count(
                domain, limit=COUNT_LIMIT
            )

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_referred_fields(self):
        copy_from_value(self, self._pareto_referred_fields)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_referred_profit(self):
        copy_from_value(self, self._pareto_referred_profit_fields)

    def _pareto_paths(self):
        return super()._pareto_paths() | self._pareto_referred_fields | self._pareto_referred_profit_fields

    def _get_pareto_referral_domain(self):
        """The contacts of others that the partner, or another contact of its company, referred."""
        customer = self.commercial_partner_id.id
        by_us = Domain("pareto_referred_by_id.commercial_partner_id", "=", customer)
        return by_us & Domain("commercial_partner_id", "!=", customer)

    @api.readonly
    @of_one
    def action_open_pareto_referred_contacts(self):
        """Open the contacts behind the count, archived ones too."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Referred by %(name)s", name=self.commercial_partner_id.display_name),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": list(self._get_pareto_referral_domain()),
            "context": {"active_test": False},
        }

    @api.readonly
    @of_one
    def action_open_pareto_referrals(self):
        """Open the customers behind the figures, with what of each counts."""
        return self.pareto_value_id.action_open_referrals()
