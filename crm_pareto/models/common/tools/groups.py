"""The groups that fields of several rooms are for, by their XML ids."""

USER = "crm_pareto.group_user"
PROFIT = "crm_pareto.group_profit"
