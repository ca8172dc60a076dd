from odoo import models

# Where campaigns are picked beside the analytic distribution, in apps that need not be installed.
HOSTS = ("purchase.order", "purchase.order.line", "hr.expense")


class Base(models.AbstractModel):
    _inherit = "base"

    def _get_view(self, view_id=None, view_type="form", **options):
        """Show the campaigns before the analytic distribution on purchase orders and expenses.

        Not by views that inherit: those of an app that comes later could only be made by an upgrade of this one.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        if self._name in HOSTS:
            for node in arch.xpath("//field[@name='analytic_distribution']"):
                kept = {name: node.get(name) for name in ("groups", "readonly", "invisible") if node.get(name)}
                if self._name == "hr.expense" and "groups" in kept:
                    # Whoever was at the fair knows what the journey was for, whoever reads analytic distributions.
                    kept["groups"] += ",crm_pareto.group_user"
                if node.getparent().tag == "list":
                    kept["optional"] = "show"
                field = node.makeelement("field", {"name": "pareto_campaign_ids", "widget": "many2many_tags", **kept})
                node.addprevious(field)
        return arch, view
