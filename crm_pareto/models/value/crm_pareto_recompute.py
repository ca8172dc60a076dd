import logging
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..common import shop
from ..common.tools.trust import scheduled

VALUE_MODELS = {"customer": "crm.pareto.customer", "product": "crm.pareto.product"}
DAYS_DIFFER = timedelta(days=1)  # of two people at the same moment
OVERLAP = timedelta(hours=1)  # a transaction that began before the last run may have committed after it
LOCK_SPACE = 20260119  # any number that no other advisory lock here has
SNAPSHOT_SPACE = 20260120  # a snapshot touches no row of the company's own values
MOST_CHANGED = 5000  # documents; above, reading everything is as fast
# PostgreSQL's, for the transaction that computes.
SETTINGS = {
    # Compiling these statements costs more than it saves, and the groups are underestimated.
    "jit": "off",
    "work_mem": "64MB",
    # The revenue report joins more tables than PostgreSQL by itself puts in order.
    "join_collapse_limit": "16",
    "geqo": "off",
    # All lines pass from the workers to the one process that sums them: PostgreSQL thinks that dearer than it is.
    "parallel_tuple_cost": "0",
}

_logger = logging.getLogger(__name__)


class CrmParetoRecompute(models.AbstractModel):
    """When the values are computed, and from what.

    Each hour the customers whose documents changed are summed anew, what left a window is taken off the others, and
    everybody is ranked again. Each night everything is summed: that also brings the products up to date.
    """

    _name = "crm.pareto.recompute"
    _description = "Value Computation"

    @api.model
    @scheduled
    def _cron_refresh(self):
        """Bring what changed up to date, and close the activities about what was ordered."""
        repeats, forget = self.env["crm.pareto.repeat"], self.env["res.partner"]._forget_pareto_marked
        try:
            months = partial(self._complete_history, again=False)
            self._each_company(partial(self._refresh, history=False), repeats._refresh, months, forget)
        finally:
            self.env["mail.activity"]._close_pareto_repeats()
            self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    @scheduled
    def _cron_recompute(self):
        """Compute everything from the ledger.

        Copies of the scheduled action share the companies between the workers that run them, and a run that was
        broken off goes on with what is left.
        """
        parts = {
            "repeat": self.env["crm.pareto.repeat"]._recompute,
            "pairing": self.env["crm.pareto.pairing"]._recompute,
            "customer": partial(self._recompute, history=False),
        }
        since = self._due_at()
        unless_done = [partial(self._unless_done, since, kind, part) for kind, part in parts.items()]
        self._each_company(*unless_done, self._complete_history, self.env["res.partner"]._forget_pareto_marked)

    @api.model
    def _due_at(self):
        """When the scheduled action that is running was due, or now where it was started by hand."""
        now = fields.Datetime.now()
        cron = self.env["ir.cron"].browse(self.env.context.get("cron_id"))
        return min(cron.nextcall or now, now)

    @api.model
    def _unless_done(self, since, kind, part, company):
        """Compute a part for a company, unless its run of that kind computed everything since then."""
        # Not `_standing`, which makes a run where there is none: another worker may be making it.
        own = [("company_id", "=", company.id), ("kind", "=", kind), ("snapshot", "!=", True)]
        if not self.env["crm.pareto.run"].search_count([*own, ("full_at", ">=", since)], limit=1):
            part(company)

    @api.model
    def _unless_resting(self, kind, part, cron, company):
        """Compute a part for a company, unless that was done a moment ago: then soon again.

        :param cron: XML id of the scheduled action
        """
        if until := self._standing(company, kind)._rests_until():
            self.env.ref(cron).sudo()._trigger(at=until)  # sudo: only to start it
        else:
            part(company)

    @api.model
    def _each_company(self, *parts):
        """Compute the parts for each company, each in a transaction of its own.

        The first time, costs are frozen and two years of months written: a scheduled action may not take long.

        :raises UserError: after all, where a company failed: what it was stands in the log, and Odoo counts a failure
        """
        # sudo: scheduled for all companies of the database, whoever started it.
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        remaining, failed = len(parts) * len(companies), []
        for company in companies:
            for part in parts:
                failed += self._try(part, company)
                remaining -= 1
                self.env["ir.cron"]._commit_progress(1, remaining=remaining)
        if failed:
            names = ", ".join(dict.fromkeys(failed))
            raise UserError(self.env._("It failed for %(companies)s: the server's log says why.", companies=names))

    @api.model
    def _try(self, part, company, tries=MAX_TRIES_ON_CONCURRENCY_FAILURE):
        """Run a part for a company; what it wrote is taken back where it fails, so that the next ones have their turn.

        Where it met another transaction, it is run again, as Odoo does with what people ask for.

        :return: [the name of the company] where it failed, else []
        """
        name = company.name
        try:
            part(company)
            self.env.flush_all()
        except Exception as error:  # whatever it is, it is this company's
            self.env.cr.rollback()
            if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) and tries > 1:
                return self._try(part, company, tries - 1)
            _logger.exception("Failed for the company %s", name)
            return [name]
        return []

    @api.model
    def _complete_history(self, company, again=True):
        if self._begin(company):
            self.env["crm.pareto.history"]._complete(company, company._pareto_today(), again)

    @api.model
    def _recompute(self, companies, as_of=None, on_step=None, history=True):
        """Sum everything of the companies from the ledger.

        A company that another transaction is computing is left to that one.

        :param as_of: last day of the window; the company's today by default
        :param on_step: called with the share that is done, 0 to 1, now and then
        :param history: whether to add the months that the history lacks
        :return: the companies that were computed
        """
        done = self.env["res.company"]
        for company in companies:
            if self._begin(company):
                self._compute_all(company, as_of or self._last_day(company), on_step or (lambda share: None), history)
                done += company
        return done

    @api.model
    def _refresh(self, companies, as_of=None, history=True):
        """Sum the customers whose documents changed since the last run, and let the windows of the others move on.

        Everything is summed where there was no run, the kind of window is another one now, or very much changed.

        :return: the companies that were computed
        """
        done = self.env["res.company"]
        for company in companies:
            if not self._begin(company):
                continue
            day = as_of or self._last_day(company)
            if not self._compute_changed(company, day):
                self._compute_all(company, day, history=history)
            done += company
        return done

    @api.model
    def _snapshot(self, company, kind, pareto_window, as_of, user=None):
        """The values over another window, or as of another day, beside the company's own; kept for a day.

        :param user: who asks, by default the user of the environment; the oldest of that person's make room
        :raises UserError: where another transaction is computing the company, or the person's last one took long, a
            moment ago
        :return: the crm.pareto.run that its rows belong to
        """
        runs = self.env["crm.pareto.run"]
        what = {"company_id": company.id, "kind": kind, "pareto_window": pareto_window, "as_of": as_of}
        known = runs.search([("snapshot", "=", True)] + [(name, "=", value) for name, value in what.items()])
        # Today's ledger still grows.
        if known and known.full_at >= fields.Datetime.now() - OVERLAP:
            return known
        if not self._begin(company, SNAPSHOT_SPACE):
            raise UserError(
                self.env._("The values of %(company)s are being computed: try again in a moment.", company=company.name)
            )
        known.unlink()
        began, user = time.monotonic(), user or self.env.user
        runs._check_patience(user)
        runs._make_room(user)
        what["user_id"] = user.id
        period, ranking = company._pareto_period(as_of, pareto_window), self.env["crm.pareto.ranking"]
        run = runs.create({**what, "snapshot": True, "date_from": period.date_from, "full_at": self.env.cr.now()})
        self.env["crm.pareto.line.cost"]._freeze(company, self._written_since(self._standing(company, "customer")))
        ranking._sum(company, period, [self.env[VALUE_MODELS[kind]]])
        ranking._write_snapshot(self.env[VALUE_MODELS[kind]], run, period)
        run.seconds = time.monotonic() - began
        return run

    @api.model
    def _begin(self, company, space=LOCK_SPACE):
        """Whether this transaction may compute the company; no waiting."""
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", space, company.id))
        if not self.env.cr.fetchone()[0]:
            return False
        settings = [SQL("set_config(%s, %s, TRUE)", name, value) for name, value in SETTINGS.items()]
        self.env.cr.execute(SQL("SELECT %s", SQL(", ").join(settings)))
        return True

    @api.model
    def _last_day(self, company):
        """The last day that counts: the company's today.

        Or the day after, where whoever presses the button has that, or had it: what somebody was shown is not taken
        back by the next scheduled action.
        """
        today = company._pareto_today()
        shown = [self._standing(company, "customer").as_of]
        if self.env.context.get("tz"):  # a person's
            shown.append(fields.Date.context_today(self))
        return today + DAYS_DIFFER if today + DAYS_DIFFER in shown else today

    @api.model
    def _standing(self, company, kind):
        return self.env["crm.pareto.run"]._standing(company, kind)

    @api.model
    def _written_since(self, run):
        """SQL: the documents that the run may not have seen; `move` is the document."""
        if not run.refreshed_at:
            return SQL("TRUE")
        return SQL("move.write_date >= %s", run.refreshed_at - OVERLAP)

    @api.model
    def _compute_all(self, company, as_of, on_step=lambda share: None, history=True):
        began = time.monotonic()
        ranking, period = self.env["crm.pareto.ranking"], company._pareto_period(as_of)
        runs = [self._standing(company, kind) for kind in VALUE_MODELS]
        self.env["crm.pareto.line.cost"]._freeze(company, self._written_since(runs[0]))
        self.env["crm.pareto.line.cost"]._freeze_known(company)
        on_step(0.2)
        ranking._sum(company, period, [self.env[VALUE_MODELS[run.kind]] for run in runs], lifetime=True)
        on_step(0.6)
        for run in runs:
            ranking._write_all(self.env[VALUE_MODELS[run.kind]], company, period)
        on_step(0.8)
        if not runs[0]._is_of_window():
            self.env["crm.pareto.history"]._forget(company)
            self.env["crm.pareto.treatment"]._forget(company)
        if history:
            self.env["crm.pareto.history"]._complete(company, as_of)
        for run in runs:
            self._note(run, period)
            run._note_all({"pareto_window": company.pareto_window, "seconds": time.monotonic() - began})

    @api.model
    def _compute_changed(self, company, as_of):
        """Bring the standing values up to date from what changed.

        :return: False where everything has to be summed
        """
        run = self._standing(company, "customer")
        if run._is_due() or not run._is_of_window() or as_of < run.as_of:
            return False
        if run.uncosted_total is False:  # of a release before this
            return False
        period = company._pareto_period(as_of)
        customers = self._sum_changed(company, run, period)
        if customers is None:
            return False
        for kind, name in VALUE_MODELS.items():  # also where no document changed: the tiers' bounds may have
            own = self._standing(company, kind)
            its = period if own == run else own._period()
            self.env["crm.pareto.ranking"]._rank_stored(self.env[name], company, its)
            self._note(own, its)
        return True

    @api.model
    def _sum_changed(self, company, run, period):
        """Sum the customers with documents written since the run, or with others than then; the windows of all others
        move on by what left them.

        :return: the ids of the former; None where they are too many for that
        """
        before, ranking = run._period(), self.env["crm.pareto.ranking"]
        documents, customers = self._changed(company, run, period.date_to)
        others = self.env["crm.pareto.customer"]._search_others(company, period.date_to) - customers
        if len(documents) + len(others) > MOST_CHANGED:
            return None
        if others:
            self.env["crm.pareto.run"]._forget(company, ["repeat"])
            customers |= others
        if before != period:
            ranking._shift(self.env["crm.pareto.customer"], company, before, period, list(customers))
        if documents:  # also those without a customer
            self.env["crm.pareto.line.cost"]._freeze(company, SQL("move.id = ANY(%s)", documents))
        if customers:
            model = self.env["crm.pareto.customer"]
            ranking._sum(company, period, [model], list(customers))
            ranking._write_some(model, company, period, list(customers))
        return customers

    @api.model
    def _changed_customers(self, run, as_of):
        """The ids of the customers whose documents changed since the run; None where that may be anybody."""
        if run._is_due() or as_of < run.as_of:
            return None
        documents, customers = self._changed(run.company_id, run, as_of)
        return list(customers) if len(documents) <= MOST_CHANGED else None

    @api.model
    def _changed(self, company, run, as_of):
        """([ids of the documents written since the run, or dated in the days since], {their customers})

        Also of documents that are no longer posted, and the customers of what they reverse, which need be no purchase
        any more.
        """
        self.env.flush_all()
        branches = [
            SQL(
                """
                SELECT move.id, move.commercial_partner_id, linked.commercial_partner_id,
                       invoice.commercial_partner_id, invoice_linked.commercial_partner_id
                  FROM account_move move
                  LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
                  LEFT JOIN account_move invoice ON invoice.id = move.reversed_entry_id
                  LEFT JOIN res_partner invoice_linked ON invoice_linked.id = invoice.pareto_customer_id
                 WHERE move.company_id = %s AND (%s OR move.invoice_date > %s AND move.invoice_date <= %s) AND %s
                """,
                company.id,
                self._written_since(run),
                run.as_of,
                as_of,
                self.env["crm.pareto.revenue.report"]._is_customer_document(),
            )
        ]
        if shop.is_installed(self.env):
            branches.append(shop.changed(self.env, company, self._written_since(run), run.as_of, as_of))
        rows = self.env.execute_query(SQL(" UNION ALL ").join(branches))
        return [row[0] for row in rows], {id_ for row in rows for id_ in row[1:] if id_}

    @api.model
    def _note(self, run, period):
        """Write down what the values are of, and their totals."""
        model = self.env[VALUE_MODELS[run.kind]]
        turnover, profit, uncosted = self.env["crm.pareto.ranking"]._totals(model, run.company_id)
        run.write(
            {
                "date_from": period.date_from,
                "as_of": period.date_to,
                "turnover_total": turnover,
                "profit_total": profit,
                "uncosted_total": uncosted,
                "refreshed_at": self.env.cr.now(),
            }
        )
        model.invalidate_model()  # shares are of the totals
