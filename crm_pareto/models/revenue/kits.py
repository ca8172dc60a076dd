"""What a kit costs that has no cost of its own: the sum of its parts, where each of them has one.

A kit is what Odoo takes for one: goods with a phantom bill of materials, of the variant or the template, of the line's
company or of none; the first of them. Parts count by their quantities for one of the kit, in the product's own unit; a
part that is a kit without a cost of its own costs what its parts do. As other costs of today, it is taken down when a
line is first seen. Manufacturing is optional: its tables are asked only where `is_installed`.
"""

from odoo.tools import SQL

NESTED = 4  # kits in kits: deeper ones are of unknown cost


def is_installed(env):
    return "mrp.bom" in env


def kit_cost(report, product, template, nested=NESTED):
    """The sum of a kit's parts, for one of its own unit; NULL where that of one is unknown, or it is no kit; SQL.

    Not a recursive common table: PostgreSQL's workers could not read the lines.

    :param report: the revenue report, empty
    :param product, template: the aliases of its tables
    :param nested: how many kits may be in each other
    """
    # Aliases of its own: those of the kit around it are named in it.
    bom, item, part, part_template = (f"{name}_{nested}" for name in ("bom", "item", "part", "part_template"))
    cost = report._entered_cost(part, part_template)
    if nested > 1:
        cost = SQL("COALESCE(%s, %s)", cost, kit_cost(report, part, part_template, nested - 1))
    return SQL(
        """
        CASE WHEN %(product)s IN (%(kits)s) THEN
            (SELECT CASE WHEN bool_and(needed.cost IS NOT NULL) THEN SUM(needed.cost * needed.quantity) END
               FROM (%(first)s) %(bom)s
               JOIN mrp_bom_line %(item)s ON %(item)s.bom_id = %(bom)s.id
               JOIN product_product %(part)s ON %(part)s.id = %(item)s.product_id
               JOIN product_template %(part_template)s ON %(part_template)s.id = %(part)s.product_tmpl_id
              CROSS JOIN LATERAL (SELECT %(cost)s AS cost, %(quantity)s AS quantity OFFSET 0) needed
              WHERE %(fits)s)
        END
        """,
        product=SQL.identifier(product, "id"),
        kits=_kits(),
        first=_first_bom(product),
        bom=SQL.identifier(bom),
        item=SQL.identifier(item),
        part=SQL.identifier(part),
        part_template=SQL.identifier(part_template),
        cost=cost,
        quantity=_needed(template, bom, item, part_template),
        fits=_fits(report.env, product, item),
    )


def _kits():
    """The ids of the products that have a phantom bill of materials in some company; SQL, read once a statement."""
    return SQL(
        """
        SELECT variant.id FROM mrp_bom
          JOIN product_product variant ON variant.product_tmpl_id = mrp_bom.product_tmpl_id
           AND COALESCE(mrp_bom.product_id, variant.id) = variant.id
         WHERE mrp_bom.active AND mrp_bom.type = 'phantom'
        """
    )


def _first_bom(product):
    """The bill of materials that Odoo takes for a product, in the company of the line; SQL."""
    return SQL(
        """
        SELECT candidate.id, candidate.product_qty, candidate.product_uom_id
          FROM mrp_bom candidate
         WHERE candidate.active AND candidate.type = 'phantom'
           AND candidate.product_tmpl_id = %(product)s.product_tmpl_id
           AND COALESCE(candidate.product_id, %(product)s.id) = %(product)s.id
           AND COALESCE(candidate.company_id, line.company_id) = line.company_id
         ORDER BY candidate.sequence, candidate.product_id, candidate.id LIMIT 1
        """,
        product=SQL.identifier(product),
    )


def _needed(template, bom, item, part_template):
    """How much of a part goes into one of the kit, each in its product's own unit; SQL."""
    return SQL(
        "(%s * %s / NULLIF(%s * %s, 0))",
        SQL("%s.product_qty::numeric", SQL.identifier(item)),
        _in_own_unit(SQL.identifier(item, "product_uom_id"), SQL.identifier(part_template, "uom_id")),
        SQL("%s.product_qty::numeric", SQL.identifier(bom)),
        _in_own_unit(SQL.identifier(bom, "product_uom_id"), SQL.identifier(template, "uom_id")),
    )


def _in_own_unit(unit, own):
    """How many of one unit of measure another one is; SQL."""
    return SQL(
        """
        (SELECT COALESCE(unit.factor, 1)::numeric / COALESCE(NULLIF(own.factor, 0), 1)::numeric
           FROM uom_uom unit, uom_uom own WHERE unit.id = %s AND own.id = %s)
        """,
        unit,
        own,
    )


def _fits(env, product, item):
    """Whether a part goes into this variant of the kit, as Odoo has it (`_skip_bom_line`); SQL.

    Of each attribute that the part names values of, the variant has one of those. Values that make no variant are
    known of an order only: their parts are left out, as Odoo does where it knows none.
    """
    relation = env["mrp.bom.line"]._fields["bom_product_template_attribute_value_ids"]
    return SQL(
        """
        NOT EXISTS (
            SELECT FROM %(relation)s chosen
              JOIN product_template_attribute_value value ON value.id = chosen.%(value)s
             WHERE chosen.%(item)s = %(part)s.id
             GROUP BY value.attribute_id
            HAVING NOT bool_or(EXISTS (
                SELECT FROM product_variant_combination combination
                 WHERE combination.product_product_id = %(product)s.id
                   AND combination.product_template_attribute_value_id = value.id)))
        """,
        relation=SQL.identifier(relation.relation),
        value=SQL.identifier(relation.column2),
        item=SQL.identifier(relation.column1),
        part=SQL.identifier(item),
        product=SQL.identifier(product),
    )
