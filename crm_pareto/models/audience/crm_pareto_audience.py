from ast import literal_eval
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd
from odoo.tools import SQL
from psycopg2 import DataError, Error
from psycopg2.errors import QueryCanceled

from ..common.tools.apart import Patience, ask, is_of_transaction
from ..common.tools.asking import check_asked, check_each, conditions
from ..common.tools.blank import BlankMonetary
from ..common.tools.bounds import MOST_LETTERS, of_one, opened_from
from ..common.tools.groups import PROFIT
from ..common.tools.resolving import RESOLVING, Resolving
from ..common.tools.trust import ALL_DOCUMENTS, works_in
from .crm_pareto_not_profiled_mixin import PROFILED
from .crm_pareto_stored_question import check_spelling

RULE_FIELDS = (
    "company_id",
    "domain",
    "bought_product_ids",
    "bought_categ_ids",
    "other_product_ids",
    "other_categ_ids",
    "touched_campaign_ids",
    "credited_campaign_ids",
)
PATIENCE = 10  # seconds, for all audiences of a list: a million customers by a figure take one or two
PATIENCE_TO_ACT = 60  # seconds, for what is done for them: a mailing that is sent, a plan that is started
MOST_CONDITIONS = 100
# An empty condition is none: what is archived is still asked for, and what is asked for is not deleted. Else all
# customers would belong from one moment to the next.
AS_WRITTEN = {"context": {"active_test": False}, "ondelete": "restrict"}


