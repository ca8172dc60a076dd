from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...common.tools.named import check_naming, is_in_sight, with_defaults

# Decides, influences, uses, pays (their buyer) and keeps the gate: Webster and Wind, A General Model for Understanding
# Organizational Buying Behavior, 1972. The champion, who wants us inside, is from the practice of selling.
ROLES = [
    ("decides", "Decides"),
    ("influences", "Influences"),
    ("uses", "Uses"),
    ("pays", "Pays"),
    ("gatekeeper", "Keeps the Gate"),
    ("champion", "Champions Us"),
]


class CrmParetoRole(models.Model):
    """What part a contact has where a customer decides to buy: at the customer in general, or on one deal.

    Grain: customer or deal, contact, role. A contact may have several. Archived contacts do not count.
    Its company is that of the deal or the customer and not kept here too, so that writing those asks nothing of roles.
    A contact that is moved to another company later is out of sight here: the rule of roles asks for its company too.
    """

    _name = "crm.pareto.role"
    _inherit = "crm.pareto.nameless.mixin"
    _description = "Role in the Buying Centre"
    _rec_name = "contact_id"
    _order = "id"

    role = fields.Selection(ROLES, required=True)
    contact_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", index="btree_not_null")
    lead_id = fields.Many2one("crm.lead", "Deal", ondelete="cascade", index="btree_not_null")

    _role_unique = models.UniqueIndex(
        "(contact_id, role, COALESCE(partner_id, 0), COALESCE(lead_id, 0))", "The contact has this role already."
    )

    # Not a CHECK in the database: where merging contacts breaks one, Odoo deletes the row.
    @api.constrains("contact_id", "lead_id", "partner_id")
    def _check_one_place(self):
        if any(bool(row.lead_id) == bool(row.partner_id) for row in self):
            raise ValidationError(self.env._("A role is one at a customer or one on a deal."))

    @api.constrains("contact_id", "lead_id", "partner_id")
    def _check_company_of_contact(self):
        """Odoo checks with sudo: of whichever company they are."""
        if not all(is_in_sight(row.contact_id, (row.lead_id or row.partner_id).company_id) for row in self):
            raise ValidationError(
                self.env._("The contact is of another company: who reads the role there may not see the contact.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        """For whom, and where, one may see.

        :raises AccessError: of others
        """
        vals_list = with_defaults(self, vals_list)
        check_naming(self, vals_list, "contact_id", "partner_id", "lead_id")
        return super().create(vals_list)

    def write(self, vals):
        """As in `create`."""
        check_naming(self, [vals], "contact_id", "partner_id", "lead_id")
        return super().write(vals)

    def _shown(self):
        """The rows of contacts that are not archived, and that the reader may see."""
        rows = self._filtered_access("read")
        seen = rows.contact_id._filtered_access("read").filtered("active")
        return rows.filtered(lambda row: row.contact_id in seen)

    def _move_to(self, lead):
        """Carry the roles over to another deal, but those it has already, and those of contacts out of its sight."""
        has = {(row.contact_id, row.role) for row in lead.pareto_role_ids}
        for row in self:
            if (row.contact_id, row.role) not in has and is_in_sight(row.contact_id, lead.company_id):
                has.add((row.contact_id, row.role))
                row.lead_id = lead

    @api.model
    def _known(self, customer=None):
        """Who is known at each customer: partner_id, contact_id of its persons and of whoever has a role there; SQL.

        :param customer: SQL of the id of one customer
        """
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, id AS contact_id FROM res_partner
             WHERE active AND type = 'contact' AND is_company IS NOT TRUE AND commercial_partner_id <> id AND %(person)s
             UNION
            SELECT role.partner_id, role.contact_id
              FROM crm_pareto_role role JOIN res_partner contact ON contact.id = role.contact_id AND contact.active
             WHERE role.partner_id IS NOT NULL AND %(role)s
            """,
            person=SQL("commercial_partner_id = %s", customer) if customer else SQL("TRUE"),
            role=SQL("role.partner_id = %s", customer) if customer else SQL("TRUE"),
        )

    @api.model
    def _known_on_deals(self):
        """Who is known on each deal with a customer or a role: lead_id, contact_id, those at its customer too; SQL."""
        return SQL(
            """
            SELECT lead.id AS lead_id, known.contact_id
              FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
             CROSS JOIN LATERAL (%(known)s) known
             UNION
            SELECT role.lead_id, role.contact_id
              FROM crm_pareto_role role JOIN res_partner contact ON contact.id = role.contact_id AND contact.active
             WHERE role.lead_id IS NOT NULL
            """,
            known=self._known(SQL("partner.commercial_partner_id")),
        )
