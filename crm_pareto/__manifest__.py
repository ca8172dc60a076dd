{
    "name": "Customer Value",
    "summary": "Which customers carry the business, their whole history, and which marketing came back",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "crm_pareto contributors",
    "license": "LGPL-3",
    "application": True,
    "depends": ["sale_crm", "sale_margin"],
    "data": [
        "security/crm_pareto_groups.xml",
        "views/crm_pareto_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["crm_pareto/static/tests/tours/**/*.js"],
    },
}
