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
MOST_WAYS = 1_000_000  # of all, by the steps they take
VALUE_BITS = 31  # of the id of a value row


class CrmParetoReferral(models.Model):
    """Whom a customer brought: one row a company, referrer, and customer that came by way of the referrer.

    A customer counts at the fewest steps by which it is reached over "referred by": 1 where the referrer named it,
    2 where one whom the referrer named did, up to MOST_STEPS. Each step halves what counts: 1/2, 1/4, 1/8 … of the
    customer's turnover and profit in the window. Referrers and customers are commercial partners, with the referrals
    of all their contacts, archived or not. Whoever refers itself, directly or round a loop, does not count for itself.

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
        return SQL(
            """
            SELECT (way.referrer_id::bigint << %(bits)s) + value.id AS id,
                   value.company_id, way.referrer_id, value.partner_id AS customer_id, value.id AS value_id,
                   way.steps, 1 / (1::bigint << way.steps)::float8 AS weight,
                   value.turnover, value.turnover / (1::bigint << way.steps) AS turnover_counted,
                   value.profit, value.profit / (1::bigint << way.steps) AS profit_counted
              FROM (%(ways)s) way
              JOIN crm_pareto_customer value ON value.partner_id = way.referred_id
             WHERE value.snapshot_id IS NULL AND %(customer)s
            """,
            ways=self._ways(),
            bits=VALUE_BITS,
            customer=self.env["crm.pareto.customer"]._is_customer("value"),
        )

    @api.model
    def _ways(self):
        """Whom each referrer reaches, and by how many steps; SQL."""
        return SQL(
            """
            WITH RECURSIVE link AS (%(links)s), reached AS (
                SELECT referrer_id, referred_id, 1 AS steps FROM link WHERE %(only)s
                UNION
                SELECT reached.referrer_id, link.referred_id, reached.steps + 1
                  FROM reached JOIN link ON link.referrer_id = reached.referred_id
                 WHERE link.referred_id <> reached.referrer_id AND reached.steps < %(most)s
            )
            SELECT referrer_id, referred_id, MIN(steps) AS steps
              FROM (SELECT * FROM reached LIMIT %(ways)s) found  -- the shortest come first
             GROUP BY referrer_id, referred_id
            """,
            links=self._links(),
            only=self._begins(),
            most=MOST_STEPS,
            ways=MOST_WAYS,
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
    def _begins(self):
        referrers = Only.of(self.env, "pareto_referrers")
        return SQL("TRUE") if referrers is None else SQL("referrer_id = ANY(%s)", list(referrers))
