"""The small language in which a mapping says how a column is made: 数量*单价, 开头是(单号, 'C').

Nothing of Python is run: the text is cut into tokens here, Python's parser only arranges them into a tree,
and every node of the tree that is not listed below is refused.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from crm_xl.errors import CrmError
from crm_xl.sources.algebra import Algebra, Arithmetic, Comparison, VectorAlgebra
from crm_xl.sources.vectors import Sort, Vector

_LONGEST = 500
_TOKEN = re.compile(
    r"""(?P<text>'[^']*'|"[^"]*"|‘[^’]*’|“[^”]*”)|(?P<heading>\[[^\]]+\]|【[^】]+】)"""
    r"""|(?P<number>\d+(?:\.\d+)?(?!\w))|(?P<word>[^\W\d]\w*)|(?P<space>\s+)"""
    r"""|(?P<sign><=|>=|==|!=|<>|.)""",
    re.DOTALL,
)
_SIGNS = {sign: sign for sign in "+ - * / ( ) , & < > <= >= == !=".split()} | {
    "=": "==", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "×": "*", "÷": "/", "（": "(", "）": ")",
    "，": ",", "＋": "+", "－": "-", "＊": "*", "／": "/", "＜": "<", "＞": ">", "＝": "==", "＆": "&",
}  # fmt: skip
_WORDS = {"且": " and ", "或": " or ", "非": " not ", "and": " and ", "or": " or ", "not": " not "}

_ARITHMETIC: dict[type, Arithmetic] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"
}  # fmt: skip
_COMPARISONS: dict[type, Comparison] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"
}  # fmt: skip
_SORT_NAMES = {"truth": "是非判断", "number": "数值", "cells": "列或文本"}


@dataclass(frozen=True)
class Function:
    """A function of the language: what it takes and gives, and how it is computed.

    `constants` is how many of its last arguments are written out in the mapping ('C', 3), not columns.
    """

    takes: tuple[Sort | None, ...]  # None: anything
    compute: Callable[..., Any]  # of an algebra and the arguments
    constants: int = 0


