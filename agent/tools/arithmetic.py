"""The tool that calculates: arithmetic on floats, read with ``ast`` against a list of what is allowed.

Nothing is run as code. The length of an expression, its depth and the size of numbers are bounded, since everything is
a float: a power that would fill the memory as a whole number is an overflow here.
"""

from __future__ import annotations

import ast
import math
import operator
import statistics
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pydantic import Field

from agent.tools.conditions import Arguments
from agent.tools.desk import Desk, ToolError

LONGEST = 400
DEEPEST = 40

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.Pow: math.pow,
    }
)


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


def _expit(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-odds))


_FUNCTIONS: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "log2": math.log2, "log10": math.log10, "abs": math.fabs,
        "min": min, "max": max, "sum": lambda *values: math.fsum(values), "round": lambda x, n=0.0: round(x, int(n)),
        "mean": lambda *values: statistics.fmean(values), "median": lambda *values: statistics.median(values),
        "stdev": lambda *values: statistics.stdev(values), "logit": _logit, "expit": _expit,
    }
)  # fmt: skip
_NAMES = MappingProxyType({"pi": math.pi, "e": math.e})


class Calculate(Arguments):
    """Calculate an expression: + - * / // % **, parentheses, and the usual functions (see the error for a list)."""

    expression: str = Field(min_length=1, max_length=LONGEST, description="Such as 100 * sqrt(0.4 * 0.6 / 198).")


def calculate(desk: Desk, told: Calculate) -> str:  # noqa: ARG001 - figures need no history
    """Show the value of an expression."""
    return f"{told.expression.strip()} = {value_of(told.expression):.10g}"


def value_of(expression: str) -> float:
    """Return the value of an expression.

    Raises:
        ToolError: it is no arithmetic, too long or too deep, or has no finite value.
    """
    if len(expression) > LONGEST:
        raise ToolError(f"an expression has at most {LONGEST} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        value = _value(tree.body, 0)
    except (SyntaxError, RecursionError, MemoryError):
        raise ToolError("this is no arithmetic expression") from None
    except ZeroDivisionError:
        raise ToolError("division by zero") from None
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ToolError(f"no value: {error}") from None
    if not isinstance(value, float) or not math.isfinite(value):
        raise ToolError("the value is not finite")
    return value


def _value(node: ast.expr, depth: int) -> float:
    if depth > DEEPEST:
        raise ToolError(f"the expression is nested deeper than {DEEPEST} levels")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, depth + 1)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, depth + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return float(_OPERATORS[type(op)](_value(left, depth + 1), _value(right, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return float(_FUNCTIONS[name](*_values(args, depth + 1)))
    raise ToolError(
        f"only numbers, + - * / // % **, {', '.join(_NAMES)} and the functions {', '.join(_FUNCTIONS)} are known"
    )


def _values(nodes: list[ast.expr], depth: int) -> list[float]:
    """Arguments of a function; one list of numbers stands for many arguments."""
    if len(nodes) == 1 and isinstance(nodes[0], ast.List | ast.Tuple):
        nodes = nodes[0].elts
    return [_value(node, depth) for node in nodes]
