"""The two companies: Alder & Voss in Hamburg (euro) and Ridgeline in Denver (dollar), and the rates between."""

import datetime
import math

from odoo import Command

MAIN = {
    "name": "Alder & Voss Instruments GmbH",
    "street": "Veringkanal 9",
    "zip": "21107",
    "city": "Hamburg",
    "phone": "+49 40 66969 100",
    "email": "info@alder-voss.example",
    "website": "https://www.alder-voss.example",
    "company_registry": "HRB 000000",
}
SECOND = {
    "name": "Ridgeline Metrology Inc.",
    "street": "1730 Wynkoop Yard",
    "zip": "80202",
    "city": "Denver",
    "phone": "+1 303 555 0100",
    "email": "hello@ridgeline-metrology.example",
    "website": "https://www.ridgeline-metrology.example",
}
FEATURES = [
    "product.group_product_pricelist",
    "sale.group_discount_per_so_line",
    "account.group_delivery_invoice_address",
    "crm.group_use_lead",
    "base.group_multi_currency",
    "mass_mailing.group_mass_mailing_campaign",
]


def make_companies(scene):
    """Rename the company that every database has, and add the second one with its own chart of accounts."""
    # Under this key Odoo loads no national accounting app for the company's country.
    env = scene.env(context={**scene.env.context, "chart_template_load": True})
    main = env.ref("base.main_company")
    germany, america = env.ref("base.de"), env.ref("base.us")
    euro, dollar = env.ref("base.EUR"), env.ref("base.USD")
    (euro | dollar).active = True
    main.write({**MAIN, "country_id": germany.id})
    # Otherwise Odoo asks a web service about the companies.
    known = {"iap_enrich_auto_done": True} if "iap_enrich_auto_done" in main else {}
    main.write(known)
    state = env.ref("base.state_us_6")
    second = env["res.company"].create(
        {**SECOND, **known, "country_id": america.id, "state_id": state.id, "currency_id": dollar.id}
    )
    for company, currency in ((main, euro), (second, dollar)):
        if not company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", company)
        # The chart brings the currency of its country.
        company.currency_id = currency
        if "inventory_valuation" in company:
            company.inventory_valuation = "real_time"
    scene.companies = {"de": main.with_env(scene.env), "us": second.with_env(scene.env)}
    _make_warehouses(scene)
    _tax_like_germany(env, main, germany)
    env.ref("base.user_admin").write({"company_ids": [Command.set((main | second).ids)], "company_id": main.id})
    scene.feature(*FEATURES)
    for code in ("de_DE", "fr_FR"):
        env["res.lang"]._activate_lang(code)
    _set_rates(scene, main, euro, dollar)
    _set_rates(scene, second, dollar, euro)


def _tax_like_germany(env, company, germany):
    """The generic chart is made for the United States: 15 %, and everybody else is abroad."""
    domain = [("company_id", "=", company.id)]
    company.account_fiscal_country_id = germany
    env["account.tax.group"].search([*domain, ("name", "=", "Tax 15%")]).name = "VAT 19 %"
    env["account.tax.group"].search(domain).country_id = germany
    taxes = env["account.tax"].search(domain)
    taxes.country_id = germany
    taxes.filtered("amount").write({"amount": 19, "name": "19%"})
    env["account.fiscal.position"].search([*domain, ("country_id", "!=", False)]).country_id = germany


def _make_warehouses(scene):
    """Odoo gives only the first company a warehouse of its own accord."""
    if not scene.has("stock.warehouse"):
        return
    Warehouse = scene.env["stock.warehouse"]
    for company in scene.companies.values():
        values = {"name": f"{company.city} warehouse", "code": company.city[:3].upper(), "company_id": company.id}
        own = Warehouse.search([("company_id", "=", company.id)], limit=1)
        own.write(values) if own else Warehouse.create({**values, "partner_id": company.partner_id.id})


def _set_rates(scene, company, own, other):
    """A rate on the first of each month: around 1.09 dollars for a euro, moving slowly."""
    create, rate_model = [], scene.env["res.currency.rate"]
    rate_model.search([("company_id", "=", company.id)]).unlink()
    first = scene.first_day.replace(day=1) - datetime.timedelta(days=40)
    months = (scene.today.year - first.year) * 12 + scene.today.month - first.month
    for month in range(months + 1):
        year, index = divmod(first.month - 1 + month, 12)
        dollars = round(1.09 + 0.035 * math.sin(month / 3.1) + 0.012 * math.sin(month * 1.7), 4)
        create.append(
            {
                "name": datetime.date(first.year + year, index + 1, 1),
                "currency_id": other.id,
                "company_id": company.id,
                "company_rate": dollars if own.name == "EUR" else round(1 / dollars, 6),
            }
        )
    rate_model.create(create)
