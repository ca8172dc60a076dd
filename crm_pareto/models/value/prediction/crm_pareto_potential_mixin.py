from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.bounds import of_one, within
from .crm_pareto_peer_purchase import OTHERS

COLUMNS = ("pipeline", "has_white_space", "white_space")


class CrmParetoPotentialMixin(models.AbstractModel):
    """What a customer might still buy: what is offered, and what peers buy and this one does not.

    As of the last night. White space is NULL in the database and hidden on the screen where `has_white_space` is not
    set: without an industry, or with fewer than five peers, nothing can be said.
    """

    _name = "crm.pareto.potential.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Potential of a Customer"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    pipeline = fields.Monetary(
        "Weighted Pipeline",
        readonly=True,
        help="Expected revenue of the open opportunities, each times its probability. Those without a company count "
        "in every company, where Odoo shows them too.",
    )
    has_white_space = fields.Boolean(readonly=True, help="Whether there are enough customers to compare with.")
    white_space = fields.Monetary(
        readonly=True,
        help="What customers of the same industry and tier usually spend on the product categories that at least half "
        "of them buy, and this one did not buy in the window.",
    )
    white_space_message = fields.Char(compute="_compute_white_space_message", help="Why the white space is blank.")

    @api.depends("has_white_space", "partner_id", "turnover")
    def _compute_white_space_message(self):
        for row in self:
            row.white_space_message = False
            if row.has_white_space:
                continue
            if row.not_profiled:
                row.white_space_message = self.env._("Not profiled: the contact is marked so.")
            elif row.turnover <= 0:
                row.white_space_message = self.env._("Nothing was bought in the window.")
            elif row.partner_id.sudo().industry_id:  # sudo: whether it has one, of a customer of another company, too
                row.white_space_message = self.env._(
                    "Fewer than %(count)s other customers of this industry and tier bought in the window.",
                    count=OTHERS,
                )
            else:
                row.white_space_message = self.env._("Set the customer's industry to compare it with its peers.")

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Blank figures come last either way, as those of predictions do."""
        if field_name == "white_space" and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _make_worth(self, company, period, parts):
        self.env["crm.pareto.peer.purchase"]._update(company, period)
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_potential", self._potential(company))
        parts["crm_pareto_potential"] = COLUMNS
        return super()._make_worth(company, period, parts)

    @api.model
    def _potential(self, company):
        """The columns of every customer; SQL."""
        return SQL(
            """
            SELECT partner_id, COALESCE(offered.pipeline, 0) AS pipeline,
                   space.partner_id IS NOT NULL AS has_white_space, space.white_space
              FROM crm_pareto_draft
              LEFT JOIN (%(offered)s) offered USING (partner_id)
              LEFT JOIN (%(space)s) space USING (partner_id)
            """,
            offered=self._offered(company),
            space=self._white_space(company),
        )

    @api.model
    def _offered(self, company):
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, SUM(%(prorated)s) AS pipeline
              FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
             WHERE lead.active AND lead.type = 'opportunity' AND lead.won_status = 'pending'
               AND COALESCE(lead.company_id, %(company)s) = %(company)s
             GROUP BY partner.commercial_partner_id
            """,
            company=company.id,
            # Within bounds: anybody enters it, and what sums up to no double hides the list of all customers.
            prorated=within(SQL("lead.prorated_revenue")),
        )

    @api.model
    def _white_space(self, company):
        """From the tables that crm.pareto.peer.purchase left; SQL."""
        return SQL(
            """
            SELECT peer.partner_id, COALESCE(SUM(usual.median) FILTER (WHERE bought.categ_id IS NULL), 0) AS white_space
              FROM crm_pareto_peer peer
              LEFT JOIN crm_pareto_peer_purchase usual
                     ON usual.company_id = %(company)s AND usual.industry_id = peer.industry_id
                    AND usual.tier_id = peer.tier_id
              LEFT JOIN crm_pareto_bought bought
                     ON bought.partner_id = peer.partner_id AND bought.categ_id = usual.categ_id
             WHERE peer.others >= %(others)s
             GROUP BY peer.partner_id
            """,
            company=company.id,
            others=OTHERS,
        )

    @api.readonly
    @of_one
    def action_open_pipeline(self):
        """Open the opportunities behind the weighted pipeline."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_opportunities")
        name = self.env._("Open opportunities of %(name)s", name=self.display_name)
        return {**action, "name": name, "display_name": name, "domain": list(self._pipeline_domain()), "context": {}}

    def _pipeline_domain(self):
        return (
            Domain("partner_id", "child_of", self.partner_id.id)
            & Domain("type", "=", "opportunity")
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [self.company_id.id, False])
        )

    @api.readonly
    @of_one
    def action_open_white_space(self):
        """Open what the peers buy and this customer does not."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_peer_purchase_action")
        name = self.env._("What peers of %(name)s buy", name=self.display_name)
        return {**action, "name": name, "display_name": name, "domain": list(self._white_space_domain()), "context": {}}

    def _white_space_domain(self):
        # sudo: as the figure; what the customer buys from colleagues is no white space for anybody.
        bought = (
            self.env["crm.pareto.revenue.report"]
            .sudo()
            ._read_group(self._get_revenue_domain(), ["product_categ_id"], having=[("revenue:sum", ">", 0)])
        )
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("industry_id", "=", self.partner_id.industry_id.id)
            & Domain("tier_id", "=", self.turnover_tier_id.id)
            & Domain("categ_id", "not in", [categ.id for [categ] in bought if categ])
        )
