import logging
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ..common.crm_pareto_result_mixin import for_readers
from ..common.tools.apart import Patience, ask
from ..common.tools.bounds import is_id
from ..common.tools.resolving import Resolving
from .crm_pareto_audience import PATIENCE_TO_ACT

_logger = logging.getLogger(__name__)

AT_ONCE = 5  # seconds for all audiences together: a form waits for them


class CrmParetoTargetedMixin(models.AbstractModel):
    """A partner whose company may belong to audiences.

    Who belongs is found out when it is searched: a mailing reaches those who belong when it is sent.
    """

    _name = "crm.pareto.targeted.mixin"
    _description = "Belongs to Audiences"

    # For all who work here: where somebody who sees no audience opens a mailing to one, it reaches nobody as far as he
    # sees.
    pareto_audience_ids = fields.Many2many(
        "crm.pareto.audience",
        string="Audiences",
        compute="_compute_pareto_audience_ids",
        compute_sudo=True,  # else who sees no audience is refused, instead of told of none
        search="_search_pareto_audience_ids",
        help="The audiences that the company of this contact belongs to now.",
        groups="base.group_user",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_pareto_audience_ids(self):
        self.pareto_audience_ids = False
        audiences = self._pareto_audiences(Domain("company_id", "in", self.env.companies.ids))
        patience = Patience(AT_ONCE, len(audiences))
        for audience in audiences._own_first():
            if patience.is_over:
                break
            belonging, _error = ask(self.env, patience, partial(self._belonging_to, audience))
            for partner in belonging or ():
                partner.pareto_audience_ids |= audience

    def _belonging_to(self, audience):
        """Those of them that belong."""
        return self.search(Domain("id", "in", self.ids) & Domain("commercial_partner_id", "in", audience._partners()))

    @for_readers
    def _search_pareto_audience_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # With archived ones: a mailing that waits still reaches those it is for.
        audiences = self.with_context(active_test=False)._pareto_audiences(
            Domain("id", "in", [id_ for id_ in value if is_id(id_)])
        )
        patience = Patience(PATIENCE_TO_ACT, len(audiences))
        named = Domain.OR(self._in_pareto_audience(audience, patience) for audience in audiences)
        if not all(value):
            named |= ~Domain("pareto_audience_ids", "in", self._pareto_audiences(Domain.TRUE).ids)
        return named

    @api.model
    def _pareto_audiences(self, domain):
        """Audiences that the person of the environment sees, under sudo too; none for whoever may not see any."""
        audiences = self.env["crm.pareto.audience"]
        if self.env.uid != SUPERUSER_ID:
            audiences = audiences.sudo(False)
        return audiences.search(domain) if audiences.has_access("read") else audiences

    @api.model
    def _in_pareto_audience(self, audience, patience):
        """The partners of the customers who belong; nobody where that cannot be said, so that no mail goes astray, and
        nothing else that is asked together with it fails.

        :raises: anything, within an audience that asks for this one: of that, too, it cannot be said
        """
        if Resolving.of(audience.env).path:
            return Domain("commercial_partner_id", "in", audience._partners())
        found, error = ask(audience.env, patience, audience._found)
        if error:
            _logger.info("Nobody belongs to %s: %s", audience, error)
            return Domain.FALSE
        return Domain("commercial_partner_id", "in", found)
