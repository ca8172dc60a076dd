"""What is spent on campaigns, each thing through the API of its app."""

from datetime import date

from odoo import Command

JUNE = date(2026, 6, 15)


class Spending:
    """What one company spends.

    :param env: of whoever enters it, in the company that spends
    """

    def __init__(self, env):
        self.env = env
        # sudo: whoever enters bills need not be allowed to make products and partners.
        product = {"name": "Advertising", "type": "service", "supplier_taxes_id": [Command.clear()]}
        self.product = env["product.product"].sudo().create(product).with_env(env)
        self.vendor = env["res.partner"].sudo().create({"name": "Fair Ltd"}).with_env(env)

    def campaign(self, title, company=None):
        """A campaign of a company, by default of all."""
        return self.env["utm.campaign"].create({"title": title, "company_id": company.id if company else False})

    def line(self, amount, *campaigns, **values):
        """The values of a line of a bill on campaigns, in equal parts."""
        ids = [campaign.id for campaign in campaigns]
        values = {"pareto_campaign_ids": [Command.set(ids)], "tax_ids": [Command.clear()], **values}
        return {"product_id": self.product.id, "price_unit": amount, **values}

    def shares(self, parts):
        """The distribution that shares out something as `parts` says: {campaign: percent}."""
        return {str(campaign._pareto_ensure_accounts().id): share for campaign, share in parts.items()}

    def split(self, amount, parts):
        """The values of a line of a bill, shared out by its distribution."""
        values = {"product_id": self.product.id, "price_unit": amount, "tax_ids": [Command.clear()]}
        return {**values, "analytic_distribution": self.shares(parts)}

    def bill(self, *lines, post=True, **values):
        """A vendor's bill, or with move_type="in_refund" a credit note."""
        values = {"move_type": "in_invoice", "partner_id": self.vendor.id, "invoice_date": JUNE, "date": JUNE, **values}
        bill = self.env["account.move"].create({**values, "invoice_line_ids": [Command.create(line) for line in lines]})
        if post:
            bill.action_post()
        return bill

    def order(self, campaign, quantity=1, price=100, **values):
        """A confirmed purchase order of one line."""
        line = {"product_id": self.product.id, "name": "Stand", "product_qty": quantity, "price_unit": price}
        line |= {"pareto_campaign_ids": [Command.set(campaign.ids)], "tax_ids": [Command.clear()]}
        line |= {name: values.pop(name) for name in ("product_uom_id",) if name in values}
        values = {"partner_id": self.vendor.id, "date_order": JUNE, "order_line": [Command.create(line)], **values}
        order = self.env["purchase.order"].create(values)
        order.button_confirm()
        return order

    def bill_order(self, order, quantity, post=True, day=JUNE, **values):
        """The bill of a part of an order."""
        order.action_create_invoice()
        bill = order.invoice_ids.filtered(lambda bill: bill.state == "draft")
        bill.write({"invoice_date": day, "date": day})
        bill.invoice_line_ids.write({"quantity": quantity, **values})
        if post:
            bill.action_post()
        return bill

    def employee(self, name="Clara", hourly_cost=25):
        values = {"name": name, "hourly_cost": hourly_cost, "company_id": self.env.company.id}
        return self.env["hr.employee"].sudo().create(values)

    def expense(self, employee, amount, *campaigns, post=True):
        """What an employee spent: handed in, approved and posted."""
        values = {"name": "Train", "employee_id": employee.id, "product_id": self.product.id, "date": JUNE}
        values["pareto_campaign_ids"] = [Command.set([campaign.id for campaign in campaigns])]
        expense = self.env["hr.expense"].sudo().create({**values, "total_amount_currency": amount})
        expense.tax_ids = False
        expense.action_submit()
        if expense.state == "submitted":
            expense.action_approve()
        if post:
            action = expense.action_post()
            wizard = self.env[action["res_model"]].sudo().with_context(action["context"]).browse(action["res_id"])
            wizard.accounting_date = JUNE
            wizard.action_post_entry()
        return expense

    def project(self, campaign):
        """A project whose hours are a cost of the campaign."""
        account = campaign._pareto_ensure_accounts()
        values = {"name": "Stand", "allow_timesheets": True, "company_id": self.env.company.id}
        return self.env["project.project"].sudo().create({**values, account.root_plan_id._column_name(): account.id})

    def hours(self, project, employee, hours):
        values = {"name": "Stand duty", "project_id": project.id, "employee_id": employee.id, "date": JUNE}
        return self.env["account.analytic.line"].sudo().create({**values, "unit_amount": hours})
