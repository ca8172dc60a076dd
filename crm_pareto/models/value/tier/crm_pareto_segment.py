from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.apart import take_turns
from ...common.tools.bounds import MOST_LETTERS
from ...common.tools.named import check_naming, with_defaults
from ...common.tools.trust import check_shared

SCORES = range(1, 6)  # quintiles; 5 is the best
MOST_SEGMENTS = len(SCORES) ** 2  # of a company, and of those that are shared: one for each pair of scores


class CrmParetoSegment(models.Model):
    """Customers whose recency and frequency scores lie between bounds, and what to do with them.

    A customer is in the first segment, by sequence, whose bounds hold both scores, so in no two. A table covers all 25
    pairs of scores at all times, so no customer is in none.
    """

    _name = "crm.pareto.segment"
    _description = "Customer Segment"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, size=MOST_LETTERS)
    sequence = fields.Integer(default=10, help="A customer is in the first segment that fits.")
    color = fields.Integer(default=0)
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        help="Segments of one company replace the shared ones there. Empty: shared by all companies without their own.",
    )
    recency_min = fields.Integer("Recency From", required=True, default=1, help="5: the last to have bought.")
    recency_max = fields.Integer("Recency To", required=True, default=5, help="5: the last to have bought.")
    frequency_min = fields.Integer("Frequency From", required=True, default=1, help="5: bought most often.")
    frequency_max = fields.Integer("Frequency To", required=True, default=5, help="5: bought most often.")
    note = fields.Text("What to Do", translate=True, help="What a customer of this segment needs from us.")

    _recency_range = models.Constraint(
        "CHECK (1 <= recency_min AND recency_min <= recency_max AND recency_max <= 5)",
        "Recency goes from 1 to 5, the lower bound first.",
    )
    _frequency_range = models.Constraint(
        "CHECK (1 <= frequency_min AND frequency_min <= frequency_max AND frequency_max <= 5)",
        "Frequency goes from 1 to 5, the lower bound first.",
    )

    @api.constrains("company_id", "recency_min", "recency_max", "frequency_min", "frequency_max")
    def _check_covers_all(self):
        take_turns(self.browse())
        self.search(Domain.TRUE)._check_tables()
        for company in {segment.company_id for segment in self}:
            # sudo: those that the writer does not see count.
            if self.sudo().search_count([("company_id", "=", company.id)]) > MOST_SEGMENTS:
                raise ValidationError(self.env._("There are %(most)s segments at most.", most=MOST_SEGMENTS))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_needed(self):
        take_turns(self.browse())
        (self.search(Domain.TRUE) - self)._check_tables()

    def _check_access(self, operation):
        return check_shared(self, operation, super()._check_access(operation))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = with_defaults(self, vals_list)
        check_naming(self, vals_list, "company_id")
        segments = super().create(vals_list)
        self._refresh_customers()
        return segments

    def write(self, vals):
        check_naming(self, [vals], "company_id")
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")  # what is shared from now on, too
        if vals.keys() - {"name", "color", "note"}:
            self._refresh_customers()
        return result

    def unlink(self):
        result = super().unlink()
        self._refresh_customers()
        return result

    @api.model
    def _refresh_customers(self):
        """Let the scheduled action place the customers anew, soon."""
        # While the app is being installed, there are neither customers nor the action.
        cron = self.env.ref("crm_pareto.crm_pareto_refresh_cron", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()  # sudo: only to start it, which reads the ledger of all companies

    def _check_tables(self):
        """Raise where the shared segments, or those of a company, leave out a pair of scores."""
        shared = self.filtered(lambda segment: not segment.company_id)
        shared._check_table(self.env._("the shared segments"))
        for company, segments in (self - shared).grouped("company_id").items():
            segments._check_table(self.env._("the segments of %(company)s", company=company.name))

    def _check_table(self, table):
        for recency in SCORES:
            for frequency in SCORES:
                if not any(segment._holds(recency, frequency) for segment in self):
                    raise ValidationError(
                        self.env._(
                            "Customers with recency %(recency)s and frequency %(frequency)s would be in none of"
                            " %(table)s. First widen the bounds of another segment to take them in, or add one from 1"
                            " to 5 as the last.",
                            recency=recency,
                            frequency=frequency,
                            table=table,
                        )
                    )

    def _holds(self, recency, frequency):
        return self.recency_min <= recency <= self.recency_max and self.frequency_min <= frequency <= self.frequency_max

    @api.model
    def _for_company(self, company):
        """The segments in force in a company, first to last: its own, else the shared ones."""
        found = self.search_fetch([("company_id", "in", [company.id, False])], ["company_id"])
        return found.filtered("company_id") or found

    def _rule(self, recency, frequency):
        """The id of the first of the segments that holds a pair of scores; SQL.

        :param recency: SQL, a score
        :param frequency: SQL, a score
        """
        if not self:
            return SQL("NULL::integer")
        return SQL("CASE %s END", SQL(" ").join(segment._case(recency, frequency) for segment in self))

    def _case(self, recency, frequency):
        return SQL(
            "WHEN %s BETWEEN %s AND %s AND %s BETWEEN %s AND %s THEN %s",
            recency,
            self.recency_min,
            self.recency_max,
            frequency,
            self.frequency_min,
            self.frequency_max,
            self.id,
        )