_FUNCTIONS: dict[str, Function] = {
    "数值 number": Function((None,), lambda on, value: on.number(value)),
    "文本 text": Function((None,), lambda on, value: on.text(value)),
    "绝对值 abs": Function((None,), lambda on, value: on.arithmetic("absolute", value)),
    "四舍五入 round": Function((None, "number"), lambda on, value, places: on.rounded(value, places), 1),
    "如果 if_": Function(("truth", None, None), lambda on, *values: on.choose(*values)),
    "为空 is_blank": Function((None,), lambda on, value: on.is_blank(value)),
    "开头是 starts_with": Function((None, "cells"), lambda on, *given: on.tested("startswith", *given), 1),
    "结尾是 ends_with": Function((None, "cells"), lambda on, *given: on.tested("endswith", *given), 1),
    "包含 contains": Function((None, "cells"), lambda on, *given: on.tested("contains", *given), 1),
    "去前缀 without_prefix": Function((None, "cells"), lambda on, *given: on.made("removeprefix", *given), 1),
    "左 left": Function((None, "number"), lambda on, *given: on.made("left", *given), 1),
}
FUNCTIONS = {name: function for names, function in _FUNCTIONS.items() for name in names.split()}


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A parsed expression.

    Attributes:
        source: as written.
        headings: the headings it names, in order, without repeats.
        sort: what it gives.
    """

    source: str
    where: str
    headings: tuple[str, ...]
    sort: Sort
    _tree: _Tree

    def evaluate(self, column: Callable[[str], Vector], rows: int) -> Vector:
        """The expression's value on every row.

        Args:
            column: gives the column under a heading, as cells.
            rows: how many rows there are.
        """
        found: Vector = self.worked_out(VectorAlgebra(column, rows))
        return found

    def worked_out(self, algebra: Algebra) -> Any:
        """The expression's value in an algebra's own kind of values."""
        return _Evaluation(self._tree, algebra).value(self._tree.root)


def parse(source: str, where: str) -> Expression:
    """The expression a text spells.

    Args:
        source: the text.
        where: mapping file and key, for the message.

    Raises:
        CrmError: not of the language; with the character at which it goes wrong.
    """
    tree = _Tree(source, where)
    try:
        # Sorts do not depend on the data, so a run over no rows finds every wrong use of one.
        empty = Vector(sort="cells", values=np.empty(0, dtype=object))
        sort: Sort = _Evaluation(tree, VectorAlgebra(lambda heading: empty, 0)).value(tree.root).sort
    except RecursionError:
        raise tree.fault(0, "嵌套太深") from None
    return Expression(source=source, where=where, headings=tree.headings(), sort=sort, _tree=tree)


class _Tree:
    """The text arranged by Python's parser; names and texts are stand-ins, so that it sees plain ASCII."""

    def __init__(self, source: str, where: str) -> None:
        self.source, self.where = source, where
        self.names: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self._starts: list[int] = []  # place of each token in the rewritten text
        self._origins: list[int] = []  # and in the source
        if len(source) > _LONGEST:
            raise self.fault(_LONGEST, f"超过 {_LONGEST} 个字符")
        rewritten = self._rewrite()
        try:
            self.root: ast.expr = ast.parse(rewritten, mode="eval").body
        except SyntaxError as error:
            raise self.fault(self.origin((error.offset or 1) - 1)) from None
        except (RecursionError, MemoryError):
            raise self.fault(0, "嵌套太深") from None

    def _rewrite(self) -> str:
        rewritten = ""
        for token in _TOKEN.finditer(self.source):
            self._starts.append(len(rewritten))
            self._origins.append(token.start())
            rewritten += self._stand_in(str(token.lastgroup), token.group(), token.start())
        # Python takes leading blanks for an indent.
        indent = len(rewritten) - len(rewritten.lstrip())
        self._starts = [max(start - indent, 0) for start in self._starts]
        return rewritten.strip()

    def _stand_in(self, group: str, token: str, at: int) -> str:
        if group == "space":
            return " "
        if group == "number":
            return token
        if group == "text":
            return self._kept(self.texts, "t", token[1:-1])
        if group == "heading":
            return self._kept(self.names, "h", token[1:-1].strip())
        if group == "word":
            return _WORDS.get(token.lower()) or self._kept(self.names, "h", token)
        if token not in _SIGNS:
            raise self.fault(at)
        return _SIGNS[token]

    @staticmethod
    def _kept(store: dict[str, str], prefix: str, value: str) -> str:
        store[name := f"{prefix}{len(store)}"] = value
        return f" {name} "  # two tokens side by side must not become one

    def headings(self) -> tuple[str, ...]:
        """Every name that is not called as a function."""
        called = {node.func for node in ast.walk(self.root) if isinstance(node, ast.Call)}
        found = [
            node
            for node in ast.walk(self.root)
            if isinstance(node, ast.Name) and node not in called and node.id in self.names
        ]
        found.sort(key=lambda node: node.col_offset)
        return tuple(dict.fromkeys(self.names[node.id] for node in found))

    def origin(self, offset: int) -> int:
        """The place in the source of a place in the rewritten text."""
        if not self._starts:
            return 0
        return self._origins[max(bisect_right(self._starts, offset) - 1, 0)]

    def fault(self, at: int, reason: str = "写法不对") -> CrmError:
        """The error for a place in the source."""
        rest = self.source[at : at + 12]
        near = f"“{rest}”处" if rest.strip() else "末尾"
        return CrmError(
            f"算式“{self.source[:80]}”第 {at + 1} 个字符{near}{reason}。",
            where=self.where,
            hint="列名含空格或符号时写成 [列名]，文本写在引号里，如 开头是(单号, 'C')。",
        )


