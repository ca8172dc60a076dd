"""An admin who installs the addon and takes it off again finds the database as it was."""

from ..common import throwaway_database

# What Odoo itself leaves behind when any addon comes and goes.
ODOO_LEAVES = {
    "bus_bus",  # notifications to open browsers
    "ir_cron_trigger",  # a wish to vacuum after each loading of addons; ir_cron is compared
    "ir_attachment",  # rebuilt asset bundles; ours are looked for by name below
    "orm_signaling_registry",  # one row for each change of the registry
    "orm_signaling_assets",
    "orm_signaling_default",
    "orm_signaling_groups",
    "orm_signaling_routing",
    "orm_signaling_stable",
    "orm_signaling_templates",
}
# An addon that extends rules makes this key what Odoo declares there; one that extends groups, what it declares there.
EITHER_WAY = "%rule_group_rel_group_id_fkey%"

SCHEMA = f"""
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
     WHERE table_schema = 'public'
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE '{EITHER_WAY}'
    UNION ALL SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def schema(odoo, database):
    """All tables, columns, indexes, constraints, sequences, functions and triggers, as lines."""
    return {row[0] for row in odoo.server.query(SCHEMA, database)}


def rows(odoo, database):
    """The row ids of each table (link tables have none: their rows)."""
    tables = [row[0] for row in odoo.server.query(TABLES, database) if row[0] not in ODOO_LEAVES]
    keys = " UNION ALL ".join(
        f"""SELECT '{table}', coalesce(to_jsonb(t) ->> 'id', to_jsonb(t)::text) FROM "{table}" t""" for table in tables
    )
    return {tuple(row) for row in odoo.server.query(keys, database)}


def ours(odoo, database):
    """Whatever still names the addon, outside Odoo's list of known addons."""
    statement = """
        SELECT 'attachment', id FROM ir_attachment WHERE name ~ 'crm_pareto|pareto_' OR url ~ 'crm_pareto'
        UNION ALL SELECT 'external id', id FROM ir_model_data WHERE name ~ 'pareto' AND module <> 'base'
        UNION ALL SELECT 'external id', id FROM ir_model_data WHERE module = 'crm_pareto'
        UNION ALL SELECT 'model', id FROM ir_model WHERE model ~ 'pareto'
        UNION ALL SELECT 'field', id FROM ir_model_fields WHERE name ~ 'pareto'
        UNION ALL SELECT 'parameter', id FROM ir_config_parameter WHERE key ~ 'pareto'
        UNION ALL SELECT 'view', id FROM ir_ui_view WHERE arch_db::text ~ 'pareto'
    """
    return odoo.server.query(statement, database)


def test_installing_and_uninstalling_leaves_no_trace():
    with throwaway_database("crm_pareto_trace") as (odoo, database):
        odoo.run_server(database, ["-i", "base"], "Listing the addons there are now", None)
        schema_before, rows_before = schema(odoo, database), rows(odoo, database)
        odoo.run_server(database, ["-i", "crm_pareto"], "Installing", None, strict=True)
        assert ours(odoo, database), "the look for our names finds them while the addon is there"
        odoo.run_script(database, "tests.campaign.campaign_plan", [], "Making the campaigns' analytic plan", None)
        odoo.uninstall(database, "crm_pareto")
        assert ours(odoo, database) == []
        assert schema(odoo, database) ^ schema_before == set()
        assert rows(odoo, database) ^ rows_before == set()
