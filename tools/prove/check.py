#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A bounded model checker for small C functions, which works on their LLVM code.

    check.py [--slow] FILE.ll [NAME...]

Proves every function prove_*, or those named; prove_slow_* only with --slow.
FILE.ll is the output of clang -S -emit-llvm for a file of proofs (prove.h).
Each function is executed symbolically: its arguments are symbols, and every
path that can be taken is followed. The conditions to be proven are given to Z3
as formulas over bit vectors of full width. Proven for all values of all
arguments:

  * the function returns true;
  * no shift is by the width or more, and no divisor is 0;
  * every access is within an object: one of prove_object(), a local variable,
    or a global one.

Memory consists of the bytes of objects, which have concrete addresses far
apart; the address of an access may be a symbol. A path may have at most STEPS
instructions, loops included; a longer one fails the proof. Signed arithmetic
wraps, as with -fwrapv. A function with code that the checker does not know is
not proven.
Exit status: 0 all proven, 1 one was not.
"""
import re
import sys
import time

import z3

from llvm_text import Module, Reader, Unknown

STEPS = 20000
EFFORT = 100000000      # Z3's rlimit for one query, which is the same on any machine
ROOM = 1 << 40          # bytes from one object's address to the next
BASE = 0x5555 << 32

sys.setrecursionlimit(100000)


class Refuted(Exception):
    """There is a path on which the property does not hold."""


class Path:
    """The state of a path: memory, conditions that hold, instructions so far."""

    def __init__(self, other=None):
        self.objects = dict(other.objects) if other else {}
        self.memory = dict(other.memory) if other else {}
        self.holds = list(other.holds) if other else []
        self.steps = other.steps if other else 0


def bits(value, width):
    return z3.BitVecVal(value, width)


def product(a, b):
    """a * b, as the low half of the wide product.

    An overflow check uses the wide product of the same operands; Z3 can hardly
    compare two different multipliers.
    """
    if number(a) is not None or number(b) is not None or a.size() > 64:
        return a * b
    width = a.size()
    return z3.Extract(width - 1, 0, z3.simplify(
        z3.ZeroExt(width, a) * z3.ZeroExt(width, b)))


def number(term):
    return term.as_long() if z3.is_bv_value(term) else None


class Checker:
    """Executes the functions of a module symbolically."""

    OPS = {
        'add': lambda a, b: a + b, 'sub': lambda a, b: a - b,
        'mul': product, 'and': lambda a, b: a & b,
        'or': lambda a, b: a | b, 'xor': lambda a, b: a ^ b,
        'shl': lambda a, b: a << b, 'lshr': z3.LShR,
        'ashr': lambda a, b: a >> b, 'udiv': z3.UDiv, 'urem': z3.URem,
        'sdiv': lambda a, b: a / b, 'srem': z3.SRem,
    }
    COMPARE = {
        'eq': lambda a, b: a == b, 'ne': lambda a, b: a != b,
        'ugt': z3.UGT, 'uge': z3.UGE, 'ult': z3.ULT, 'ule': z3.ULE,
        'sgt': lambda a, b: a > b, 'sge': lambda a, b: a >= b,
        'slt': lambda a, b: a < b, 'sle': lambda a, b: a <= b,
    }

    def __init__(self, module):
        self.module = module
        self.fresh = 0
        self.arguments = []
        self.hulls = {}         # for a pointer into an array: the array's bounds
        self.paths = 0

    # Queries to Z3.

    def model(self, path, *also):
        solver = z3.SolverFor('QF_BV')
        solver.set('rlimit', EFFORT)
        solver.add(*path.holds, *also)
        answer = solver.check()
        if answer == z3.unknown:
            raise Refuted('Z3 gives up: ' + solver.reason_unknown())
        return solver.model() if answer == z3.sat else None

    def always(self, path, condition, what):
        condition = z3.simplify(condition)
        if z3.is_true(condition):
            return
        model = self.model(path, z3.Not(condition))
        if model is not None:
            values = ', '.join(f'{name}={model.eval(term, True)}'
                               for name, term in self.arguments)
            raise Refuted(f'{what} with {values}')

    def symbol(self, width):
        self.fresh += 1
        return z3.BitVec(f'any{self.fresh}', width)

    # Memory.

    def new_object(self, path, size, zero=False):
        base = BASE + len(path.objects) * ROOM
        path.objects[base] = (size, zero)
        return bits(base, 64)

    def byte(self, path, at):
        if at not in path.memory:
            base = max(b for b in path.objects if b <= at)
            path.memory[at] = bits(0, 8) if path.objects[base][1] else \
                z3.BitVec(f'byte{at:x}', 8)
        return path.memory[at]

    def word(self, path, at, size):
        parts = [self.byte(path, at + i) for i in reversed(range(size))]
        return z3.simplify(z3.Concat(*parts)) if size > 1 else parts[0]

    def cells(self, path, pointer, size):
        """Every address that an access of @size bytes through @pointer may have.

        Proves that all of these are within one object, or within one array.
        """
        pointer = z3.simplify(pointer)
        at = number(pointer)
        if pointer.get_id() in self.hulls:
            base, room = self.hulls[pointer.get_id()][1]
        else:
            if at is None:
                model = self.model(path)
                if model is None:
                    return []
            place = at or number(model.eval(pointer, True))
            base = max((b for b in path.objects if b <= place), default=0)
            room = path.objects.get(base, (0, 0))[0]
        self.always(path, z3.ULE(pointer - base, room - size)
                    if room >= size else z3.BoolVal(False),
                    'an access outside of its object')
        if at is not None:
            return [at]
        self.always(path, z3.URem(pointer - base, bits(size, 64)) == 0,
                    'an access across cells')
        return list(range(base, base + room - size + 1, size))

    def load(self, path, pointer, size):
        cells = self.cells(path, pointer, size)
        if not cells:
            return self.symbol(8 * size)
        value = self.word(path, cells[-1], size)
        for at in cells[-2::-1]:
            value = z3.If(pointer == at, self.word(path, at, size), value)
        return z3.simplify(value)

    def store(self, path, pointer, value):
        size = value.size() // 8
        cells = self.cells(path, pointer, size)
        for at in cells:
            new = value if len(cells) == 1 else \
                z3.If(pointer == at, value, self.word(path, at, size))
            for i in range(size):
                path.memory[at + i] = z3.simplify(
                    z3.Extract(8 * i + 7, 8 * i, new))

    # Operands.

    def operand(self, reader, kind, values, path):
        word = reader.next()
        if word.startswith('%'):
            return values[word]
        if kind[0] == 'struct' or kind[0] == 'name':
            if word not in ('undef', 'poison'):
                raise Unknown('constant ' + word)
            return [self.symbol(p[1]) for p in kind[1]]
        width = kind[1] if kind[0] == 'int' else 64
        if word in ('undef', 'poison'):
            return self.symbol(width)
        if word in ('null', 'false', 'true', 'zeroinitializer'):
            return bits(word == 'true', width)
        if word.startswith('@'):
            return self.address(word, path)
        if word in ('inttoptr', 'ptrtoint', 'bitcast'):
            reader.skip('(')
            value = self.operand(reader, reader.read_type(), values, path)
            reader.skip('to')
            reader.read_type()
            reader.skip(')')
            return value
        if word == 'getelementptr':
            reader.skip('(')
            value = self.element(reader, values, path)
            reader.skip(')')
            return value
        return bits(int(word), width)

    def address(self, name, path):
        """The address of a global. Its contents are zero, or anything at all."""
        key = 'global ' + name
        if key not in path.memory:
            match = re.search(r'(global|constant) (.*)',
                              self.module.globals[name])
            reader = Reader(match[2])
            size = self.module.size(reader.read_type())[0]
            path.memory[key] = self.new_object(
                path, size, reader.peek() == 'zeroinitializer')
        return path.memory[key]

    def element(self, reader, values, path):
        kind = reader.read_type()
        reader.expect(',')
        reader.read_type()
        at = self.operand(reader, ('ptr',), values, path)
        first, hull = True, None
        while reader.peek() == ',':
            reader.next()
            index_kind = reader.read_type()
            index = self.operand(reader, index_kind, values, path)
            if kind[0] == 'name' and not first:
                kind = self.module.types[kind[1]]
            if kind[0] == 'struct' and not first:
                field = number(z3.simplify(index))
                at = at + self.module.field(kind, field)[0]
                kind = kind[1][field]
                continue
            if index.size() < 64:
                index = z3.SignExt(64 - index.size(), index)
            if not first:
                if number(z3.simplify(index)) is None:
                    self.always(path, z3.ULT(index, kind[1]),
                                'an index outside of its array')
                    hull = number(z3.simplify(at)), self.module.size(kind)[0]
                kind = kind[2]
            at = at + index * self.module.size(kind)[0]
            first = False
        at = z3.simplify(at)
        if hull and hull[0] is not None:
            self.hulls[at.get_id()] = at, hull
        return at

    # Instructions.

    def pair(self, reader, values, path):
        kind = reader.read_type()
        a = self.operand(reader, kind, values, path)
        reader.expect(',')
        return a, self.operand(reader, kind, values, path)

    def arithmetic(self, op, reader, values, path):
        a, b = self.pair(reader, values, path)
        if op in ('shl', 'lshr', 'ashr'):
            self.always(path, z3.ULT(b, bits(a.size(), b.size()))
                        if a.size() > 1 else b == 0, 'a shift by too much')
        if op in ('udiv', 'urem', 'sdiv', 'srem'):
            self.always(path, b != 0, 'a division by 0')
        return self.OPS[op](a, b)

    def convert(self, op, reader, values, path):
        kind = reader.read_type()
        a = self.operand(reader, kind, values, path)
        reader.skip('to')
        to = reader.read_type() if reader.peek() else kind
        width = to[1] if to[0] == 'int' else 64
        if width < a.size():
            return z3.Extract(width - 1, 0, a)
        if width > a.size():
            extend = z3.SignExt if op == 'sext' else z3.ZeroExt
            return extend(width - a.size(), a)
        return a

    def compute(self, text, values, path):
        """The value of an instruction that neither branches nor calls."""
        reader = Reader(text)
        op = reader.next()
        if op in self.OPS:
            return self.arithmetic(op, reader, values, path)
        if op in ('zext', 'sext', 'trunc', 'ptrtoint', 'inttoptr', 'bitcast',
                  'freeze'):
            return self.convert(op, reader, values, path)
        if op == 'icmp':
            compare = self.COMPARE[reader.next()]
            a, b = self.pair(reader, values, path)
            return z3.If(compare(a, b), bits(1, 1), bits(0, 1))
        if op == 'select':
            reader.expect('i1')
            c = self.operand(reader, ('int', 1), values, path)
            reader.expect(',')
            kind = reader.read_type()
            a = self.operand(reader, kind, values, path)
            reader.expect(',')
            reader.read_type()
            return z3.If(c == 1, a, self.operand(reader, kind, values, path))
        if op == 'getelementptr':
            return self.element(reader, values, path)
        if op == 'load':
            reader.skip('atomic', 'volatile')
            kind = reader.read_type()
            reader.expect(',')
            reader.read_type()
            at = self.operand(reader, ('ptr',), values, path)
            size = self.module.size(kind)[0]
            value = self.load(path, at, size)
            width = kind[1] if kind[0] == 'int' else 64
            return z3.Extract(width - 1, 0, value) \
                if width < 8 * size else value
        if op == 'alloca':
            size = self.module.size(reader.read_type())[0]
            return self.new_object(path, size)
        if op == 'extractvalue':
            kind = reader.read_type()
            value = self.operand(reader, kind, values, path)
            reader.expect(',')
            return value[int(reader.next())]
        if op == 'insertvalue':
            kind = reader.read_type()
            value = list(self.operand(reader, kind, values, path))
            reader.expect(',')
            part = self.operand(reader, reader.read_type(), values, path)
            reader.expect(',')
            value[int(reader.next())] = part
            return value
        raise Unknown(text)

    def write(self, text, values, path):
        reader = Reader(text)
        reader.skip('store', 'atomic', 'volatile')
        kind = reader.read_type()
        value = self.operand(reader, kind, values, path)
        if value.size() % 8:
            value = z3.ZeroExt(8 - value.size() % 8, value)
        reader.expect(',')
        reader.read_type()
        self.store(path, self.operand(reader, ('ptr',), values, path), value)

    ATTRIBUTES = ('noundef', 'nonnull', 'zeroext', 'signext', 'nocapture',
                  'readonly', 'writeonly', 'noalias', 'immarg', 'returned',
                  'fastcc', 'align', 'dereferenceable')

    def call_parts(self, text, values, path):
        text = re.sub(r'\b(align|dereferenceable)[ (]\d+\)?', '', text)
        reader = Reader(text)
        reader.skip('tail', 'musttail', 'notail', 'call', *self.ATTRIBUTES)
        result = reader.read_type()
        name = reader.next()[1:]
        reader.expect('(')
        args = []
        while reader.peek() != ')':
            if reader.peek() == 'metadata':
                return result, name, []
            kind = reader.read_type()
            reader.skip(*self.ATTRIBUTES)
            args.append(self.operand(reader, kind, values, path))
            reader.skip(',')
        return result, name, args

    def scan(self, value, order):
        """The number of 0 bits before the first 1, counted in @order."""
        width = value.size()
        result = bits(width, width)
        for at in reversed(order):
            result = z3.If(z3.Extract(at, at, value) == 1,
                           bits(order.index(at), width), result)
        return result

    def intrinsic(self, name, args, path):
        name = name.split('.')[1:]
        # Arithmetic that also returns whether it wraps.
        if name[1:3] == ['with', 'overflow']:
            a, b = args
            wide = a.size()
            x, y = (z3.ZeroExt(wide, v) if name[0][0] == 'u' else
                    z3.SignExt(wide, v) for v in (a, b))
            op = self.OPS[name[0][1:]]
            back = z3.ZeroExt if name[0][0] == 'u' else z3.SignExt
            whole = z3.simplify(op(x, y))
            part = z3.Extract(wide - 1, 0, whole)
            fits = whole == back(wide, part)
            return [part, z3.If(fits, bits(0, 1), bits(1, 1))]
        if name[0] in ('umin', 'umax', 'smin', 'smax'):
            a, b = args
            less = z3.ULE(a, b) if name[0][0] == 'u' else a <= b
            return z3.If(less == (name[0][1:] == 'min'), a, b)
        if name[0] == 'usub':
            return z3.If(z3.ULT(args[0], args[1]),
                         bits(0, args[0].size()), args[0] - args[1])
        if name[0] in ('ctlz', 'cttz'):
            width = args[0].size()
            if number(args[1]) == 1:
                self.always(path, args[0] != 0, name[0] + ' of 0')
            order = list(range(width))
            return self.scan(args[0], order[::-1] if name[0] == 'ctlz'
                             else order)
        if name[0] == 'ctpop':
            width = args[0].size()
            return sum((z3.ZeroExt(width - 1, z3.Extract(i, i, args[0]))
                        for i in range(width)), bits(0, width))
        if name[0] in ('fshl', 'fshr'):
            a, b, n = args
            n = z3.URem(n, bits(a.size(), a.size()))
            both = z3.Concat(a, b)
            n = z3.ZeroExt(a.size(), n)
            if name[0] == 'fshr':
                return z3.Extract(a.size() - 1, 0, z3.LShR(both, n))
            return z3.Extract(2 * a.size() - 1, a.size(), both << n)
        if name[0] in ('lifetime', 'dbg', 'experimental'):
            return None
        if name[0] == 'expect':
            return args[0]
        if name[0] == 'assume':
            return None
        if name[0] == 'memset':
            for i in range(number(z3.simplify(args[2]))):
                self.store(path, z3.simplify(args[0] + i), args[1])
            return None
        raise Unknown('llvm.' + '.'.join(name))

    # Paths.

    def call(self, text, values, path, then):
        """Call @then(path, value) for each path that returns from the call."""
        result, name, args = self.call_parts(text, values, path)
        if name == 'prove_assume':
            path.holds.append(z3.simplify(args[0] == 1))
            if not z3.is_true(path.holds[-1]) and self.model(path) is None:
                return
            then(path, None)
        elif name == 'prove_any':
            then(path, self.symbol(64))
        elif name == 'prove_each':
            for i in range(number(z3.simplify(args[0]))):
                then(Path(path), bits(i, 32))
        elif name == 'prove_object':
            then(path, self.new_object(path, number(z3.simplify(args[0]))))
        elif name.startswith('llvm.'):
            then(path, self.intrinsic(name, args, path))
        elif name in self.module.functions:
            self.run(name, args, path, then)
        else:
            raise Unknown('call of ' + name)

    def run(self, name, args, path, then):
        function = self.module.functions[name]
        values = {word: value for (_, word), value
                  in zip(function['args'], args)}
        first = next(iter(function['blocks']))
        # In phis, an entry block without a label is named by the number that
        # follows those of the arguments.
        start = '%entry' if function['blocks'].get('%entry') else first
        self.block(function, start, f'%{len(args)}', values, path, then)

    def phis(self, block, before, values, path):
        """Evaluate all phis of a block at once; return how many there are."""
        new, count = {}, 0
        for line in block:
            match = re.match(r'(%[\w.]+) = phi (.*)', line)
            if not match:
                break
            kind, _ = match[2].split(' ', 1)
            for value, label in re.findall(r'\[ (.+?), (%[\w.]+) \]',
                                           match[2]):
                if label == before:
                    new[match[1]] = self.operand(
                        Reader(value), Reader(kind).read_type(), values, path)
            count += 1
        values.update(new)
        return count

    def block(self, function, label, before, values, path, then):
        """Follow a path from the beginning of block @label."""
        while True:
            lines = function['blocks'][label]
            at = self.phis(lines, before, values, path)
            path.steps += len(lines)
            if path.steps > STEPS:
                raise Refuted('a path does not end')
            where = self.lines(function, label, at, values, path, then)
            if where is None:
                return
            before, label = (label if label != '%entry' else
                             f"%{len(function['args'])}"), where

    def lines(self, function, label, at, values, path, then):
        """Execute a block from line @at on. Return the next block, or None if the
        path has ended or was continued elsewhere."""
        lines = function['blocks'][label]
        for i in range(at, len(lines) - 1):
            line = lines[i]
            if ' = ' in line:
                name, text = line.split(' = ', 1)
            else:
                name, text = None, line
            if re.match(r'(tail |musttail |notail )?call ', text):
                if re.search(r'@(llvm\.|prove_any|prove_object)', text):
                    self.call(text, values, path,
                              lambda p, v: values.update({name: v}))
                    continue
                return self.resume(function, label, i, name, text, values,
                                   path, then)
            if text.startswith('store'):
                self.write(text, values, path)
                continue
            value = self.compute(text, values, path)
            values[name] = value if isinstance(value, list) else \
                z3.simplify(value)
        return self.leave(function, label, lines[-1], values, path, then)

    def resume(self, function, label, i, name, text, values, path, then):
        def back(after, value):
            mine = dict(values)
            if name:
                mine[name] = value
            where = self.lines(function, label, i + 1, mine, after, then)
            if where is not None:
                before = label if label != '%entry' else \
                    f"%{len(function['args'])}"
                self.block(function, where, before, mine, after, then)

        self.call(text, values, path, back)
        return None

    def leave(self, function, label, text, values, path, then):
        reader = Reader(text)
        op = reader.next()
        if op == 'ret':
            kind = reader.read_type()
            then(path, None if kind[0] == 'void' else
                 self.operand(reader, kind, values, path))
            return None
        if op == 'unreachable':
            if self.model(path) is not None:
                raise Refuted('what cannot be is reached')
            return None
        if op == 'br' and reader.peek() == 'label':
            return text.split()[-1]
        if op == 'br':
            reader.expect('i1')
            c = self.operand(reader, ('int', 1), values, path)
            yes, no = re.findall(r'label (%[\w.]+)', text)
            ways = [(c == 1, yes), (c != 1, no)]
        elif op == 'switch':
            kind = reader.read_type()
            c = self.operand(reader, kind, values, path)
            default = re.search(r'label (%[\w.]+)', text)[1]
            cases = re.findall(r'i\d+ (-?\d+), label (%[\w.]+)', text)
            ways = [(c == int(n), to) for n, to in cases]
            ways.append((z3.And([c != int(n) for n, _ in cases]), default))
        else:
            raise Unknown(text)
        before = label if label != '%entry' else f"%{len(function['args'])}"
        ways = [(z3.simplify(w), to) for w, to in ways]
        for way, to in ways:
            if z3.is_true(way):
                return to
        for way, to in ways:
            if z3.is_false(way) or self.model(path, way) is None:
                continue
            other = Path(path)
            other.holds.append(way)
            self.block(function, to, before, dict(values), other, then)
        return None

    def prove(self, name):
        args = []
        for i, (kind, _) in enumerate(self.module.functions[name]['args']):
            width = 64 if kind[0] == 'ptr' else kind[1]
            args.append(z3.BitVec('abcdefgh'[i], width))
        self.arguments = [(str(a), a) for a in args]
        self.paths = 0

        def end(path, value):
            self.paths += 1
            self.always(path, value == 1, 'it is false')

        self.run(name, args, Path(), end)
        if not self.paths:
            raise Refuted('nothing is left of it: assumptions contradict')


def main():
    args = sys.argv[1:]
    slow = args[:1] == ['--slow']
    args = args[slow:]
    with open(args[0], encoding='utf-8') as file:
        module = Module(file.read())
    names = args[1:] or [name for name in module.functions
                         if name.startswith('prove_')
                         and (slow or not name.startswith('prove_slow_'))]
    failed = 0
    for name in names:
        start = time.time()
        checker = Checker(module)
        title = name.removeprefix('prove_')
        try:
            checker.prove(name)
            print(f'ok {title} # {checker.paths} paths,'
                  f' {time.time() - start:.1f} s', flush=True)
        except (Refuted, Unknown, ValueError, KeyError, TypeError) as why:
            failed += 1
            print(f'not ok {title} # {type(why).__name__}: {why}', flush=True)
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
