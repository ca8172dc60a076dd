"""What is sold: instruments, sensors, consumables, spare parts, services and contracts."""

from .scene import rows

# The American company buys from the German one and pays the freight: cost in dollars per euro.
AMERICAN_COST = 1.14
# Services that a technician works off in a task.
WORKED_OFF = {"CAL-SITE", "TRAIN"}
BOUGHT_ADVERTISING = "Advertising and fairs"


def make_catalog(scene):
    """All products with their costs in both companies, the price list in dollars, and payment terms."""
    env = scene.act("de")
    categories = _make_categories(scene)
    values = [_product_values(env, row, categories) for row in rows("products")]
    products = env["product.product"].create(values)
    scene.products = {product.default_code: product for product in products}
    for row in rows("products"):
        product = scene.products[row["code"]]
        product.standard_price = float(row["cost"])
        american = product.with_env(scene.act("us"))
        american.standard_price = round(float(row["cost"]) * AMERICAN_COST, 2)
    scene.advertising = env["product.product"].create(
        {
            "name": BOUGHT_ADVERTISING,
            "type": "service",
            "sale_ok": False,
            "purchase_ok": True,
            "list_price": 0,
            "categ_id": categories["Purchased services"].id,
        }
    )
    _make_price_lists(scene)


def _make_price_lists(scene):
    """Each company's list prices in its currency, and the German ones in dollars."""
    Pricelist = scene.act("de")["product.pricelist"].with_context(active_test=False)
    for company in scene.companies.values():
        values = {"name": "List prices", "currency_id": company.currency_id.id, "company_id": company.id, "sequence": 1}
        own = Pricelist.search([("company_id", "=", company.id)], limit=1)
        own.write({**values, "active": True}) if own else Pricelist.create(values)
    scene.dollar_prices = Pricelist.create(
        {
            "name": "Export in US dollars",
            "currency_id": scene.env.ref("base.USD").id,
            "company_id": scene.companies["de"].id,
            "sequence": 9,
        }
    )


def _make_categories(scene):
    Category = scene.act("de")["product.category"]
    names = [*dict.fromkeys(row["category"] for row in rows("products")), "Purchased services"]
    categories = dict(zip(names, Category.create([{"name": name} for name in names]), strict=True))
    if "property_valuation" in Category._fields:
        for key in scene.companies:
            for category in categories.values():
                # Cost of goods is posted with each invoice, so that last year's margin stays what it was.
                category.with_env(scene.act(key)).property_valuation = "real_time"
    return categories


def _product_values(env, row, categories):
    goods = row["kind"] == "goods"
    template = env["product.template"]
    values = {
        "name": row["name"],
        "default_code": row["code"],
        "type": "consu" if goods else "service",
        "list_price": float(row["price"]),
        "categ_id": categories[row["category"]].id,
        "description_sale": row["description"],
        "purchase_ok": goods,
        # Goods are invoiced when they have left the house, services when they are ordered.
        "invoice_policy": "delivery" if goods and "is_storable" in template._fields else "order",
    }
    if goods and "is_storable" in template._fields:
        values["is_storable"] = True
    return values


def stock_up(scene, needed):
    """Count in at the start what the two years will take, and some to spare.

    :param needed: {company key: {product code: quantity}}
    """
    if not scene.has("stock.quant"):
        return
    for key, quantities in needed.items():
        env = scene.act(key)
        warehouse = env["stock.warehouse"].search([("company_id", "=", scene.companies[key].id)], limit=1)
        quants = env["stock.quant"].with_context(inventory_mode=True)
        create = [
            {
                "product_id": scene.products[code].id,
                "location_id": warehouse.lot_stock_id.id,
                "inventory_quantity": quantity + max(6, quantity // 5),
            }
            for code, quantity in sorted(quantities.items())
            if scene.products[code].is_storable
        ]
        quants.create(create).action_apply_inventory()
