"""How a fresh machine gets Odoo 19 and PostgreSQL, the demo company and the tests.

Standard library only: it runs before anything is installed. Nothing here is
installed with the addon.
"""
