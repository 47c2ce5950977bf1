#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Merge the gcov results of several programs by file and line, and check them.

    merge.py [--show] ROOT UNREACHED DIR...

ROOT is the project, each DIR holds .gcda files of programs built from it, or
from a copy in a directory lib/rtalloc. UNREACHED lists functions with lines
that no suite reaches, one a line: FILE FUNCTION REASON. Lines are counted in
core, backends, interface and net. Four results, `ok` or `not ok`:

  * share       at least 95 % of the lines are reached
  * functions   no function without a line that is reached, unless listed
  * reasons     each listed function has lines that are not reached
  * lines       at most 3 % of all lines are neither reached nor listed

With --show, each function with lines that are not reached is printed, with their
numbers. The last line is "coverage: N passed, N failed". Exit status: 0 none
failed, 1 some failed, 2 no data.
"""
import json
import os
import subprocess
import sys
import tempfile

LEAST = 95.0
LOOSE = 3.0
PARTS = ('core/', 'backend/', 'interface/', 'net/')
ALONE = ('slabzone.c', 'mempool_fixed.c', 'mm_rtalloc.c', 'pbuf_skb_shim.c')


def own_name(path, root):
    """The file's name in the project, or None."""
    if '/lib/rtalloc/' in path:
        path = path.split('/lib/rtalloc/')[1]
    else:
        path = os.path.relpath(os.path.realpath(path), root)
    if path in ALONE or path.startswith(PARTS):
        return path
    return None


def gcov(files):
    """What gcov says of some data files, one record for each.

    Two sources of one name in one program share a file, which gcov refuses:
    that is said, and their lines count where another program reaches them.
    """
    with tempfile.TemporaryDirectory() as place:
        ran = subprocess.run(['gcov', '--json-format', '--stdout', *files],
                             cwd=place, capture_output=True, text=True,
                             check=False)
    for line in ran.stderr.splitlines():
        print(f'# gcov: {line}')
    return [json.loads(line) for line in ran.stdout.splitlines() if line]


def collect(root, directories):
    """{file: {line: reached}} and {file: {function: [lines]}}."""
    lines, functions = {}, {}
    for directory in directories:
        data = [os.path.join(at, name) for at, _, names in os.walk(os.path.realpath(directory))
                for name in names if name.endswith('.gcda')]
        if not data:
            sys.exit(f'coverage: no .gcda below {directory}')
        for record in gcov(sorted(data)):
            where = record['current_working_directory']
            for file in record['files']:
                name = own_name(os.path.join(where, file['file']), root)
                if name:
                    merge(file, lines.setdefault(name, {}),
                          functions.setdefault(name, {}))
    return lines, functions


def merge(file, lines, functions):
    """Add one file of one record."""
    for function in file['functions']:
        functions[function['name']] = (function['start_line'],
                                       function['end_line'])
    for line in file['lines']:
        at = line['line_number']
        lines[at] = lines.get(at, False) or line['count'] > 0


def by_function(lines, functions):
    """{(file, function): (lines, those not reached)}, of all with a line."""
    found = {}
    for file, reached in lines.items():
        for line in sorted(reached):
            # The innermost: a shorter one begins later.
            owners = [(start, name) for name, (start, end)
                      in functions[file].items() if start <= line <= end]
            # A name that gcc made of a function's: cold parts, clones.
            name = max(owners)[1].split('.')[0] if owners else '-'
            every, missed = found.setdefault((file, name), ([], []))
            every.append(line)
            if not reached[line]:
                missed.append(line)
    return found


def read_reasons(path):
    """{(file, function): reason}."""
    reasons = {}
    with open(path, encoding='utf-8') as file:
        for line in file:
            words = line.split(None, 2)
            if words and not line.startswith('#'):
                if len(words) < 3:
                    sys.exit(f'{path}: no reason: {line.strip()}')
                reasons[words[0], words[1]] = words[2].strip()
    return reasons


def ranges(numbers):
    """1 2 3 7 as '1-3 7'."""
    said, start = [], None
    for i, n in enumerate(numbers):
        if start is None:
            start = n
        if i + 1 == len(numbers) or numbers[i + 1] > n + 1:
            said.append(f'{start}-{n}' if n > start else f'{n}')
            start = None
    return ' '.join(said)


def show(found, reasons):
    """Every function with lines that are not reached."""
    for (file, name), (every, missed) in sorted(found.items()):
        if missed:
            print(f'# {file} {name}: {len(missed)} of {len(every)}:'
                  f' {ranges(missed)}'
                  f' {"(listed)" if (file, name) in reasons else ""}')


def judge(found, reasons):
    """The four results: (name, list of faults, what to say)."""
    total = sum(len(every) for every, _ in found.values())
    missed = sum(len(m) for _, m in found.values())
    loose = sum(len(m) for key, (_, m) in found.items() if key not in reasons)
    share = 100 * (total - missed) / total
    never = [f'{f} {n}' for (f, n), (every, m) in sorted(found.items())
             if len(m) == len(every) and (f, n) not in reasons]
    stale = [f'{f} {n}' for f, n in sorted(reasons)
             if (f, n) not in found or not found[f, n][1]]
    said = f'{share:.1f} % of {total} lines'
    return [
        ('share', [] if share >= LEAST else [f'below {LEAST} %'], said),
        ('functions', never, 'each is reached or listed'),
        ('reasons', stale, f'{len(reasons)} functions are listed'),
        ('lines', [] if 100 * loose / total <= LOOSE else ['too many'],
         f'{loose} neither reached nor listed'),
    ]


def shares(lines):
    """One line for each part."""
    parts = {}
    for file, reached in lines.items():
        part = file.split('/')[0] if '/' in file else file
        part = {'slabzone.c': 'backend', 'mempool_fixed.c': 'backend',
                'mm_rtalloc.c': 'core', 'pbuf_skb_shim.c': 'net'}.get(
                    part, part)
        whole = parts.setdefault(part, [0, 0])
        whole[0] += sum(reached.values())
        whole[1] += len(reached)
    for part, (some, whole) in sorted(parts.items()):
        print(f'# {part}: {100 * some / whole:.1f} % of {whole} lines')


def main():
    args = sys.argv[1:]
    verbose = args[:1] == ['--show']
    root, unreached, *directories = args[verbose:]
    lines, functions = collect(os.path.realpath(root), directories)
    found = by_function(lines, functions)
    reasons = read_reasons(unreached)
    if verbose:
        show(found, reasons)
    shares(lines)
    failed = 0
    results = judge(found, reasons)
    for name, faults, said in results:
        failed += bool(faults)
        print(f'{"not ok" if faults else "ok"} coverage.{name} # {said}')
        for fault in faults:
            print(f'#   {fault}')
    print(f'coverage: {len(results) - failed} passed, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
