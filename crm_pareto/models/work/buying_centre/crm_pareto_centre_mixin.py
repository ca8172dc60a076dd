from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.crm_pareto_result_mixin import for_readers, for_who_sees
from ...common.tools.groups import USER
from ...common.tools.links import Links, as_who_asks
from ...common.tools.trust import Only, as_reader
from .crm_pareto_role import ROLES

ROLE_FIELDS = {role: f"pareto_{role}_ids" for role, _label in ROLES}
DECIDES = Domain("role", "=", "decides") & Domain("contact_id.active", "=", True)


def role_field(label, meaning):
    """The contacts in one role, to be read and changed as tags."""
    return Links(
        "res.partner",
        string=label,
        compute="_compute_pareto_roles",
        inverse="_inverse_pareto_roles",
        groups=USER,
        help=meaning,
    )


class CrmParetoCentreMixin(models.AbstractModel):
    """A buying centre: who has which role at a customer or on a deal, and what is not known of it.

    The roles are rows of crm.pareto.role; the map has a field for each role over them. What is asked of and warned
    about says the model: `_get_no_decider_domain`, `_get_one_contact_domain` and `_minds_pareto_centre`.
    """

    _name = "crm.pareto.centre.mixin"
    _description = "Shows a Buying Centre"

    pareto_decides_ids = role_field("Decides", "Says yes or no in the end.")
    pareto_influences_ids = role_field("Influences", "Is asked for advice or sets what is required.")
    pareto_uses_ids = role_field("Uses", "Works with what is bought.")
    pareto_pays_ids = role_field("Pays", "Has the budget or negotiates the terms.")
    pareto_gatekeeper_ids = role_field("Keeps the Gate", "Decides who gets to talk to the others.")
    pareto_champion_ids = role_field("Champions Us", "Wants us to win and speaks for us inside.")
    pareto_no_decider = fields.Boolean(
        "No Decision Maker",
        compute="_compute_pareto_centre",
        search="_search_pareto_no_decider",
        groups=USER,
        help="A company of which it is not known who decides.",
    )
    pareto_one_contact = fields.Boolean(
        "One Contact Only",
        compute="_compute_pareto_centre",
        search="_search_pareto_one_contact",
        groups=USER,
        help="A company of which no more than one contact is known.",
    )
    pareto_centre_warning = fields.Char(compute="_compute_pareto_centre", groups=USER)

    @api.depends("pareto_role_ids.contact_id.active", "pareto_role_ids.role")
    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_roles(self):
        shown = self.pareto_role_ids._shown()
        for record in self:
            rows = record.pareto_role_ids & shown
            for role, name in ROLE_FIELDS.items():
                record[name] = rows.filtered(lambda row, role=role: row.role == role).contact_id

    @for_readers
    def _search_pareto_role_ids(self, operator, value):
        """As Odoo searches it, but for the reader, under sudo too."""
        if self.env.su and isinstance(value, Domain):
            value = as_reader(self.env["crm.pareto.role"])._search(value)
        return Domain("pareto_role_ids", operator, value)

    def _inverse_pareto_roles(self):
        asking = as_who_asks(self).env  # for what is written; what is wanted stands in the cache of who wrote it
        link = self._fields["pareto_role_ids"].inverse_name
        for record in self:
            wanted = {(role, contact) for role, name in ROLE_FIELDS.items() for contact in record[name]}
            rows = record.with_env(asking).pareto_role_ids._shown()
            has = {(row.role, row.contact_id) for row in rows}
            rows.filtered(lambda row, wanted=wanted: (row.role, row.contact_id) not in wanted).unlink()
            asking["crm.pareto.role"].create(
                [
                    {link: record.id, "role": role, "contact_id": contact.id}
                    for role, contact in sorted(wanted - has, key=lambda pair: (pair[0], pair[1].id))
                ]
            )

    @api.depends("pareto_role_ids")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    @for_who_sees
    def _compute_pareto_centre(self):
        few = self.with_context(pareto_centres=Only(self.ids))  # without a word, those of everybody would be counted
        found = [
            set(few.search(Domain("id", "in", self.ids) & domain)._ids) if self.ids else set()
            for domain in (few._get_no_decider_domain(), few._get_one_contact_domain())
        ]
        for record in self:
            record.pareto_no_decider, record.pareto_one_contact = (record._origin.id in ids for ids in found)
            warnings = []
            if record.pareto_no_decider:
                warnings.append(self.env._("It is not known who decides."))
            if record.pareto_one_contact:
                warnings.append(self.env._("No more than one contact is known."))
            record.pareto_centre_warning = record._minds_pareto_centre() and " ".join(warnings)

    @for_readers
    def _search_pareto_no_decider(self, operator, value):
        return self._search_pareto_centre(self._get_no_decider_domain(), operator, value)

    @for_readers
    def _search_pareto_one_contact(self, operator, value):
        return self._search_pareto_centre(self._get_one_contact_domain(), operator, value)

    def _search_pareto_centre(self, domain, operator, value):
        if operator != "in":
            return NotImplemented
        return domain if True in value else ~domain

    @api.model
    def _several(self, known, key):
        """The ids that more than one contact is known of; SQL. Counts whom the reader may not see, and says no more.

        :param known: SQL of rows with the key and contact_id
        """
        key, few = SQL.identifier(key), Only.of(self.env, "pareto_centres")
        only = SQL("TRUE") if few is None else SQL("%s = ANY(%s)", key, list(few))
        return SQL("(SELECT %s FROM (%s) known WHERE %s GROUP BY %s HAVING COUNT(*) > 1)", key, known, only, key)
