"""Finds texts that reach Streamlit as Markdown without having been escaped, by reading the source.

A text is safe if it is a constant, goes through one of the functions in `SAFE`, or is put together from
such by `_()`, `format`, `join`, `+`, an f-string or a condition. Names are followed to what they were
assigned; calls of our own functions to what those return; and what a function draws of its parameters to
every call of it. Whatever else reaches a call that takes Markdown is a finding.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# What of a call is read as Markdown, by place or name. Not here: options of a selectbox or multiselect,
# placeholders, values, cells of a dataframe and alternative texts, which are text in Streamlit 1.67.
HELP = ("help",)
LABEL = (0, "label", *HELP)
BODY = (0, "body", *HELP)
STREAMLIT: dict[str, tuple[int | str, ...]] = {
    **dict.fromkeys(("markdown", "caption", "header", "subheader", "title", "write"), BODY),
    **dict.fromkeys(("error", "warning", "info", "success", "toast", "spinner"), BODY),
    **dict.fromkeys(
        ("button", "download_button", "link_button", "checkbox", "toggle", "selectbox"), LABEL
    ),
    **dict.fromkeys(("multiselect", "slider", "select_slider", "text_input", "text_area"), LABEL),
    **dict.fromkeys(("number_input", "date_input", "file_uploader", "expander", "popover"), LABEL),
    **dict.fromkeys(
        ("tabs", "status", "dialog", "badge", "feedback", "radio", "menu_button"), LABEL
    ),
    **dict.fromkeys(("pills", "segmented_control", "radio"), (*LABEL, 1, "options", "format_func")),
    "metric": (0, 1, 2, "label", "value", "delta", *HELP),
    "page_link": ("label", *HELP),
    "progress": (1, "text"),
    "table": (0, "data"),
    "draw_figures": (0, "columns"),
    "Field": (*HELP, "write"),
    "Table": ("title",),
    "Figure": (0, 1, 2, 3, "label", "value", "beneath", *HELP),
}
COLUMN_CONFIG = HELP
AMBIGUOUS = frozenset({"table", "title", "write"})
"""Methods of other things too: Streamlit's only after `st.`."""

SAFE = frozenset(
    {
        "plain",
        "spoken",
        "labelled",
        "in_badge",
        "number",
        "signed",
        "percent",
        "percent_bounds",
        "bounds",
        "short",
        "money",
        "money_bounds",
    }
    | {"moment", "len", "round", "int", "float", "date", "sum", "today", "quote", "write"}
    | {"between", "word_count"}
    | {"Styler"}  # of `draw_figures`, whose columns are demanded where they are given
)
"""They escape, or give numbers and dates; what `Field.write` gives is demanded where it is given."""

NUMBERS = frozenset(
    {"number", "version", "height", "rows", "day", "valid_from", "valid_until", "width", "on"}
    | {"currency", "signed_weight", "low", "high", "done", "colour"}
)
"""Attributes that are numbers, dates or codes wherever they stand."""

MARKDOWN = frozenset(
    {"self.title", "figure.label", "figure.value", "figure.beneath", "figure.help"}
)
"""Attributes that hold Markdown; it is demanded of who makes the object, in `STREAMLIT`."""


@dataclass
class Function:
    """A function or method of ours, and where it stands."""

    node: ast.FunctionDef
    file: str
    module: "Module"

    @property
    def parameters(self) -> list[str]:
        names = self.node.args
        return [one.arg for one in (*names.posonlyargs, *names.args, *names.kwonlyargs)]


@dataclass
class Module:
    """A file of ours: what it assigns, and which constants of others it imports."""

    tree: ast.Module
    file: str
    assigned: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Finding:
    """Something that is not known to be safe."""

    file: str
    line: int
    text: str
    sink: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text} (drawn in line {self.sink})"


Given = Mapping[str, bool]


