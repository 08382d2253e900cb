"""Makes one script of ES modules, so that a browser need not ask for one after the other as it finds what they import.

Each module becomes a function that runs when it is first wanted, in the order of its imports, as a browser would run it. Of the
language it understands what the page uses, and refuses the rest: imports and exports that stand at the beginning of a line, constants,
functions and classes as exports, and import('…') of a fixed name.
"""

import posixpath
import re

NAMED = re.compile(r"^import \{([^}]*)\} from '([^']+)';$", re.MULTILINE)
WHOLE = re.compile(r"^import \* as (\w+) from '([^']+)';$", re.MULTILINE)
DEFAULT = re.compile(r"^import (\w+) from '([^']+)';$", re.MULTILINE)
LATER = re.compile(r"\bimport\('([^']+)'\)")
EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
EXPORT_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
NOT_UNDERSTOOD = re.compile(r"^(?:import|export)\b.*|\bimport(?:\(|\.meta).*", re.MULTILINE)
ONCE = "const once = (make) => { let made; return () => made ??= make(); };\n"


class Unsupported(Exception):
    pass


def name_of(path):
    """Like no name of the page's own."""
    return re.sub(r"\W", "$", path.removesuffix("js"))


class Bundle:
    def __init__(self, files):
        self.files = files  # text by path
        self.done = {}  # path: its function, in the order in which they were finished
        self.under_way = []

    def add(self, path):
        """The name of the function that makes this module."""
        if path in self.under_way:
            raise Unsupported(f"{' imports '.join([*self.under_way, path])}: a circle")
        if path not in self.files:
            raise Unsupported(f"{self.under_way[-1] if self.under_way else 'the page'} imports {path}, which is not there")
        if path not in self.done:
            self.under_way.append(path)
            self.done[path] = self.function_of(path)
            self.under_way.pop()
        return name_of(path)

    def function_of(self, path):
        def imported(target):
            return self.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))

        text = NAMED.sub(lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = {imported(found[2])}();", self.files[path])
        text = WHOLE.sub(lambda found: f"const {found[1]} = {imported(found[2])}();", text)
        text = DEFAULT.sub(lambda found: f"const {{ default: {found[1]} }} = {imported(found[2])}();", text)
        text = LATER.sub(lambda found: f"Promise.resolve().then({imported(found[1])})", text)
        exports = [found[2] for found in EXPORT.finditer(text)]
        text = EXPORT.sub(r"\1 \2", text)
        text, defaults = EXPORT_DEFAULT.subn("const $default = ", text)
        if left := NOT_UNDERSTOOD.search(text):
            raise Unsupported(f"{path}: not understood when making one script of all: {left[0].strip()}")
        exports += ["default: $default"] * defaults
        return f"const {name_of(path)} = once(() => {{\n{text}return {{ {', '.join(exports)} }};\n}});\n"


def bundle(files, entry):
    """`files` are texts by their paths; those that were put into the script are in the second part of what is returned."""
    whole = Bundle(files)
    start = whole.add(entry)
    return ONCE + "".join(whole.done.values()) + f"{start}();\n", list(whole.done)
