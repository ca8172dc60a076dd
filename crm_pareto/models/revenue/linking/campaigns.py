"""What speaks for which campaign."""

from odoo.tools import SQL

from ...common.tools.zones import company_day
from . import certainty, names


def touched(env):
    """The touches that carry a campaign and whose customer is known: leads, and what was logged."""
    return SQL(
        """
        SELECT contact.commercial_partner_id AS customer_id, lead.company_id, %(lead_day)s AS date,
               lead.campaign_id, 'lead' AS kind, %(lead_name)s AS detail, %(lead)s AS certainty
          FROM crm_lead lead JOIN res_partner contact ON contact.id = lead.partner_id
         WHERE lead.campaign_id IS NOT NULL
         UNION ALL
        SELECT contact.commercial_partner_id, touch.company_id, %(touch_day)s,
               touch.campaign_id, 'touch', touch.name, %(touch)s
          FROM crm_pareto_touch touch JOIN res_partner contact ON contact.id = touch.partner_id
         WHERE touch.campaign_id IS NOT NULL
        """,
        lead_name=names.for_reader(env, "crm.lead", "lead"),
        lead=certainty.LEAD,
        lead_day=company_day(env, SQL("lead.create_date"), SQL("lead.company_id")),
        touch_day=company_day(env, SQL("touch.date"), SQL("touch.company_id")),
        touch=certainty.TOUCH,
    )


def in_time(date, company):
    """Whether a touch may have led to a document of a day and company: within that company's look-back."""
    return SQL(
        """touched.date BETWEEN %(date)s - (SELECT pareto_lookback_days FROM res_company WHERE id = %(company)s)
                            AND %(date)s
           AND (touched.company_id IS NULL OR touched.company_id = %(company)s)""",
        date=date,
        company=company,
    )


def evidence(env):
    """A row a document without a campaign, campaign and touch: as customers.evidence."""
    return SQL(
        """
        SELECT move_id, NULL::integer AS customer_id, campaign_id, kind, detail,
               certainty / COUNT(*) OVER (PARTITION BY move_id, kind) AS certainty
          FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY move_id, kind, campaign_id ORDER BY detail) = 1 AS is_first
                  FROM (%(orders)s UNION ALL %(touches)s) found) counted
         WHERE is_first
        """,
        orders=SQL(
            """
            SELECT document.move_id, ordered.campaign_id, 'order_campaign' AS kind, ordered.name AS detail,
                   %s AS certainty
              FROM document JOIN ordered ON ordered.move_id = document.move_id
             WHERE document.reason = 'no_campaign' AND ordered.campaign_id IS NOT NULL
            """,
            certainty.ORDER_CAMPAIGN,
        ),
        touches=SQL(
            """
            SELECT document.move_id, touched.campaign_id, touched.kind, touched.detail, touched.certainty
              FROM document
              LEFT JOIN (SELECT move_id, MIN(date) AS date FROM ordered GROUP BY move_id) ordered
                     ON ordered.move_id = document.move_id
              JOIN (%s) touched ON touched.customer_id = document.credited_id
             WHERE document.reason = 'no_campaign' AND %s
            """,
            touched(env),
            in_time(SQL("COALESCE(ordered.date, document.date)"), SQL("document.company_id")),
        ),
    )
