from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, OrderedSet

from ...common.tools.blank import BlankMonetary
from ...common.tools.bounds import of_one
from ...common.tools.groups import PROFIT
from ...common.tools.trust import Only

# Beyond, a customer worth five billion would count for less than half a cent.
MOST_STEPS = 40
# Of one customer: where everybody referred everybody, the ways would grow with the cube of the customers.
MOST_REFERRERS = 5
ENOUGH_REFERRERS = 200  # who reach one customer: where there are more, those of further steps do not count
VALUE_BITS = 31  # of the id of a value row


class CrmParetoReferral(models.Model):
    """Whom a customer brought: one row a company, referrer, and customer that came by way of the referrer.

    A customer counts at the fewest steps by which it is reached over "referred by": 1 where the referrer named it,
    2 where one whom the referrer named did, up to MOST_STEPS. Each step halves what counts: 1/2, 1/4, 1/8 … of the
    customer's turnover and profit in the window. Referrers and customers are commercial partners, with the referrals
    of all their contacts, archived or not. Whoever refers itself, directly or round a loop, does not count for itself.
    Where more than ENOUGH_REFERRERS reach a customer, it counts for those of the fewest steps.

    Read live, from the links and the customers' value rows. Whoever is in those for a manual tier alone is no customer
    yet. The id is made of the referrer's and the value row's; exact in a browser up to four million contacts.
    """

    _name = "crm.pareto.referral"
    _inherit = ["crm.pareto.guarded.mixin", "crm.pareto.named.mixin"]
    _description = "Referral"
    _auto = False
    _rec_name = "customer_id"
    _order = "steps, turnover_counted desc, id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    referrer_id = fields.Many2one("res.partner", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    value_id = fields.Many2one("crm.pareto.customer", "Customer Value", readonly=True)
    steps = fields.Integer(
        readonly=True, aggregator="min", help="1: referred directly; 2: by one who was referred directly; and so on."
    )
    weight = fields.Float(
        "Counts", readonly=True, aggregator=None, help="Which part of the customer's figures counts: half a step."
    )
    turnover = fields.Monetary(readonly=True, help="In the window.")
    turnover_counted = fields.Monetary(readonly=True, help="The part of the turnover that counts for the referrer.")
    profit = BlankMonetary(readonly=True, groups=PROFIT, help="In the window; blank where no cost is known.")
    profit_counted = BlankMonetary(
        readonly=True, groups=PROFIT, help="The part of the profit that counts for the referrer."
    )

    _depends = {
        "crm.pareto.customer": [
            "company_id",
            "last_date",
            "partner_id",
            "profit",
            "snapshot_id",
            "turnover",
            "turnover_previous",
        ],
        "res.partner": ["commercial_partner_id", "pareto_referred_by_id"],
    }

    @api.readonly
    @of_one
    def action_open_revenue(self):
        """Open the invoice lines behind the customer's figures."""
        return self.value_id.action_open_revenue()

    # -- where to begin ----------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Begin with the referrers that the domain names: without a word, all would be followed."""
        begin = self._of(self._referrers(Domain(domain)))
        return super(CrmParetoReferral, begin)._search(domain, *args, **kwargs)

    def _as_query(self, ordered=True):
        return super(CrmParetoReferral, self._of(self._referrers_of(self._ids)))._as_query(ordered)

    @api.model
    def _of(self, referrers):
        return self.with_context(pareto_referrers=None if referrers is None else Only(referrers))

    @api.model
    def _referrers(self, domain):
        """The ids of the referrers that a domain leaves; None: any."""
        for leaf in self.env["crm.pareto.revenue.report"]._required(domain):
            if leaf.field_expr in ("id", "referrer_id") and leaf.operator in ("=", "in"):
                ids = leaf.value if isinstance(leaf.value, list | tuple | set | OrderedSet) else [leaf.value]
                if all(type(id_) is int for id_ in ids):
                    return self._referrers_of(ids) if leaf.field_expr == "id" else list(ids)
        return None

    @api.model
    def _referrers_of(self, ids):
        return list({id_ >> VALUE_BITS for id_ in ids if isinstance(id_, int)})

    # -- SQL ---------------------------------------------------------------------------

    @property
    def _table_query(self):
        referrers = Only.of(self.env, "pareto_referrers")
        counts = SQL("value.snapshot_id IS NULL AND %s", self.env["crm.pareto.customer"]._is_customer("value"))
        return SQL(
            """
            SELECT (way.referrer_id::bigint << %(bits)s) + value.id AS id,
                   value.company_id, way.referrer_id, value.partner_id AS customer_id, value.id AS value_id,
                   way.steps, 1 / (1::bigint << way.steps)::float8 AS weight,
                   value.turnover, value.turnover / (1::bigint << way.steps) AS turnover_counted,
                   value.profit, value.profit / (1::bigint << way.steps) AS profit_counted
              FROM (%(ways)s) way
              JOIN crm_pareto_customer value ON value.partner_id = way.referred_id
             WHERE %(counts)s AND %(only)s
            """,
            ways=self._ways(SQL("SELECT DISTINCT partner_id FROM crm_pareto_customer value WHERE %s", counts)),
            bits=VALUE_BITS,
            counts=counts,
            only=SQL("TRUE") if referrers is None else SQL("way.referrer_id = ANY(%s)", list(referrers)),
        )

    @api.model
    def _ways(self, customers):
        """Who reaches each of the customers, and by how many steps; SQL.

        Back from the customers, one row a customer and step: contacts who referred one another and never bought begin
        no way, and whoever reaches one customer takes nothing from the ways to another. The links are looked up in one
        value: PostgreSQL does not know how many a crowd has just made, and would read them all for each step.

        :param customers: whom to count, as `partner_id`; SQL
        """
        return SQL(
            """
            SELECT UNNEST(reached) AS referrer_id, referred_id, steps
              FROM (WITH RECURSIVE link AS MATERIALIZED (
                        SELECT COALESCE(JSONB_OBJECT_AGG(referred_id, referrers), '{}') AS referrers
                          FROM (SELECT referred_id, JSONB_AGG(referrer_id) AS referrers
                                  FROM (%(links)s) link GROUP BY referred_id) one),
                    way AS (
                        SELECT partner_id AS referred_id, 0 AS steps,
                               ARRAY[partner_id] AS reached, ARRAY[partner_id] AS known
                          FROM (%(customers)s) customer
                         WHERE (SELECT referrers FROM link) ? partner_id::text AND %(only)s
                         UNION ALL
                        SELECT referred_id, steps + 1,
                               ARRAY_AGG(DISTINCT referrer_id), known || ARRAY_AGG(DISTINCT referrer_id)
                          FROM (SELECT way.referred_id, way.steps, way.known, found.id::int AS referrer_id
                                  FROM way CROSS JOIN LATERAL UNNEST(way.reached) AS one(id)
                                 CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS_TEXT(
                                       (SELECT referrers FROM link) -> one.id::text) AS found(id)
                                 WHERE way.steps < %(most)s AND CARDINALITY(way.known) <= %(enough)s
                                   AND found.id::int <> ALL(way.known)) further
                         GROUP BY referred_id, steps, known)
                    SELECT * FROM way WHERE steps > 0) way
            """,
            links=self._links(),
            customers=customers,
            only=self._only(),
            most=MOST_STEPS,
            enough=ENOUGH_REFERRERS,
        )

    @api.model
    def _links(self):
        """Who referred whom, as commercial partners; a contact that its own company referred is no link.

        Of those who referred contacts of one company, the first MOST_REFERRERS.
        """
        return SQL(
            """
            SELECT referrer_id, referred_id
              FROM (SELECT referrer.commercial_partner_id AS referrer_id,
                           referred.commercial_partner_id AS referred_id,
                           ROW_NUMBER() OVER (PARTITION BY referred.commercial_partner_id ORDER BY MIN(referred.id))
                               AS place
                      FROM res_partner referred
                      JOIN res_partner referrer ON referrer.id = referred.pareto_referred_by_id
                     WHERE referred.pareto_referred_by_id IS NOT NULL
                       AND referrer.commercial_partner_id <> referred.commercial_partner_id
                     GROUP BY referrer.commercial_partner_id, referred.commercial_partner_id) link
             WHERE place <= %s
            """,
            MOST_REFERRERS,
        )

    @api.model
    def _only(self):
        """Whom those reach, in whatever steps, who shall be looked at, where that is known; SQL."""
        referrers = Only.of(self.env, "pareto_referrers")
        if referrers is None:
            return SQL("TRUE")
        return SQL(
            """
            partner_id IN (
                WITH RECURSIVE brought AS (
                    SELECT UNNEST(%s) AS id
                     UNION
                    SELECT referred.commercial_partner_id
                      FROM brought
                      JOIN res_partner referrer ON referrer.commercial_partner_id = brought.id
                      JOIN res_partner referred ON referred.pareto_referred_by_id = referrer.id)
                SELECT id FROM brought)
            """,
            list(referrers),
        )
