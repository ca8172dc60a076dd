from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.res_company import TOGETHER
from ..value.prediction.crm_pareto_due_mixin import COLUMNS as DUE
from ..value.prediction.crm_pareto_influence_mixin import COLUMNS as INFLUENCE
from ..value.prediction.crm_pareto_insight_mixin import COLUMNS as INSIGHT
from ..value.prediction.crm_pareto_prediction_mixin import COLUMNS as PREDICTIONS
from ..value.prediction.crm_pareto_scorecard_mixin import FIGURES
from ..value.tier.crm_pareto_rfm_mixin import COLUMNS as RFM

PROFILED = Domain("pareto_not_profiled", "=", False) & Domain("commercial_partner_id.pareto_not_profiled", "=", False)
# What a value row holds that is a judgement or a forecast, and not the sum of documents.
PROFILE = (*PREDICTIONS, *RFM, "has_white_space", "white_space", *INSIGHT, *INFLUENCE, *DUE, "has_scores", *FIGURES)


class CrmParetoNotProfiledMixin(models.AbstractModel):
    """A contact that is not to be profiled: no score, forecast, segment, plan or suggestion is made of it.

    Profiling is what judges or foretells (General Data Protection Regulation, article 4 (4)). What the books say is
    none: turnover, profit, their ranks, shares and tiers, service and open opportunities stay, so that the sums of all
    customers are those of the ledger. Nor is the customer a measure for others: models, fifths, peers and products
    bought together are learnt from the rest. docs/personal-data.md has the list.

    The mark of a customer is that of its commercial partner. That of a contact below it keeps the person out of the
    mailings of audiences and of the plan.
    """

    _name = "crm.pareto.not.profiled.mixin"
    _description = "Not to Be Profiled"

    pareto_not_profiled = fields.Boolean(
        "Not to Be Profiled",
        tracking=True,
        prefetch=TOGETHER,
        groups="base.group_user",
        help="No scores, predictions, segment, audiences, plan or suggestions: those there are go at once. Turnover "
        "and profit stay, as the books say them. Take the mark away and the next night computes the rest again. On a "
        "contact of a company: audiences do not write to it, and the plan does not name its leads and quotations.",
    )
    pareto_customer_not_profiled = fields.Boolean(
        "Customer Not Profiled", compute="_compute_pareto_customer_not_profiled", groups="base.group_user"
    )

    _pareto_not_profiled_index = models.Index("(id) WHERE pareto_not_profiled")

    @api.depends("commercial_partner_id.pareto_not_profiled")
    def _compute_pareto_customer_not_profiled(self):
        for partner in self:
            # sudo: whoever sees a contact may know that its company is not profiled.
            partner.pareto_customer_not_profiled = partner.sudo().commercial_partner_id.pareto_not_profiled

    def write(self, vals):
        moves = vals.keys() & {"parent_id", "is_company"}  # another company's contact, or one by itself
        before = self.filtered("pareto_customer_not_profiled") if moves else self
        unmarked = self.browse()
        if vals.get("pareto_not_profiled"):
            unmarked = self.filtered(lambda partner: not partner.pareto_not_profiled)
        result = super().write(vals)
        if vals.get("pareto_not_profiled"):
            unmarked._forget_pareto_profile()
        elif now := (self - before).filtered("pareto_customer_not_profiled"):
            now._forget_pareto_profile()
        return result

    def _forget_pareto_profile(self):
        """Clear at once what was worked out of these customers, and of those below them, in every company.

        Only what there is: each row that is written takes back a computation that is under way, and whoever marks a
        contact again and again would keep it from ever ending.
        """
        customers = self.env["crm.pareto.customer"]
        customers.flush_model()
        # sudo: of all companies.
        below = self.sudo().with_context(active_test=False).search([("commercial_partner_id", "in", self.ids)])
        ids = (self | below).ids
        # Not through the ORM: whoever may mark a contact need not see what is cleared, nor may anybody write it.
        self.env.cr.execute(
            SQL(
                "UPDATE crm_pareto_customer SET (%(columns)s) = ROW(%(nothing)s)"
                " WHERE partner_id = ANY(%(ids)s) AND NOT ROW(%(columns)s) IS NULL",
                columns=SQL(", ").join(map(SQL.identifier, PROFILE)),
                nothing=SQL(", ").join(SQL("NULL") for _column in PROFILE),
                ids=ids,
            )
        )
        self.env.cr.execute(SQL("DELETE FROM crm_pareto_repeat WHERE partner_id = ANY(%s)", ids))
        self.env.cr.execute(
            SQL("DELETE FROM crm_pareto_started_plan WHERE done_at IS NULL AND partner_id = ANY(%s)", ids)
        )
        self.env.cr.execute(
            SQL("UPDATE crm_pareto_treatment SET waiting = FALSE WHERE waiting AND partner_id = ANY(%s)", ids)
        )
        for name in ("crm.pareto.customer", "crm.pareto.repeat", "crm.pareto.started.plan", "crm.pareto.treatment"):
            self.env[name].invalidate_model()

    @api.model
    def _forget_pareto_marked(self, _company):
        """Clear what the computation of a company worked out of whoever was marked meanwhile, with nothing to clear."""
        # sudo: of all companies.
        marked = self.sudo().with_context(active_test=False).search([("pareto_not_profiled", "=", True)])
        marked._forget_pareto_profile()

    @api.model
    def _pareto_is_profiled(self, customer):
        """Whether a customer may be profiled; SQL. The few who may not are looked up once a statement.

        A contact that was put below a company keeps the figures of its own invoices: it is as that one says.

        :param customer: SQL of the id of a partner
        """
        return SQL(
            """
            (%s NOT IN (SELECT id FROM res_partner WHERE pareto_not_profiled
                        UNION ALL
                        SELECT below.id FROM res_partner marked
                          JOIN res_partner below ON below.commercial_partner_id = marked.id
                         WHERE marked.pareto_not_profiled))
            """,
            customer,
        )
