from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    """What the digest tells of customers: as of now, but for the plan, which is of the period."""

    _inherit = "digest.digest"

    kpi_pareto_thin = fields.Boolean("A Customers on a Thin Thread")
    kpi_pareto_thin_value = fields.Integer(compute="_compute_kpi_pareto_thin_value")
    kpi_pareto_movers = fields.Boolean("Customers in Another Tier than Last Month")
    kpi_pareto_movers_value = fields.Integer(compute="_compute_kpi_pareto_movers_value")
    kpi_pareto_reorders = fields.Boolean("Repeat Orders Due")
    kpi_pareto_reorders_value = fields.Integer(compute="_compute_kpi_pareto_reorders_value")
    kpi_pareto_followed = fields.Boolean("Lines of the Plan Done")
    kpi_pareto_followed_value = fields.Integer(compute="_compute_kpi_pareto_followed_value")

    def _compute_kpi_pareto_thin_value(self):
        self._fill_pareto("kpi_pareto_thin_value", self._count_pareto_thin)

    def _compute_kpi_pareto_movers_value(self):
        self._fill_pareto("kpi_pareto_movers_value", lambda env: env["crm.pareto.page"]._count_movers())

    def _compute_kpi_pareto_reorders_value(self):
        self._fill_pareto("kpi_pareto_reorders_value", self._count_pareto_reorders)

    def _compute_kpi_pareto_followed_value(self):
        self._fill_pareto("kpi_pareto_followed_value", self._count_pareto_followed)

    def _fill_pareto(self, name, count):
        """Set a figure, counted in each digest's company with the reader's rights.

        :raises AccessError: for who may not see Customer Value; Odoo then leaves the figure out
        """
        if not self.env.user.has_group("crm_pareto.group_user"):
            raise AccessError(self.env._("Do not have access, skip this data for user's digest email"))
        for digest in self:
            company = digest.company_id or self.env.company
            digest[name] = count(digest.with_company(company).env)

    def _count_pareto_thin(self, env):
        return env["res.partner"].search_count([("pareto_is_thin", "=", True)])

    def _count_pareto_reorders(self, env):
        domain = [("company_id", "=", env.company.id), ("order_state", "in", ("due", "overdue"))]
        return env["crm.pareto.repeat"].search_count(domain)

    def _count_pareto_followed(self, env):
        start, end, _companies = self._get_kpi_compute_parameters()
        domain = [("company_id", "=", env.company.id), ("done", "=", 1), ("date", ">=", start), ("date", "<", end)]
        return env["crm.pareto.plan.report"].search_count(domain)

    def _compute_kpis_actions(self, company, user):
        menu = self.env.ref("crm_pareto.crm_pareto_menu_root").id
        actions = {
            "kpi_pareto_thin": "crm_pareto_thin_action",
            "kpi_pareto_movers": "crm_pareto_page_action",
            "kpi_pareto_reorders": "crm_pareto_repeat_action",
            "kpi_pareto_followed": "crm_pareto_plan_report_action",
        }
        ours = {name: f"crm_pareto.{action}?menu_id={menu}" for name, action in actions.items()}
        return {**super()._compute_kpis_actions(company, user), **ours}