class CrmParetoAudience(models.Model):
    """A rule that says which customers to address: who they are is found anew each time it is asked.

    The rule is a domain over the current rows of crm.pareto.customer, and what a domain cannot say: bought or not
    bought in the window, reached or won by a campaign. Archived contacts never belong, nor who is not to be profiled.

    Each reader finds the customers that he or she may see. What runs without one, such as a mailing that is sent by the
    scheduler, finds those of the owner. An audience may ask for others (DEEPEST, MOST); where one of them cannot be
    resolved, nobody belongs to those that ask for it either, and each says why.
    """

    _name = "crm.pareto.audience"
    _inherit = ["crm.pareto.guarded.mixin", "crm.pareto.thread.mixin"]
    _description = "Audience"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True, size=MOST_LETTERS)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        required=True,
        default=lambda self: self.env.user,
        copy=False,
        tracking=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="A mailing reaches those whom the owner may see.",
    )
    domain = fields.Char("Customers", required=True, default="[]")
    # What is asked for is not deleted: without it the audience would be of everybody.
    bought_product_ids = fields.Many2many(
        "product.product",
        "crm_pareto_audience_bought_product",
        **AS_WRITTEN,
        string="Bought",
        check_company=True,
        help="Only customers who bought one of these in the window, on invoices that you may see.",
    )
    bought_categ_ids = fields.Many2many(
        "product.category",
        "crm_pareto_audience_bought_categ",
        **AS_WRITTEN,
        string="Bought of Categories",
        help="Only customers who bought something of one of these in the window, or of one below it.",
    )
    other_product_ids = fields.Many2many(
        "product.product",
        "crm_pareto_audience_other_product",
        **AS_WRITTEN,
        string="Not Bought",
        check_company=True,
        help="Only customers who bought none of these in the window, from anybody here.",
    )
    other_categ_ids = fields.Many2many(
        "product.category",
        "crm_pareto_audience_other_categ",
        **AS_WRITTEN,
        string="Not Bought of Categories",
        help="Only customers who bought nothing of these in the window, nor of one below them.",
    )
    touched_campaign_ids = fields.Many2many(
        "utm.campaign",
        "crm_pareto_audience_touched_campaign",
        **AS_WRITTEN,
        string="Reached by Campaigns",
        check_company=True,
        help="Only customers with a touch of one of these.",
    )
    credited_campaign_ids = fields.Many2many(
        "utm.campaign",
        "crm_pareto_audience_credited_campaign",
        **AS_WRITTEN,
        string="Won by Campaigns",
        check_company=True,
        help="Only customers who bought something that one of these has a part in.",
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        "For the Campaign",
        tracking=True,
        check_company=True,
        help="What mailings to this audience belong to.",
    )
    customer_count = fields.Integer("Number of Customers", compute="_compute_sums", aggregator=None)
    turnover = fields.Monetary(compute="_compute_sums", aggregator=None)
    profit = BlankMonetary(compute="_compute_profit", aggregator=None, groups=PROFIT)
    problem = fields.Char(compute="_compute_sums", help="Why it cannot be said who belongs.")
    contact_count = fields.Integer(
        "Contacts with E-Mail",
        compute="_compute_contact_count",
        help="The companies and their people, not their invoice and delivery addresses; without those on the "
        "blacklist. A mailing writes to each address once.",
    )
    can_mail = fields.Boolean(compute="_compute_can_mail")

    # -- who belongs -------------------------------------------------------------------

    def _asked(self):
        """The filter, of crm.pareto.customer.

        :raises: whatever Python or Odoo says of one that is none
        """
        asked = Domain(literal_eval(self.domain or "[]"))
        asked.validate(self.env["crm.pareto.customer"])
        if sum(1 for _leaf in conditions(asked)) > MOST_CONDITIONS:
            raise UserError(self.env._("A filter has %s conditions at most: use fewer.", MOST_CONDITIONS))
        return asked

    def _domain(self):
        """Those who belong, of crm.pareto.customer, as far as the user of the environment may see them.

        :raises: anything, where the rule is no longer one, or asks for what the user may not see
        """
        self.ensure_one()
        asked = self._asked()
        check_asked(self.env["crm.pareto.customer"], asked)  # those that it names are resolved, each in its turn
        conditions = [
            Domain("company_id", "=", self.company_id.id),
            Domain("snapshot_id", "=", False),
            # And those whom the reader may see.
            Domain("partner_id", "any", Domain("active", "=", True) & PROFILED),
            asked,
        ]
        return Domain.AND(conditions + [Domain("partner_id", *among) for among in self._among()])

    def _among(self):
        """Yield ("in" or "not in", the customers as SQL) for what a domain over customers cannot say."""
        if bought := self._products(self.bought_product_ids, self.bought_categ_ids):
            yield "in", self._buyers(self.env["crm.pareto.revenue.report"], bought)
        if others := self._products(self.other_product_ids, self.other_categ_ids):
            # sudo: who bought from a colleague bought, and only that comes out.
            yield "not in", self._buyers(self.env["crm.pareto.revenue.report"].sudo(), others)
        if self.touched_campaign_ids:
            touched = Domain("campaign_id", "in", self.touched_campaign_ids._origin.ids)
            yield "in", self.env["crm.pareto.touchpoint"]._customers_having(touched, SQL("TRUE"))
        if self.credited_campaign_ids:
            query = self.env["crm.pareto.attribution"]._search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("campaign_id", "in", self.credited_campaign_ids._origin.ids),
                    ("customer_id", "!=", False),
                ]
            )
            yield "in", query.subselect(SQL.identifier(query.table, "customer_id"))

    def _products(self, products, categories):
        """The domain of the lines that sold one of the products, or one of a category; None without any."""
        parts = []
        if products:
            parts.append(Domain("product_id", "in", products._origin.ids))
        if categories:
            parts.append(Domain("product_categ_id", "child_of", categories._origin.ids))
        return Domain.OR(parts) if parts else None

    def _buyers(self, report, products):
        """Who bought more of one of the products in the window than went back of it; SQL."""
        period = self.company_id._pareto_period()
        query = report._search(
            products
            & Domain("company_id", "=", self.company_id.id)
            & Domain("customer_id", "!=", False)
            & Domain("date", ">=", period.date_from)
            & Domain("date", "<=", period.date_to)
        )
        names = ("customer_id", "product_id", "quantity")
        customer, product, quantity = (report._field_to_sql(query.table, name, query) for name in names)
        query.groupby = SQL("%s, %s", customer, product)
        query.having = SQL("SUM(%s) > 0", quantity)
        return SQL("(%s)", query.select(customer))

    def _for_reader(self):
        """The audience in its own company, in the name of the owner where nobody asks.

        Under sudo, too, somebody asks: Odoo searches with sudo for people, by paths that they name.
        """
        self.ensure_one()
        audience = self.with_user(self.user_id) if self.env.uid == SUPERUSER_ID else self.sudo(False)
        return audience.with_context(allowed_company_ids=self.company_id.ids)

    def _customers(self):
        """The rows of those who belong; to be searched further, once.

        :return: (crm.pareto.customer in the right environment, domain)
        :raises: anything, when asked for or searched: to be called by `ask`
        """
        resolving = Resolving.of(self.env).resolve(self)
        audience = self._for_reader().with_context(**{RESOLVING: resolving})
        return audience.env["crm.pareto.customer"], audience._domain()

    def _partners(self):
        """The commercial partners of those who belong; SQL."""
        customers, domain = self._customers()
        query = customers._search(domain)
        return query.subselect(SQL.identifier(query.table, "partner_id"))

    def _found(self):
        """The commercial partners of those who belong; SQL of their ids, which cannot fail any more."""
        [[ids]] = self.env.execute_query(SQL("SELECT ARRAY%s", self._partners()))
        return SQL("(SELECT UNNEST(%s::int[]))", ids)

    def _figures(self, aggregates):
        """Sums of those who belong."""
        customers, domain = self._customers()
        [figures] = customers._read_group(domain, aggregates=aggregates)
        return figures

    def _search_contacts(self):
        """The contacts of those who belong whom one may write to, and those on the blacklist."""
        belong = Domain("commercial_partner_id", "in", self._partners())
        return self._for_reader().env["res.partner"].search(belong & CONTACTS)

    def _count_contacts(self):
        """How many contacts a mailing reaches."""
        domain = Domain("commercial_partner_id", "in", self._partners()) & CONTACTS & NOT_BLACKLISTED
        return self._for_reader().env["res.partner"].search_count(domain)

    @api.model
    def _check_named(self, numbers, within=()):
        """
        :param numbers: of audiences that somebody names in what is asked later, without them
        :param within: ids of the audiences that these are named in
        :raises AccessError: where the person may not read one, or not see what its rule asks for
        """
        named = self.sudo(False).with_context(active_test=False)
        named = named.browse(numbers).exists() if named.has_access("read") else named.browse()
        if not named:
            raise AccessError(self.env._("Audiences are for users of Customer Value, and named by their number."))
        if missing := set(numbers) - set(named.ids):  # one that is made later would be under its number
            raise AccessError(self.env._("There is no audience %s.", min(missing)))
        for audience in named:
            if audience.id not in within:
                audience._check_may_ask((*within, audience.id))

    def _check_may_ask(self, within=()):
        """Refuse who may not read the audience, or not see what its rule asks for.

        :param within: ids of this one and of those that it is named in
        :raises AccessError: naming the audience
        """
        self.check_access("read")
        if self._is_of_other_eyes():
            raise AccessError(
                self.env._(
                    "%(name)s is found by what its owner sees, and you do not see all documents: duplicate it, so that"
                    " you are the owner.",
                    name=self.name,
                )
            )
        audience = self.with_context(allowed_company_ids=self.company_id.ids)
        try:
            customers = audience.env["crm.pareto.customer"]
            check_asked(customers, audience._asked(), lambda numbers: self._check_named(numbers, within))
        except AccessError as error:
            why = self._why_not(error)
            raise AccessError(self.env._("%(name)s: %(why)s", name=self.name, why=why)) from error
        except Exception as error:
            if is_of_transaction(error):
                raise
            return  # finds nobody, whoever asks

    def _has_own_eyes(self):
        """Whether the owner sees as a person of the company does; OdooBot sees everything of all companies."""
        owner = self.user_id
        return owner.id != SUPERUSER_ID and owner.active and works_in(owner, self.company_id)

    def _is_of_other_eyes(self):
        """Whether it is found by documents or customers that the person does not see, where nobody asks.

        Then the owner does. By whatever path a filter asks: only who sees all documents sees what an owner may see.
        """
        sees_all = self.env.user.has_group(ALL_DOCUMENTS) and not self.company_id._pareto_shows_own_only()
        return self.user_id != self.env.user and not sees_all

    def _own_first(self):
        """The order in which a reader's time is spent on them."""
        return self.sorted(lambda audience: audience.sudo().user_id != self.env.user)  # sudo: whose it is, to no reader

    def _why_not(self, error):
        """Say to a reader why the rule finds nobody.

        :param error: whatever finding them ended with
        """
        if isinstance(error, UserError) and not isinstance(error, AccessError):
            return str(error)
        if isinstance(error, QueryCanceled):
            return self.env._("It takes too long to find who belongs: ask for less, or open it alone.")
        if isinstance(error, AccessError):
            return self.env._("This audience asks for figures that you may not see: ask its owner for the list.")
        if isinstance(error, Error) or not str(error):  # what PostgreSQL says would tell of data
            return self.env._("The filter asks for something that cannot be compared: set it anew.")
        return self.env._("The filter asks for something that is no longer there (%s): set it anew.", error)

    # -- figures -----------------------------------------------------------------------

    @api.depends(*RULE_FIELDS)
    @api.depends_context("uid")
    def _compute_sums(self):
        patience = Patience(PATIENCE, len(self))
        for audience in self._own_first():
            sums, error = ask(self.env, patience, partial(audience._figures, ["__count", "turnover:sum"]))
            audience.problem = audience._why_not(error) if error else False
            audience.customer_count, audience.turnover = sums or (False, False)

    @api.depends(*RULE_FIELDS)
    @api.depends_context("uid")
    def _compute_profit(self):
        patience = Patience(PATIENCE, len(self))
        for audience in self._own_first():
            sums, _error = ask(self.env, patience, partial(audience._figures, ["profit:sum"]))
            [audience.profit] = sums or [False]

    @api.depends(*RULE_FIELDS)
    @api.depends_context("uid")
    def _compute_contact_count(self):
        patience = Patience(PATIENCE, len(self))
        for audience in self._own_first():
            count, _error = ask(self.env, patience, audience._count_contacts)
            audience.contact_count = count or False

    @api.depends_context("uid")
    def _compute_can_mail(self):
        self.can_mail = "mailing.mailing" in self.env and self.env["mailing.mailing"].has_access("create")

    # -- keeping it right --------------------------------------------------------------

    @api.constrains(*RULE_FIELDS)
    def _check_rule(self):
        """Whoever writes a rule may see what it asks for, so that nobody finds out by whom a mailing reaches."""
        for audience in self.sudo(False):  # Odoo checks with sudo
            _nothing, error = ask(self.env, Patience(PATIENCE), audience._try)
            if error:
                raise ValidationError(audience._why_not(error)) from error
            self.env["crm.pareto.stored.question"]._check_naming(audience)

    def _try(self):
        """Find those who belong once, as whoever writes the rule.

        :raises: anything, where that cannot be done, or not be asked
        """
        check_spelling(self.env, self.domain or "")
        self._check_may_ask((self.id,))
        customers, domain = self._customers()
        check_each(customers, self._asked())
        customers.search_count(domain)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked_for(self):
        self.env["crm.pareto.stored.question"]._check_deleting(self)

    @api.constrains("user_id", "company_id")
    def _check_user_id(self):
        if any(audience.user_id.share for audience in self):
            raise ValidationError(self.env._("The owner of an audience is somebody who works here."))
        if self.env.uid != SUPERUSER_ID and any(not audience._has_own_eyes() for audience in self):
            raise ValidationError(self.env._("The owner of an audience is somebody who works in its company now."))
        others = self.sudo(False).filtered(lambda audience: audience.user_id != self.env.user)  # Odoo checks with sudo
        if others and not self.env.user.has_group("crm_pareto.group_manager"):
            raise ValidationError(self.env._("Only a manager can give an audience to somebody else."))
        if any(audience._is_of_other_eyes() for audience in others):
            raise ValidationError(self.env._("You do not see all documents: an audience that you made stays yours."))
        for audience in self:  # who named it named what its owner sees
            self.env["crm.pareto.stored.question"]._check_naming(audience)

    @api.model
    def default_get(self, fields):
        """Take the customers from the list that it is saved from: those selected, or all that are found."""
        values = super().default_get(fields)
        (model, ids), shown = opened_from(self.env), self.env.context.get("active_domain")
        if model == "crm.pareto.customer" and isinstance(shown, list):
            try:
                values |= self._from_list(shown, ids)
            except (ValueError, TypeError, LookupError, DataError) as error:
                raise UserError(self.env._("The list is by a filter that is none: %s", error)) from error
        return values

    @api.model
    def _from_list(self, active_domain, selected):
        """The values of an audience of what a list of customers shows.

        A rule where all that are found are wanted, of the current rows: those who come to belong later belong too.
        Else these customers, whatever becomes of them.
        """
        customers, domain = self.env["crm.pareto.customer"], Domain(active_domain)
        rows = customers.browse(selected)
        company = (rows or customers.search(domain, limit=1)).company_id[:1] or self.env.company
        rule = self._current_rule(domain, company)
        if rule is None or (rows and customers.search_count(domain) > len(rows)):
            of_company = Domain("id", "in", selected) if rows else domain
            of_company &= Domain("company_id", "=", company.id)
            rule = Domain("partner_id", "in", customers.search(of_company).partner_id.ids)
        return {"company_id": company.id, "domain": repr([] if rule.is_true() else list(rule))}

    @api.model
    def _current_rule(self, domain, company):
        """The domain without what each audience asks for anyway; None where it is about a snapshot."""
        if any(leaf.field_expr == "snapshot_id" and leaf.value for leaf in domain.iter_conditions()):
            return None
        parts = domain.children if isinstance(domain, DomainAnd) else [domain]
        own = (Domain("company_id", "=", company.id), Domain("snapshot_id", "=", False))
        return Domain.AND(part for part in parts if part not in own)

    def write(self, vals):
        """Odoo asks the record rules before it writes: where the records are now, they are asked again."""
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return result

    def _contacts(self):
        """Whom a mailing would reach, and those on the blacklist; nobody where that cannot be said."""
        found, _error = ask(self.env, Patience(PATIENCE_TO_ACT), self._search_contacts)
        return self.env["res.partner"] if found is None else found

    # -- actions -----------------------------------------------------------------------

    def _get_contact_domain(self):
        """Whom a mailing reaches: found again when it is sent, so that it stays right."""
        return Domain("pareto_audience_ids", "in", self.ids) & CONTACTS

    @of_one
    def action_open_customers(self):
        """Open the customers who belong."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_customer_action")
        name = self.env._("Customers of %(name)s", name=self.name)
        domain = [("company_id", "=", self.company_id.id), ("partner_id.pareto_audience_ids", "in", self.ids)]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}

    @of_one
    def action_open_contacts(self):
        """Open the contacts whom a mailing would reach, to be exported for instance."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contacts of %(name)s", name=self.name),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": list(self._get_contact_domain() & NOT_BLACKLISTED),
        }

    @of_one
    def action_new_mailing(self):
        """Open a mailing to the audience, to be written; the form says how many it reaches.

        :raises UserError: where it would reach others than the reader sees, because the owner sees others
        """
        if self.user_id != self.env.user and self._contacts() != self.with_user(self.user_id)._contacts():
            raise UserError(
                self.env._(
                    "A mailing reaches whom the owner of the audience, %(owner)s, may see, and you see others: "
                    "duplicate the audience, so that you are the owner.",
                    owner=self.user_id.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(list(self._get_contact_domain())),
                "default_campaign_id": self.campaign_id.id,
            },
        }


CONTACTS = (
    Domain("type", "=", "contact") & Domain("email_normalized", "!=", False) & Domain("pareto_not_profiled", "=", False)
)
NOT_BLACKLISTED = Domain("is_blacklisted", "=", False)