class _Evaluation:
    """One walk over a tree, for one set of columns."""

    def __init__(self, tree: _Tree, algebra: Algebra) -> None:
        self.tree, self.on = tree, algebra

    def value(self, node: ast.expr) -> Any:
        """The value of a node on every row."""
        match node:
            case ast.Name(id=name) if name in self.tree.texts:
                return self.on.constant(self.tree.texts[name])
            case ast.Name(id=name):
                return self.on.column(self.tree.names[name])
            case ast.Constant(value=int() | float() as value):
                return self.on.constant(float(value))
            case ast.BinOp(op=ast.BitAnd()):
                return self.on.joined(self._plain(node.left), self._plain(node.right))
            case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
                operands = self._operand(node.left), self._operand(node.right)
                return self.on.arithmetic(_ARITHMETIC[type(op)], *operands)
            case ast.UnaryOp(op=ast.USub()):
                return self.on.arithmetic("negative", self._operand(node.operand))
            case ast.UnaryOp(op=ast.UAdd()):
                return self.on.number(self._operand(node.operand))
            case ast.UnaryOp(op=ast.Not()):
                return self.on.opposite(self._of(node.operand, "truth"))
            case ast.BoolOp(op=op):
                parts = [self._of(part, "truth") for part in node.values]
                return self.on.every(parts) if isinstance(op, ast.And) else self.on.some(parts)
            case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
                return self._compared(node, op)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in self.tree.names:
                return self._called(node, self.tree.names[name])
        raise self._fault(node, "写法不支持")

    def _compared(self, node: ast.Compare, op: ast.cmpop) -> Any:
        left, right = self._plain(node.left), self._plain(node.comparators[0])
        textual = any(self._is_text(side) for side in (node.left, node.comparators[0]))
        if isinstance(op, (ast.Eq, ast.NotEq)) and "number" not in (left.sort, right.sort):
            same = self.on.same_text(left, right)
            return same if isinstance(op, ast.Eq) else self.on.opposite(same)
        if textual:
            raise self._fault(node, "文本只能比较相等或不相等")
        return self.on.compare(_COMPARISONS[type(op)], left, right)

    def _called(self, node: ast.Call, name: str) -> Any:
        function = FUNCTIONS.get(name.lower())
        if function is None:
            raise self._fault(
                node, f"没有函数“{name}”，可用：{'、'.join(names.split()[0] for names in _FUNCTIONS)}"
            )
        if len(node.args) != len(function.takes):
            raise self._fault(node, f"函数“{name}”要 {len(function.takes)} 个参数")
        columns = len(node.args) - function.constants
        arguments: list[object] = []
        for index, (argument, sort) in enumerate(zip(node.args, function.takes, strict=True)):
            if index >= columns:
                arguments.append(self._literal(argument, sort))
            else:
                arguments.append(self._of(argument, sort) if sort else self._plain(argument))
        return function.compute(self.on, *arguments)

    def _literal(self, node: ast.expr, sort: Sort | None) -> str | float:
        match node:
            case ast.Name(id=name) if name in self.tree.texts and sort == "cells":
                return self.tree.texts[name]
            case ast.Constant(value=int() | float() as value) if sort == "number":
                return float(value)
        raise self._fault(node, "要写引号里的文本" if sort == "cells" else "要写一个数")

    def _of(self, node: ast.expr, sort: Sort) -> Any:
        vector = self.value(node)
        if vector.sort != sort:
            raise self._fault(node, f"这里要用{_SORT_NAMES[sort]}")
        return vector

    def _plain(self, node: ast.expr) -> Any:
        """The value where a column, text or number is wanted."""
        vector = self.value(node)
        if vector.sort == "truth":
            raise self._fault(node, "是非判断不能当作数值或文本用")
        return vector

    def _operand(self, node: ast.expr) -> Any:
        """The value where it is computed with; a text written out is surely a slip."""
        if self._is_text(node):
            raise self._fault(node, "文本不能参加计算")
        return self._plain(node)

    def _is_text(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.tree.texts

    def _fault(self, node: ast.expr, reason: str) -> CrmError:
        return self.tree.fault(self.tree.origin(node.col_offset), reason)