class Source:
    """All files that draw."""

    def __init__(self, root: Path, files: Iterator[Path]) -> None:
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.modules: list[Module] = []
        self.calls: dict[str, list[tuple[ast.Call, Function | Module]]] = defaultdict(list)
        self._seen: set[tuple[int, str]] = set()
        self.findings: set[Finding] = set()
        self._known: dict[tuple[int, int, tuple[tuple[str, bool], ...]], list[ast.expr]] = {}
        for path in files:
            self._read(Module(ast.parse(path.read_text("utf-8")), str(path.relative_to(root))))

    def _read(self, module: Module) -> None:
        self.modules.append(module)
        for statement in module.tree.body:
            for name, value in _assignments(statement):
                module.assigned[name].append(value)
        self._place(module.tree, module, module)

    def _place(self, node: ast.AST, here: Function | Module, module: Module) -> None:
        for child in ast.iter_child_nodes(node):
            inside = here
            if isinstance(child, ast.FunctionDef):
                inside = Function(child, module.file, module)
                self.functions[child.name].append(inside)
            if isinstance(child, ast.Call):
                self.calls[_called(child)].append((child, here))
            self._place(child, inside, module)

    def check(self) -> set[Finding]:
        """Everything that reaches Markdown and is not known to be safe."""
        for name, takes in STREAMLIT.items():
            for call, here in self.calls[name]:
                if name[0].islower() and self._called_functions(call.func, here):
                    continue
                if name == "Figure" and isinstance(call.func, ast.Attribute):
                    continue
                if name in AMBIGUOUS and not ast.unparse(call.func).startswith("st."):
                    continue
                for one in _taken(call, takes):
                    self._demand(one, here)
                    if name == "table":
                        for key in _keys(one):
                            self._demand(key, here)
        for name, calls in self.calls.items():
            if name.endswith("Column"):
                for call, here in calls:
                    for one in _taken(call, COLUMN_CONFIG):
                        self._demand(one, here)
        return self.findings

    def _demand(self, wanted: ast.expr, here: Function | Module) -> None:
        for culprit in self._unsafe(wanted, here, {}):
            if isinstance(culprit, ast.Name) and isinstance(here, Function):
                owner = _owner(here, culprit.id)
                if owner is not None:
                    self._demand_of_callers(owner, culprit.id)
                    continue
            file = here.file
            line = getattr(culprit, "lineno", getattr(wanted, "lineno", 0))
            sink = getattr(wanted, "lineno", 0)
            self.findings.add(Finding(file, line, ast.unparse(culprit), sink))

    def _demand_of_callers(self, function: Function, parameter: str) -> None:
        key = id(function.node), parameter
        if key in self._seen:
            return
        self._seen.add(key)
        for call, here in self.calls[function.node.name]:
            if function not in self._called_functions(_function_of(call), here):
                continue
            given = _argument(call, function, parameter)
            if given is not None:
                self._demand(given, here)

    def _unsafe(
        self, node: ast.expr | None, here: Function | Module, given: Given, depth: int = 0
    ) -> Iterator[ast.expr]:
        """The parts of an expression that are not safe."""
        key = id(node), id(here), tuple(sorted(given.items()))
        if key not in self._known:
            # What is being looked at already, as in `text += …`, adds nothing of its own.
            self._known[key] = []
            self._known[key] = list(self._parts(node, here, given, depth))
        yield from self._known[key]

    def _parts(
        self, node: ast.expr | None, here: Function | Module, given: Given, depth: int
    ) -> Iterator[ast.expr]:
        inner = lambda one: self._unsafe(one, here, given, depth + 1)  # noqa: E731
        match node:
            case None | ast.Constant() | ast.Compare():
                return
            case ast.JoinedStr(values=parts):
                for part in parts:
                    yield from inner(part)
            case ast.FormattedValue(value=value, format_spec=spec):
                if not (isinstance(spec, ast.JoinedStr) and _is_numeric(spec)):
                    yield from inner(value)
            case ast.BinOp(left=left, right=right):
                if isinstance(node.op, ast.Add | ast.Mod | ast.BitOr):
                    yield from inner(left)
                    yield from inner(right)
            case ast.UnaryOp():
                return
            case ast.IfExp(body=body, orelse=otherwise):
                yield from inner(body)
                yield from inner(otherwise)
            case ast.BoolOp(values=values):
                for one in values:
                    yield from inner(one)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                for one in parts:
                    yield from inner(one)
            case ast.Dict(values=values):
                for one in values:
                    yield from inner(one)
            case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
                yield from inner(element)
            case ast.DictComp(value=value):
                yield from inner(value)
            case ast.Starred(value=value):
                yield from inner(value)
            case ast.Subscript(value=value):
                yield from inner(value)
            case ast.Lambda(body=body):
                yield from inner(body)
            case ast.Attribute(attr="__getitem__", value=value):
                yield from inner(value)
            case ast.Attribute(attr=name):
                if name in NUMBERS or name.isupper() or ast.unparse(node) in MARKDOWN:
                    return
                if self._called_functions(node, here):
                    yield from self._returned(node, None, here, given, depth)
                else:
                    yield node
            case ast.NamedExpr(value=value):
                yield from inner(value)
            case ast.Name(id=name):
                yield from self._unsafe_name(node, name, here, given, depth)
            case ast.Call():
                yield from self._unsafe_call(node, here, given, depth)
            case _:
                yield node

    def _unsafe_name(
        self, node: ast.Name, name: str, here: Function | Module, given: Given, depth: int
    ) -> Iterator[ast.expr]:
        if name in given:
            if not given[name]:
                yield node
            return
        values = _assigned_in(here, name)
        if values is None:
            if isinstance(here, Function) and _owner(here, name) is not None:
                yield node
                return
            values = [
                value
                for module in self.modules
                for value in module.assigned.get(name, [])
                if name.isupper() or module.file == here.file
            ]
        if name in SAFE or (not values and name.isupper()):
            return
        if not values and name in self.functions:
            yield from self._returned(node, None, here, given, depth)
            return
        if not values:
            yield node
            return
        for value in values:
            yield from self._unsafe(value, here, given, depth + 1)

    def _unsafe_call(
        self, node: ast.Call, here: Function | Module, given: Given, depth: int
    ) -> Iterator[ast.expr]:
        name = _called(node)
        inner = lambda one: self._unsafe(one, here, given, depth + 1)  # noqa: E731
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name in SAFE:
            return
        if name in ("_", "ngettext"):
            for one in node.args[:2] if name == "ngettext" else node.args[:1]:
                yield from inner(one)
        elif isinstance(node.func, ast.Attribute) and name in (
            "format",
            "join",
            "removesuffix",
            "rstrip",
            "strip",
            "setdefault",
        ):
            yield from inner(node.func.value)
            for one in arguments:
                yield from inner(one)
        elif isinstance(node.func, ast.Attribute) and name in (
            "items",
            "values",
            "keys",
            "get",
            "pop",
            "lower",
            "upper",
            "__getitem__",
        ):
            yield from inner(node.func.value)
        elif name in ("list", "dict", "tuple", "zip", "sorted", "map", "next", "iter", "enumerate"):
            for one in arguments if name != "map" else node.args[:1]:
                yield from inner(one)
        elif functions := self._called_functions(node.func, here):
            del functions
            yield from self._returned(node.func, node, here, given, depth)
        else:
            yield node

    def _called_functions(self, name: ast.expr, here: Function | Module) -> list[Function]:
        """What a name or attribute can be of ours."""
        match name:
            case ast.Name(id=own):
                found = self.functions.get(own, [])
                return [one for one in found if one.file == here.file] or found
            case ast.Attribute(attr=own, value=ast.Name(id="st")):
                return []
            case ast.Attribute(attr=own, value=ast.Name(id=room)):
                found = self.functions.get(own, [])
                return [one for one in found if Path(one.file).stem == room] or [
                    one for one in found if "self" in one.parameters
                ]
            case ast.Attribute(attr=own):
                return [one for one in self.functions.get(own, []) if "self" in one.parameters]
        return []

    def _returned(
        self,
        name: ast.expr,
        call: ast.Call | None,
        here: Function | Module,
        given: Given,
        depth: int,
    ) -> Iterator[ast.expr]:
        for function in self._called_functions(name, here):
            safe = {}
            for parameter in function.parameters:
                value = None if call is None else _argument(call, function, parameter)
                safe[parameter] = value is not None and not any(
                    True for _ in self._unsafe(value, here, given, depth + 1)
                )
            for value in _returns(function.node):
                for culprit in self._unsafe(value, function, safe, depth + 1):
                    if call is None or not (
                        isinstance(culprit, ast.Name) and culprit.id in function.parameters
                    ):
                        yield _from(culprit, function)
                    else:
                        given_value = _argument(call, function, culprit.id)
                        yield from (
                            self._unsafe(given_value, here, given, depth + 1)
                            if given_value is not None
                            else iter([call])
                        )


