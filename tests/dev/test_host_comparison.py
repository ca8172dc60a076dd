"""What `make host-test` makes of two runs: which statements are the same, and which differences are explained."""

import gc
import json
import weakref

from dev.host_suite import collect_garbage, skeleton
from dev.host_tests import LOOKUPS, SCREEN, Results, causes_of, compare, surplus

READ = 'SELECT … FROM "res_users" WHERE "res_users"."id" IN %s'
OURS = 'SELECT … FROM "crm_pareto_customer" WHERE "crm_pareto_customer"."partner_id" IN %s'


def results(tmp_path, *lines):
    file = tmp_path / "results.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return Results().read(file)


def ran(statements):
    return {"test": "sale.test_sale.TestSale.test_confirm", "statements": statements}


def test_a_statement_is_the_same_whatever_its_columns_values_and_savepoint():
    few, more = (
        f'SELECT "res_company"."id"{columns} FROM "res_company" WHERE "res_company"."id" IN %s'
        for columns in ("", ', (SELECT 1 FROM x), "res_company"."pareto_window"')
    )
    assert skeleton(few) == skeleton(more) == 'SELECT … FROM "res_company" WHERE "res_company"."id" IN %s'
    assert skeleton('SAVEPOINT "1a"') == skeleton('SAVEPOINT "2b"')
    assert (
        skeleton('UPDATE "a" SET "x" = 1') == skeleton('UPDATE "a" SET "y" = %s') != skeleton('UPDATE "b" SET "x" = 1')
    )


def test_garbage_goes_between_tests_and_at_no_other_moment():
    class Environment:
        """Refers to itself, as Odoo's environments do by what they keep."""

        def __init__(self):
            self.user = self

    try:
        collect_garbage()
        left = weakref.ref(Environment())
        most = [[] for _object in range(10 * gc.get_threshold()[0])]
        assert left() and most
        collect_garbage()
        assert not left()
    finally:
        gc.unfreeze()
        gc.enable()


def test_a_page_with_our_fields_is_explained_and_what_odoo_looks_up_for_it(tmp_path):
    without = results(tmp_path, ran({READ: {"": 1}}))
    having = results(tmp_path, ran({READ: {"": 2}, OURS: {"screen: mixin._compute_value": 1}}))
    found = list(surplus("sale.test_sale.TestSale.test_confirm", without, having))
    assert set(causes_of(found).values()) == {SCREEN, LOOKUPS}
    assert compare(["sale"], without, having) == 0


def test_the_same_away_from_a_page_is_not_explained(tmp_path):
    without = results(tmp_path, ran({READ: {"": 1}}))
    having = results(tmp_path, ran({READ: {"": 1}, OURS: {"mixin._compute_value": 1}}))
    assert compare(["sale"], without, having) == 1


def test_a_failure_and_a_test_that_was_not_run_are_told(tmp_path):
    both = results(tmp_path, ran({READ: {"": 1}}))
    assert compare(["sale"], both, results(tmp_path, ran({READ: {"": 1}}), {"failed": "sale.a.B.c", "why": "x"})) == 1
    assert compare(["sale"], both, results(tmp_path)) == 1
    assert compare(["sale"], both, both) == 0


def test_of_two_runs_of_a_test_the_one_with_fewer_statements_counts(tmp_path):
    without = results(tmp_path, ran({READ: {"": 1}}))
    having = results(tmp_path, ran({READ: {"": 2}}))
    assert compare(["sale"], without, having) == 1
    having.keep_least(results(tmp_path, ran({READ: {"": 1}})))
    assert compare(["sale"], without, having) == 0


def test_what_failed_in_one_of_two_runs_has_failed(tmp_path):
    both, having = (results(tmp_path, ran({READ: {"": 1}})) for _side in range(2))
    having.keep_least(results(tmp_path, {"failed": "sale.test_sale.TestSale.test_confirm", "why": "x"}))
    assert compare(["sale"], both, having) == 1


def test_what_is_read_for_the_menu_is_explained_and_the_same_elsewhere_is_not(tmp_path):
    action = 'SELECT … FROM "ir_act_window" WHERE "ir_act_window"."id" IN %s'
    without = results(tmp_path, ran({action: {"menu: ": 1}}))
    assert compare(["sale"], without, results(tmp_path, ran({action: {"menu: ": 2}}))) == 0
    assert compare(["sale"], without, results(tmp_path, ran({action: {"menu: ": 1, "": 1}}))) == 1
    assert compare(["sale"], without, results(tmp_path, ran({action: {"menu: ": 1}, READ: {"menu: ": 1}}))) == 1


def test_that_a_view_with_the_tier_asks_for_the_readers_day_is_explained_and_the_same_elsewhere_is_not(tmp_path):
    described, other = {"crm_pareto_value_mixin._field_to_sql": 1}, {"crm_pareto_value_mixin._search_tier_id": 1}
    without = results(tmp_path, ran({}))
    assert compare(["sale"], without, results(tmp_path, ran({READ: described}))) == 0
    assert compare(["sale"], without, results(tmp_path, ran({READ: other}))) == 1
    assert compare(["sale"], without, results(tmp_path, ran({OURS: described}))) == 1


def test_that_odoo_names_the_groups_who_may_see_our_fields_is_explained_and_the_same_elsewhere_is_not(tmp_path):
    named = 'SELECT … FROM "res_groups_privilege" WHERE "res_groups_privilege"."id" IN %s'
    without = results(tmp_path, ran({}))
    refused, other = {"view: crm_pareto_result_mixin._field_to_sql": 1}, {"crm_pareto_result_mixin._field_to_sql": 1}
    assert compare(["sale"], without, results(tmp_path, ran({named: refused}))) == 0
    assert compare(["sale"], without, results(tmp_path, ran({named: other}))) == 1
    assert compare(["sale"], without, results(tmp_path, ran({READ: refused}))) == 1


def test_that_partners_who_merge_are_looked_for_in_our_tables_is_explained_and_the_same_elsewhere_is_not(tmp_path):
    asked, columns = 'SELECT … FROM "crm_pareto_touch" WHERE "partner_id" IN %s LIMIT #', "information_schema.columns"
    ours = [asked, 'SELECT … FROM "crm_lead" WHERE "pareto_referred_by_id" IN %s LIMIT #']
    ours.append(f"SELECT … FROM {columns} WHERE table_name=%s")
    theirs = 'SELECT … FROM "crm_lead" WHERE "partner_id" IN %s LIMIT #'
    without = results(tmp_path, ran({theirs: {"merge: ": 1}}))

    def having(statements):
        return results(tmp_path, ran({theirs: {"merge: ": 1}, **statements}))

    assert compare(["sale"], without, having({statement: {"merge: ": 1} for statement in ours})) == 0
    assert compare(["sale"], without, having({asked: {"": 1}})) == 1
    assert compare(["sale"], without, having({asked: {"merge: res_partner.write": 1}})) == 1
    assert compare(["sale"], without, having({theirs: {"merge: ": 2}})) == 1
