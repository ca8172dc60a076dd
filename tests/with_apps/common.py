"""What the tests with all apps build from: a company, its people, a customer, and the readers of touches."""

from odoo.fields import Command

from tests.common import LedgerCase

# Whoever may do everything in the apps, and no more than that: no settings.
EVERY_APP = (
    "base.group_user,base.group_partner_manager,sales_team.group_sale_manager,account.group_account_manager,"
    "mass_mailing.group_mass_mailing_user,event.group_event_manager,survey.group_survey_manager,"
    "helpdesk_mgmt.group_helpdesk_manager,project.group_project_manager,hr_timesheet.group_timesheet_manager,"
    "stock.group_stock_manager,point_of_sale.group_pos_manager,im_livechat.im_livechat_group_manager"
)
# Kinds of touches whose test is elsewhere: crm.pareto.touch has its own.
TESTED_ELSEWHERE = {"logged"}


class AppsCase(LedgerCase):
    """Tests in a company with all apps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever tests what was tracked needs the tracking.
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids})

    @classmethod
    def new_contact(cls, name, company=None):
        """The person we know at a company that is a customer.

        :param company: the only one of ours that knows them; by default all do
        """
        company = company.id if company else False
        values = {"is_company": True, "email": f"office@{name.lower()}.example", "company_id": company}
        customer = cls.new_partner(name, **values)
        values = {"email": f"nora@{name.lower()}.example", "phone": "+49 40 66969 200", "company_id": company}
        return cls.new_partner(f"Nora {name}", parent_id=customer.id, **values)

    @classmethod
    def new_gauge(cls):
        """Goods that are kept in stock."""
        values = {"name": "Gauge", "is_storable": True, "list_price": 100, "taxes_id": [Command.clear()]}
        return cls.env["product.product"].create(values)

    @classmethod
    def at(cls, user, record=None):
        """The environment of a user in his or her companies, or a record held by that user."""
        env = cls.env(user=user, su=False, context={"allowed_company_ids": user.company_ids.ids})
        return env if record is None else record.with_env(env)