def _from(culprit: ast.expr, function: Function) -> ast.expr:
    """A finding in another function, told with that function's name."""
    if isinstance(culprit, ast.Constant):
        return culprit
    told = ast.Constant(value=f"{function.file}: {function.node.name}: {ast.unparse(culprit)}")
    told.lineno = getattr(culprit, "lineno", 0)
    return told


def _function_of(call: ast.Call) -> ast.expr:
    """What is called; of `st.fragment(f)(…)` and `st.dialog(…)(f)(…)` that function."""
    if isinstance(call.func, ast.Call) and call.func.args:
        return call.func.args[0]
    return call.func


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(args=[ast.Name(id=name), *_]):
            return name
    return ""


def _taken(call: ast.Call, takes: tuple[int | str, ...]) -> Iterator[ast.expr]:
    if any(keyword.arg == "format_func" for keyword in call.keywords):
        takes = tuple(one for one in takes if one not in (1, "options"))
    for one in takes:
        if isinstance(one, int):
            if one < len(call.args):
                yield call.args[one]
        else:
            yield from (keyword.value for keyword in call.keywords if keyword.arg == one)


def _keys(table: ast.expr) -> list[ast.expr]:
    """Headings of a table that is drawn from a dictionary."""
    match table:
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None]
        case ast.DictComp(key=key):
            return [key]
    return [table]


