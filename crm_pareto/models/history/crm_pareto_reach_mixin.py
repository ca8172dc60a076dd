from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...analytics.in_touch import InTouch
from ..audience.crm_pareto_not_profiled_mixin import PROFILED
from ..common.crm_pareto_result_mixin import for_readers, for_who_sees, readable_rows
from ..common.tools.bounds import EARLIEST, LATEST
from ..common.tools.groups import USER
from ..common.tools.trust import as_reader

TALK = Domain("conversation", "=", True) & Domain("direction", "in", ["in", "out"])


class LastTime(fields.Datetime):
    """When somebody was in touch: a day for whoever reads it, as of some touches Odoo knows no more."""

    def convert_to_export(self, value, record):
        return value and self.context_timestamp(record, value).date() or ""


class CrmParetoReachMixin(models.AbstractModel):
    """When a customer and we were last in touch, by what, and who here knows them: read from the touches, not stored.

    A company is seen with all its contacts, a contact alone; a search finds companies. All as far as the reader may
    see the documents. What counts as being in touch are real conversations, not what machines send.
    """

    _name = "crm.pareto.reach.mixin"
    _inherit = "crm.pareto.touched.mixin"
    _description = "Silence and Reach"

    pareto_last_in = LastTime(
        "Last Heard From", compute="_compute_pareto_reach", search="_search_pareto_last_in", groups=USER
    )
    pareto_last_out = LastTime(
        "Last Contacted", compute="_compute_pareto_reach", search="_search_pareto_last_out", groups=USER
    )
    pareto_silent_days = fields.Integer(
        "Days of Silence",
        compute="_compute_pareto_reach",
        search="_search_pareto_silent_days",
        aggregator=None,
        groups=USER,
        help="Days since the last real conversation, in either direction. Empty: there was none.",
    )
    pareto_is_overdue = fields.Boolean(
        "Contact Overdue",
        compute="_compute_pareto_reach",
        search="_search_pareto_is_overdue",
        groups=USER,
        help="Silent for longer than the tier says: how often to be in touch stands there.",
    )
    pareto_channels = fields.Char("Reaches Us By", compute="_compute_pareto_reach", groups=USER)
    pareto_known_by_ids = fields.Many2many("res.users", string="Known By", compute="_compute_pareto_reach", groups=USER)
    pareto_known_by_count = fields.Integer(
        "People Who Know Them",
        compute="_compute_pareto_reach",
        search="_search_pareto_known_by_count",
        aggregator=None,
        groups=USER,
        help="How many of us, still here, talked with the customer.",
    )
    pareto_answer_hours = fields.Float(
        "Hours to Answer",
        compute="_compute_pareto_answer_hours",
        aggregator=None,
        groups=USER,
        help="Half of the customer's mails were answered within this time.",
    )

    def _pareto_touchpoints(self):
        """As the reader may see them, under sudo too."""
        return as_reader(self.env["crm.pareto.touchpoint"])

    def _pareto_touches(self):
        """(the field that names these partners in their touches, these partners), for companies and for contacts."""
        companies = self.filtered(lambda partner: partner == partner.commercial_partner_id)
        parts = (("customer_id", companies), ("partner_id", self - companies))
        return [(field, partners) for field, partners in parts if partners]

    @api.depends("pareto_value_id", "pareto_customer_not_profiled")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    @for_who_sees
    def _compute_pareto_reach(self):
        touchpoints, now = self._pareto_touchpoints(), fields.Datetime.now()
        names = dict(touchpoints._fields["channel"]._description_selection(self.env))
        found = {}
        for field, partners in self._pareto_touches():
            found |= touchpoints._in_touch(field, [(field, "in", partners.ids)])
        for partner, row in readable_rows(self).items():
            in_touch = found.get(partner.id) or InTouch()
            rhythm = row.tier_id.sudo()._days()  # sudo: the tier that a value names goes with it
            since = now - timedelta(days=rhythm)
            partner.pareto_last_in = in_touch.last_in
            partner.pareto_last_out = in_touch.last_out
            partner.pareto_silent_days = in_touch.silent_days(now)
            waited_for = rhythm and not partner.pareto_customer_not_profiled
            partner.pareto_is_overdue = waited_for and (not in_touch.last or in_touch.last < since)
            partner.pareto_channels = ", ".join(names[channel] for channel, _count in in_touch.routes.most_common())
            partner.pareto_known_by_ids = self.env["res.users"].union(*in_touch.known_by)
            partner.pareto_known_by_count = len(in_touch.known_by)

    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_answer_hours(self):
        found = {}
        for field, partners in self._pareto_touches():
            found |= self._pareto_touchpoints()._answer_hours(field, [(field, "in", partners.ids)])
        for partner in self:
            partner.pareto_answer_hours = found.get(partner.id, False)

    # -- search ------------------------------------------------------------------------

    @for_readers
    def _search_pareto_last_in(self, operator, value):
        return self._search_by_last(operator, value, Domain("direction", "=", "in"))

    @for_readers
    def _search_pareto_last_out(self, operator, value):
        return self._search_by_last(operator, value, Domain("direction", "=", "out"))

    def _search_by_last(self, operator, value, domain=Domain.TRUE):
        """Customers by the moment of their last conversation."""
        touchpoints = self._pareto_touchpoints()
        if operator == "in" and set(value) == {False}:
            return [("id", "not in", touchpoints._customers_having(TALK & domain, SQL("TRUE")))]
        if operator not in COMPARISONS:
            return NotImplemented
        having = SQL("max(date) %s %s", COMPARISONS[operator], value)
        return [("id", "in", touchpoints._customers_having(TALK & domain, having))]

    @for_readers
    def _search_pareto_silent_days(self, operator, value):
        """N days ago was the last one: the more days, the earlier."""
        now = fields.Datetime.now()
        if operator == "in":
            return Domain.OR(self._silent_for(_days(days), now) for days in value)
        if operator not in COMPARISONS or not isinstance(value, int | float):
            return NotImplemented
        days = _days(value)
        days = days + 1 if operator in (">", "<=") else days  # whole days: more than 5 are 6
        earlier = operator in (">", ">=")
        return self._search_by_last("<=" if earlier else ">", now - timedelta(days=days))

    def _silent_for(self, days, now):
        """Customers who have been silent for so many days; 0, as which Odoo takes none, finds who never talked too."""
        last = SQL("max(date) > %s AND max(date) <= %s", now - timedelta(days=days + 1), now - timedelta(days=days))
        domain = Domain("id", "in", self._pareto_touchpoints()._customers_having(TALK, last))
        return domain if days else domain | Domain(self._search_by_last("in", {False}))

    @for_readers
    def _search_pareto_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        tiers = self.env["crm.pareto.tier"]._for_company(self.env.company).filtered("touch_days")
        overdue = Domain.OR(self._overdue_in(tier) for tier in tiers)
        return overdue if True in value else ~overdue

    def _overdue_in(self, tier):
        since = fields.Datetime.now() - timedelta(days=tier._days())
        recent = self._pareto_touchpoints()._customers_having(TALK & Domain("date", ">=", since), SQL("TRUE"))
        values = as_reader(self.env["crm.pareto.customer"])._search(
            [("company_id", "=", self.env.company.id), ("tier_id", "=", tier.id)]
        )
        customers = values.subselect(SQL.identifier(values.table, "partner_id"))
        return Domain("id", "in", customers) & Domain("id", "not in", recent) & PROFILED

    @for_readers
    def _search_pareto_known_by_count(self, operator, value):
        people = SQL("count(DISTINCT user_id)")
        if operator == "in":
            numbers = [int(number) for number in value if isinstance(number, int)]
            holds, condition = 0 in numbers, SQL("%s = ANY(%s)", people, numbers)
        elif operator in COMPARISONS and type(value) in (int, float):
            holds = {"<": 0 < value, "<=": 0 <= value, ">": 0 > value, ">=": 0 >= value}[operator]
            condition = SQL("%s %s %s", people, COMPARISONS[operator], value)
        else:
            return NotImplemented
        domain = TALK & Domain("user_id.active", "=", True)
        customers_having = self._pareto_touchpoints()._customers_having
        if holds:  # then it holds of those without any touch too
            return [("id", "not in", customers_having(domain, SQL("NOT (%s)", condition)))]
        return [("id", "in", customers_having(domain, condition))]


COMPARISONS = {operator: SQL(operator) for operator in ("<", "<=", ">", ">=")}
MOST_DAYS = 366 * (LATEST.year - EARLIEST.year)


def _days(value):
    """A number of days that a calendar holds; of what is no number, none."""
    number = value if isinstance(value, int | float) and value == value else 0
    return int(min(max(number, -MOST_DAYS), MOST_DAYS))
