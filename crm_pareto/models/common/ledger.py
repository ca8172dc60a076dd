"""What of the general ledger is looked at."""

INCOME = ("income", "income_other")  # types of the accounts that revenue is on