def _argument(call: ast.Call, function: Function, parameter: str) -> ast.expr | None:
    """What a call gives for a parameter, or its default."""
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return keyword.value
    names = [one.arg for one in (*function.node.args.posonlyargs, *function.node.args.args)]
    if parameter in names:
        place = names.index(parameter) - (names[:1] == ["self"])
        if place < len(call.args):
            return call.args[place]
    arguments = function.node.args
    defaults = dict(zip(names[::-1], arguments.defaults[::-1], strict=False))
    defaults |= {
        one.arg: value
        for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if value is not None
    }
    return defaults.get(parameter)


def _owner(here: Function, name: str) -> Function | None:
    return here if name in here.parameters else None


def _is_numeric(spec: ast.JoinedStr) -> bool:
    texts = [part.value for part in spec.values if isinstance(part, ast.Constant)]
    return any(str(text).endswith(("f", "g", "d", "%", ",", "e")) for text in texts)


def _returns(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in _own_nodes(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef):
            waiting.extend(ast.iter_child_nodes(node))


def _assigned_in(here: Function | Module, name: str) -> list[ast.expr] | None:
    """What a name is assigned where it is used; None if nothing is."""
    nodes = _own_nodes(here.node) if isinstance(here, Function) else ast.walk(here.tree)
    found = [value for node in nodes for target, value in _assignments(node) if target == name]
    return found or None


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _bound(target, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield from _bound(target, value)
        case ast.AugAssign(target=target, value=value):
            yield from _bound(target, value)
        case (
            ast.For(target=ast.Tuple() as target, iter=ast.Tuple(elts=[ast.Tuple(), *_] as rows))
            | ast.comprehension(
                target=ast.Tuple() as target, iter=ast.Tuple(elts=[ast.Tuple(), *_] as rows)
            )
        ):
            for row in rows:
                yield from _bound(target, row)
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _bound(target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _bound(target, value)
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="append" | "extend" | "insert", value=target))
        ):
            for one in node.value.args[-1:]:
                yield from _bound(target, one)
        case ast.withitem(context_expr=value, optional_vars=target) if target is not None:
            yield from _bound(target, value)


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), ast.Call(func=ast.Name(id="range")):
            yield name, ast.Constant(0)
        case ast.Name(id=name), _:
            yield name, value
        case ast.Subscript(value=ast.Name(id=name)), _:
            yield name, value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, other in zip(targets, values, strict=True):
                yield from _bound(one, other)
        case ast.Tuple(elts=targets), ast.Call(func=ast.Name(id="zip"), args=values) if len(
            targets
        ) == len(values):
            for one, other in zip(targets, values, strict=True):
                yield from _bound(one, other)
        case ast.Tuple(elts=[place, target]), ast.Call(
            func=ast.Name(id="enumerate"), args=[value, *_]
        ):
            yield from _bound(place, ast.Constant(0))
            yield from _bound(target, value)
        case ast.Tuple(elts=targets), ast.Call(
            func=ast.Attribute(attr="items", value=ast.Dict(keys=keys, values=values))
        ):
            for key, one in zip(keys, values, strict=True):
                yield from _bound(targets[0], key)
                yield from _bound(targets[1], one)
        case ast.Tuple(elts=[place, target]), ast.Call(
            func=ast.Attribute(attr="items", value=value)
        ):
            yield from _bound(target, ast.Call(ast.Attribute(value, "values"), [], []))
            yield from _bound(place, ast.Call(ast.Attribute(value, "keys"), [], []))
        case ast.Tuple(elts=targets), _:
            for one in targets:
                yield from _bound(one, value)
        case ast.Starred(value=inner), _:
            yield from _bound(inner, value)
