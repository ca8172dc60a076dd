"""The virtual environment in the work folder, and what is installed in it."""

import re
import shutil
import subprocess
import sys

from . import debian
from .console import Failure, run, step
from .paths import ROOT, VENV, WORK, digest, read_stamp

PYTHON = VENV / "bin" / "python"
PIP_WITH_RAW_PROGRESS = "pip>=24.1"
# OCA's addons ask for a package `odoo` that no registry has (ours is on the path already), and of
# lifetimes only the data file is read.
WITHOUT_DEPENDENCIES = {"oca", "cdnow"}
REQUIREMENTS = ROOT / "dev" / "requirements"


def ensure(*names):
    """Have the packages of dev/requirements/<name>.txt in the virtual environment."""
    _ensure_venv()
    for name in names:
        if has(name):
            continue
        requirements = _requirements(name)
        with step(f"Python packages for {name}") as current:
            no_dependencies = ["--no-deps"] if name in WITHOUT_DEPENDENCIES else []
            _install([*no_dependencies, "-r", requirements], f"Installing the Python packages for {name}", current)
            _stamp(name).write_text(digest(requirements))


def has(name):
    """Whether the packages of dev/requirements/<name>.txt, as it is now, are in the virtual environment."""
    return read_stamp(_stamp(name)) == digest(_requirements(name))


def _requirements(name):
    return REQUIREMENTS / f"{name}.txt"


def _stamp(name):
    return VENV / f".{name}-ready"


def link_odoo(source):
    """Put Odoo's code on the environment's path."""
    (site_packages() / "odoo-source.pth").write_text(f"{source.python_path}\n")


def site_packages():
    """The folder the environment's packages are in."""
    (folder,) = (VENV / "lib").glob("python3.*/site-packages")
    return folder


def _ensure_venv():
    if _works():
        return
    with step(f"Python environment ({sys.version_info.major}.{sys.version_info.minor})") as current:
        WORK.mkdir(exist_ok=True)
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", "--without-pip", VENV], "Making the Python environment")
        if subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True).returncode:
            _pip_from_debian()
        _install(["--upgrade", PIP_WITH_RAW_PROGRESS], "Installing pip", None)
        current.progress(1)


def _works():
    probe = [PYTHON, "-c", "import sys, pip; print(pip.__version__ >= '24.1' and sys.version_info[:2])"]
    try:
        found = subprocess.run(probe, capture_output=True, text=True).stdout.strip()
    except OSError:
        return False
    return found == str(sys.version_info[:2])


def _pip_from_debian():
    """Debian's Python comes without pip; its wheel is a package of its own."""
    if not debian.available():
        raise Failure("This Python has no ensurepip: install its venv package (Debian: apt install python3-venv).")
    folder = WORK / "pip-debian"
    debian.unpack(["python3-pip-whl"], folder, "Getting pip from Debian")
    (wheel,) = folder.glob("usr/share/python-wheels/pip-*.whl")
    run([PYTHON, f"{wheel}/pip", "install", "--no-index", wheel], "Installing pip")


def _install(words, doing, current):
    def on_line(line):
        match = re.match(r"Progress (\d+) of (\d+)", line)
        if match and int(match.group(2)):
            current.progress(int(match.group(1)) / int(match.group(2)), on_line.package)
        elif line.strip().startswith("Downloading"):
            on_line.package = line.split()[1].rsplit("/", 1)[-1].split("-")[0]

    on_line.package = ""
    bar = ["--progress-bar", "raw"] if current else []
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--retries", "2", *bar, *words]
    run(command, doing, on_line if current else None, cwd=ROOT)
