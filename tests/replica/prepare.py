"""Results for all that the generator of the benchmarks wrote, and who reads them."""

from odoo.fields import Command

from .. import script

LOGIN = "reader"  # also the password


def prepare(env):
    """Compute everything for the Bench companies, and make a manager who may see all of it.

    :return: {"company": the first company's id}
    """
    companies = env["res.company"].search([("name", "=like", "Bench %")])
    for company in companies:
        env["crm.pareto.recompute"]._recompute(company)
        env["crm.pareto.attribution"]._recompute(company)
        env["crm.pareto.pairing"]._recompute(company)
    groups = ("crm_pareto.group_manager", "crm_pareto.group_profit", "sales_team.group_sale_manager")
    reader = env["res.users"].create(
        {
            "name": "Reader",
            "login": LOGIN,
            "password": LOGIN,
            "company_id": companies[0].id,
            "company_ids": [Command.set(companies.ids)],
            "group_ids": [
                Command.link(env.ref(name).id) for name in (*groups, "account.group_account_manager", "base.group_user")
            ],
        }
    )
    _write_documents(env, companies[0], reader)
    return {"company": companies[0].id}


def _write_documents(env, company, reader):
    """One of each document that has a form with figures of ours, so that there is something to open."""
    customer = env["crm.pareto.customer"].search([("company_id", "=", company.id)], order="turnover DESC", limit=1)
    partner = customer.partner_id
    env["crm.lead"].create({"name": "Extension", "partner_id": partner.id, "user_id": reader.id})
    product = env["crm.pareto.product"].search([("company_id", "=", company.id)], limit=1).product_id
    line = Command.create({"product_id": product.id})
    order = env["sale.order"].with_company(company)
    order.create({"partner_id": partner.id, "company_id": company.id, "order_line": [line]})
    env["crm.pareto.handover"].create({"company_id": company.id, "from_user_id": reader.id})
    env["crm.pareto.audience"].create({"name": "All", "company_id": company.id})


if __name__ == "__main__":
    script.main(__doc__, prepare, keep=True)
