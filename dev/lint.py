def check(odoo, database):
    return 0
