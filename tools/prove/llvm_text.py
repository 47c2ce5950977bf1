# SPDX-License-Identifier: GPL-2.0-only
"""Parse LLVM's textual code: the functions, types and globals of a file.

Only what clang writes for the proofs is understood (see check.py); anything else
raises Unknown.
"""
import re


class Unknown(Exception):
    """The file has code that this parser does not understand."""


TOKEN = re.compile(r'\s*(%"[^"]+"|[%@][\w.$-]+|@"[^"]+"|-?\d+|[\w.]+|<\{|\}>|\S)')


class Reader:
    """The words of a line, read one after the other."""

    def __init__(self, text):
        self.words = TOKEN.findall(text)
        self.at = 0

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else ''

    def next(self):
        self.at += 1
        return self.words[self.at - 1]

    def skip(self, *words):
        while self.peek() in words:
            self.at += 1

    def expect(self, word):
        if self.next() != word:
            raise Unknown(' '.join(self.words))

    def read_type(self):
        kind = self.read_plain_type()
        while self.peek() in ('*', '('):
            # A pointer, or the parameters of a function type that it points to.
            if self.next() == '(':
                depth = 1
                while depth:
                    depth += {'(': 1, ')': -1}.get(self.next(), 0)
            kind = ('ptr',)
        return kind

    def read_plain_type(self):
        word = self.next()
        if word == '[':
            count = int(self.next())
            self.expect('x')
            of = self.read_type()
            self.expect(']')
            return ('array', count, of)
        if word == '{':
            parts = []
            while self.peek() != '}':
                parts.append(self.read_type())
                self.skip(',')
            self.expect('}')
            return ('struct', parts)
        if word.startswith('%'):
            return ('name', word)
        if word in ('ptr', 'void', 'label'):
            return (word,)
        if re.fullmatch(r'i\d+', word):
            return ('int', int(word[1:]))
        raise Unknown('type ' + word)


# Attributes that only promise something about values; they are ignored. Newer compilers
# write more of them.
PROMISE = re.compile(r'(?<![\w%@.])(nuw|nsw|nusw|nneg|exact|inbounds|disjoint|samesign'
                     r'|(range|captures|initializes)\([^()]*\)) ')


class Module:
    """Functions, types and globals of one file."""

    def __init__(self, text):
        self.types, self.functions, self.globals = {}, {}, {}
        function = None
        lines = iter(text.splitlines())
        for line in lines:
            line = re.sub(r', ![\w.]+ !\d+|, ![\w.]+ ![\w.]+', '', line)
            line = re.sub(r'\s*(;.*|#\d+.*)$', '', line)
            line = PROMISE.sub('', line)
            if line.startswith('define'):
                function = self.begin(line)
            elif line == '}':
                function = None
            elif function:
                label = re.match(r'([\w.$-]+):$', line)
                if label:
                    self.block = []
                    function['blocks']['%' + label[1]] = self.block
                elif line.strip():
                    while '[' in line and line.lstrip().startswith('switch') \
                            and ']' not in line:
                        line += ' ' + next(lines)
                    self.block.append(line.strip())
            elif re.match(r'%[\w."-]+ = type \{', line):
                name, rest = line.split(' = type ')
                self.types[name] = Reader(rest).read_type()
            elif re.match(r'@[\w.]+ = ', line):
                self.globals[line.split()[0]] = line

    def begin(self, line):
        name = re.search(r'@([\w.$]+)\(', line)[1]
        line = line[line.index('@'):]
        reader, args = Reader(line[line.index('('):]), []
        reader.expect('(')
        while reader.peek() not in (')', '.'):
            kind = reader.read_type()
            while reader.peek() not in (',', ')'):
                word = reader.next()
                if word == '(':
                    reader.next()
                    reader.next()
            args.append((kind, word))
            reader.skip(',')
        self.block = []
        function = {'args': args, 'blocks': {'%entry': self.block}}
        self.functions[name] = function
        return function

    def size(self, kind):
        """The size of a type in bytes, and its alignment."""
        if kind[0] == 'name':
            return self.size(self.types[kind[1]])
        if kind[0] == 'ptr':
            return 8, 8
        if kind[0] == 'int':
            size = 1
            while size * 8 < kind[1]:
                size *= 2
            return size, min(size, 16)
        if kind[0] == 'array':
            size, align = self.size(kind[2])
            return size * kind[1], align
        return self.field(kind, len(kind[1]))

    def field(self, kind, index):
        """The offset of a field, and its alignment. For the index behind the last
        field, the size and the alignment of the whole struct."""
        at, most = 0, 1
        for i, part in enumerate(kind[1]):
            size, align = self.size(part)
            at = (at + align - 1) // align * align
            if i == index:
                return at, align
            at += size
            most = max(most, align)
        return (at + most - 1) // most * most, most
