"""Commands that run beside one another, with output that can still be read."""

import subprocess
from concurrent.futures import ThreadPoolExecutor


def run_all(commands, at_once, **options):
    """Run the commands, some at a time.

    Their lines are printed as they come up to the first that begins with `=` after the others: what follows, a report,
    is printed in one piece when the command ends. A single command has the terminal to itself.

    :param commands: lists of words, or functions that prepare something and return one
    :param at_once: how many run at a time
    :param options: of subprocess.Popen
    :return: their exit codes
    """
    if len(commands) == 1:
        return [subprocess.run(_words(commands[0]), **options).returncode]
    running = []

    def run(command):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        process = subprocess.Popen(_words(command), text=True, errors="replace", **pipes, **options)
        running.append(process)
        _pass_on(process.stdout)
        return process.wait()

    with ThreadPoolExecutor(at_once) as pool:
        try:
            return list(pool.map(run, commands))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in running:
                process.terminate()
            raise


def _words(command):
    return [str(word) for word in (command() if callable(command) else command)]


def _pass_on(lines):
    report, lively = [], False
    for line in lines:
        if report or (lively and line.startswith("=")):
            report.append(line)
        else:
            lively = lively or not line.startswith("=")
            print(line, end="", flush=True)
    print("".join(report), end="", flush=True)
