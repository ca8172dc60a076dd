from odoo import models

# Where campaigns are picked beside the analytic distribution, in apps that need not be installed.
HOSTS = ("purchase.order", "purchase.order.line", "hr.expense")


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    def _get_combined_archs(self):
        """Show the campaigns before the analytic distribution on purchase orders and expenses.

        Not by views that inherit: those of an app that comes later could only be made by an upgrade of this one.
        """
        archs = super()._get_combined_archs()
        for view, arch in zip(self, archs, strict=True):
            if view.model in HOSTS:
                for node in arch.xpath("//field[@name='analytic_distribution']"):
                    view._add_pareto_campaigns(node)
        return archs

    def _add_pareto_campaigns(self, node):
        """Add the field before a node, where that is shown; for everybody, with Analytic Accounting on or off."""
        kept = {name: node.get(name) for name in ("readonly", "invisible") if node.get(name)}
        if node.getparent().tag == "list":
            kept["optional"] = "show"
        node.addprevious(node.makeelement("field", {"name": "pareto_campaign_ids", "widget": "many2many_tags", **kept}))
