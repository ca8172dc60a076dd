from datetime import datetime, timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...analytics.windows import window
from .tools.attribution_models import MODELS
from .tools.trust import sees_own_only
from .tools.zones import beginning_of, begins_at, zone_of

MOST_DAYS = 3650
TOGETHER = "pareto"  # our columns are read with one another, not with whatever else is read of a company or contact


class ResCompany(models.Model):
    _inherit = "res.company"

    pareto_window = fields.Selection(
        [
            ("3", "Last 3 months"),
            ("6", "Last 6 months"),
            ("12", "Last 12 months"),
            ("24", "Last 24 months"),
            ("year", "This calendar year"),
            ("fiscal", "This fiscal year"),
            ("all", "All time"),
        ],
        "Value Window",
        default="12",
        required=True,
        help="The period over which the value of customers and products is summed.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )
    pareto_own_values = fields.Boolean(
        "Own Customers Only",
        default=True,
        help="Salespeople who see their own documents only see the value and repeat purchases of their own customers, "
        "and of those who have no salesperson; what came of campaigns, which is of all customers, they do not see.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )
    pareto_attribution_model = fields.Selection(
        MODELS,
        "Attribution Model",
        default="linear",
        required=True,
        help="How the credit for a sale is shared over the touches of campaigns before it. All of them are computed; "
        "this is the one that is shown.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )
    pareto_lookback_days = fields.Integer(
        "Look-Back",
        default=90,
        required=True,
        help="Days before an order in which a campaign's touch earns credit for it.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )
    pareto_half_life_days = fields.Integer(
        "Half-Life",
        default=30,
        required=True,
        help="Time decay: a touch so many days older earns half as much.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )
    pareto_pairing_support = fields.Float(
        "Least Support",
        digits=(16, 4),
        default=0.02,
        required=True,
        help="Products are suggested together where at least this share of the customers bought both in the window.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )
    pareto_pairing_confidence = fields.Float(
        "Least Confidence",
        digits=(16, 4),
        default=0.2,
        required=True,
        help="A product is suggested where at least this share of those who bought the other bought it too.",
        groups="base.group_user",
        prefetch=TOGETHER,
    )

    @api.constrains("pareto_pairing_support", "pareto_pairing_confidence")
    def _check_pareto_pairing(self):
        for company in self:
            if not (0 < company.pareto_pairing_support <= 1 and 0 < company.pareto_pairing_confidence <= 1):
                raise ValidationError(
                    self.env._("The least support and confidence of suggestions are above 0 % and at most 100 %.")
                )

    @api.constrains("pareto_lookback_days", "pareto_half_life_days")
    def _check_pareto_days(self):
        for company in self:
            if not 1 <= company.pareto_lookback_days <= MOST_DAYS:
                raise ValidationError(self.env._("The look-back is from 1 to %(most)s days.", most=MOST_DAYS))
            if not 1 <= company.pareto_half_life_days <= MOST_DAYS:
                raise ValidationError(self.env._("The half-life is from 1 to %(most)s days.", most=MOST_DAYS))

    def _pareto_shows_own_only(self):
        """Whether our rules leave the reader his or her own customers, in one of these companies at least."""
        # sudo: whether a company says so is no secret.
        return sees_own_only(self.env["crm.pareto.customer"]) and any(self.sudo().mapped("pareto_own_values"))

    def _pareto_period(self, as_of=None, kind=None):
        """The Window of the company that ends on a day.

        :param as_of: the last day; today by default
        :param kind: of the window; the company's by default
        """
        company = self.sudo()  # sudo: when a company's year ends is no secret
        year_end = int(company.fiscalyear_last_month), company.fiscalyear_last_day
        return window(kind or company.pareto_window, as_of or self._pareto_today(), year_end)

    def _pareto_today(self):
        """The day that it is in the company, whoever asks, and a scheduled action too."""
        return datetime.now(pytz.timezone(self._pareto_zone())).date()

    def _pareto_midnight(self, day):
        """The moment, in UTC, at which a day begins in the company; SQL.

        :param day: SQL of a date within the bounds of what any business has
        """
        return beginning_of(day, self._pareto_zone())

    def _pareto_moments(self, first, last):
        """When the first day begins in the company, and when the day after the last one does."""
        zone = pytz.timezone(self._pareto_zone())
        return begins_at(first, zone), begins_at(last + timedelta(days=1), zone)

    def _pareto_zone(self):
        """The name of the company's time zone: that of its own contact, else the first of its country, else UTC."""
        company = self.sudo()  # sudo: where a company is is no secret
        zones = pytz.country_timezones.get(company.country_id.code or "", [])
        return str(zone_of(self.env, company.partner_id.tz or next(iter(zones), None)))

    def write(self, vals):
        """Have the attribution computed anew where what it depends on is another now."""
        result = super().write(vals)
        if {"pareto_lookback_days", "pareto_half_life_days"} & vals.keys():
            self.env["crm.pareto.attribution"]._trigger_recompute()
        return result
