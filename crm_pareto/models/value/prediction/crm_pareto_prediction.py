from odoo import api, fields, models
from odoo.tools.misc import format_date

from ....analytics import bg_nbd, gamma_gamma, lifetime, numeric
from ...common.tools.groups import PROFIT
from ...common.tools.trust import as_scheduler

ORDERS, AMOUNTS = bg_nbd.Orders._fields, gamma_gamma.Amounts._fields
# No parameters of an earlier day help here: a model is not learnt from so few customers, nor applied to them.
BLANK = (numeric.MISSING, numeric.FEW)


class CrmParetoPrediction(models.Model):
    """What a company's predictions are computed with: the parameters of BG/NBD and gamma-gamma, and how they came.

    Each night the parameters are learnt anew from all posted customer invoices. Where the search finds none, the last
    good ones go on predicting, with their date in the message; with too few customers, or without the packages, there
    are no predictions. Rows can be dropped and computed again; only what the last good parameters were is lost.
    """

    _name = "crm.pareto.prediction"
    _inherit = ["crm.pareto.guarded.mixin", "crm.pareto.holdout.mixin"]
    _description = "Prediction Model"
    _rec_name = "company_id"
    _order = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    as_of = fields.Date("Predicted As Of", readonly=True)
    buyers = fields.Integer("Customers", readonly=True, help="With at least one purchase.")
    repeat_buyers = fields.Integer(readonly=True, help="With purchases on two days or more.")
    profitable_buyers = fields.Integer(
        readonly=True, groups=PROFIT, help="Repeat buyers whose later purchases left a margin on average."
    )
    reason = fields.Selection(
        [
            (numeric.MISSING, "Packages not installed"),
            (numeric.FEW, "Too few repeat buyers"),
            (numeric.SAME_AMOUNTS, "Equal amounts"),
            (numeric.NO_CONVERGENCE, "No convergence"),
            (numeric.UNDETERMINED, "Undetermined"),
            (numeric.NO_MEAN, "No mean amount"),
        ],
        readonly=True,
        help="Why no parameters were found; empty if they were.",
    )
    message = fields.Char(compute="_compute_message")
    fitted_at = fields.Datetime("Learnt At", readonly=True)
    fitted_as_of = fields.Date("Learnt As Of", readonly=True, help="The last day that the parameters were learnt from.")

    r = fields.Float("r", readonly=True, aggregator=None, help="Shape of the purchase rates.")
    alpha = fields.Float("alpha", readonly=True, aggregator=None, help="Scale of the purchase rates, in weeks.")
    a = fields.Float("a", readonly=True, aggregator=None, help="Of the chance to leave.")
    b = fields.Float("b", readonly=True, aggregator=None, help="Of the chance to leave.")
    log_likelihood = fields.Float("Log-Likelihood", readonly=True, aggregator=None, help="Of the purchase days.")
    p = fields.Float("p", readonly=True, aggregator=None, groups=PROFIT, help="Shape of a customer's margins.")
    q = fields.Float("q", readonly=True, aggregator=None, groups=PROFIT, help="Shape of the spread over customers.")
    v = fields.Float("v", readonly=True, aggregator=None, groups=PROFIT, help="Scale of it, in company currency.")

    _company_unique = models.UniqueIndex("(company_id)")

    @api.depends("reason", "fitted_as_of", "repeat_buyers", "as_of")
    def _compute_message(self):
        for model in self:
            model.message = model._why() if model.reason else False

    def _why(self):
        """The reason in words, and what to do, or which parameters stand in."""
        self.ensure_one()
        why = self._in_words(self.reason, self.repeat_buyers)
        if self._good(self.as_of):
            instead = self.env._(
                "Predicted with what was learnt on %(date)s.", date=format_date(self.env, self.fitted_as_of)
            )
            return f"{why} {instead}"
        return why

    @api.model
    def _in_words(self, reason, repeat_buyers):
        """Why nothing was learnt from so many repeat buyers, and what to do."""
        return {
            numeric.MISSING: self.env._(
                "Predictions need Python packages that are not installed: %(packages)s. Install them with “pip install "
                "numpy scipy” or “apt install python3-numpy python3-scipy”, then restart Odoo.",
                packages=", ".join(numeric.missing() or numeric.PACKAGES),
            ),
            numeric.FEW: self.env._(
                "Too few customers came back to learn from: %(count)s bought on two days or more, and %(least)s with a "
                "margin are needed.",
                count=repeat_buyers,
                least=numeric.REPEAT_BUYERS,
            ),
            numeric.SAME_AMOUNTS: self.env._("All customers leave the same margin: nothing can be learnt from it."),
            numeric.NO_CONVERGENCE: self.env._("The search for the parameters of the model did not converge."),
            numeric.UNDETERMINED: self.env._("What the customers did leaves a parameter of the model open."),
            numeric.NO_MEAN: self.env._("The margins of the customers spread too widely to have a mean."),
        }[reason]

    @api.model
    def _of(self, company):
        """The company's row; made where there is none."""
        return self.search([("company_id", "=", company.id)]) or self.create({"company_id": company.id})

    def _learn(self, summary, as_of):
        """Learn the parameters anew.

        :param summary: columns of the customers, arrays: ids, repeats, recency, age, means
        :return: lifetime.Model to predict with, or None
        """
        self.ensure_one()
        _customers, repeats, recency, age, means = summary
        fitted, reason = self._fit(repeats, recency, age, means)
        values = {
            "as_of": as_of,
            "buyers": len(repeats),
            "repeat_buyers": sum(repeat > 0 for repeat in repeats),
            "profitable_buyers": sum(mean > 0 for mean in means),
            "reason": reason,
        }
        if fitted:
            values |= {
                **fitted.orders._asdict(),
                **fitted.amounts._asdict(),
                "log_likelihood": float(bg_nbd.Likelihood(repeats, recency, age)(fitted.orders)[0]),
                "fitted_at": self.env.cr.now(),
                "fitted_as_of": as_of,
            }
        self.write(values)
        return fitted or self._good(as_of)

    @api.model
    def _fit(self, repeats, recency, age, means):
        """(lifetime.Model, False), or (None, reason)"""
        if not numeric.available():
            return None, numeric.MISSING
        fitted, reason = lifetime.fit(repeats, recency, age, means)
        return fitted, reason or False

    def _good(self, as_of):
        """The last good parameters, where they may stand in: not those of a later day, which knew what came after.

        :return: lifetime.Model or None
        """
        if self.reason in BLANK or not self.fitted_as_of or self.fitted_as_of > as_of:
            return None
        # The parameters of the margins are for those who see profit; here they only say whether there are any.
        known = as_scheduler(self)
        return lifetime.Model(
            bg_nbd.Orders(*(known[name] for name in ORDERS)), gamma_gamma.Amounts(*(known[name] for name in AMOUNTS))
        )
