"""Tables with known defects: what is planted, and what the ledger must say of it, row by row, to the cent.

The expectations are written down when a defect is planted, from SPEC section 3, and never taken from a run.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crm_xl.schema import Table
from crm_xl.tables import inputs as i

TODAY = datetime(2024, 12, 31)
COLUMNS = (
    "order_id", "customer_id", "order_date", "amount", "profit", "product_type", "status", "original_order_id",
)  # fmt: skip
LONG = "长" * 9_000 + '，“引号”"quoted", 第二行\n第三行 🎉' + "x" * 975
ERRORS = ("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")

Cells = dict[str, Any]
_WIDE = {ord(plain): chr(ord(plain) + 0xFEE0) for plain in "0123456789-/.,:"}


@dataclass(frozen=True)
class Line:
    """A line that the ledger must hold: the body row, the column (None: the whole row), rule, action, amount.

    `after` names another cell of the table by (text before it, body row, column); None: not looked at.
    """

    row: int
    column: str | None
    rule: str
    action: str
    before: str
    cents: int | None = None
    after: tuple[str, int, str | None] | str | None = None


@dataclass
class Planted:
    """A table as somebody left it, and what cleaning must make of it; money in 分."""

    table: Table
    columns: tuple[str, ...]
    rows: list[Cells] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    gross: int = 0
    netted: int = 0
    cancelled: int = 0
    aside: int = 0

    @property
    def money_in(self) -> int:
        """Σ of every readable amount, signed."""
        return self.gross - self.netted + self.cancelled + self.aside

    def body(self) -> list[list[Any]]:
        """The rows as lists of cells, in the order of the columns."""
        return [[row.get(name) for name in self.columns] for row in self.rows]


class Orders:
    """Plants orders: `typed` tells whether cells can be numbers, dates and truths, or are texts throughout."""

    def __init__(
        self, chance: random.Random, *, typed: bool, day_zero: datetime = datetime(1899, 12, 30)
    ) -> None:
        self.chance = chance
        self.typed = typed
        self.day_zero = day_zero  # from which a sheet's bare numbers count days
        self.planted = Planted(table=i.ORDERS, columns=COLUMNS)
        self._number = 1000
        self._free: list[int] = []  # kept orders that no return has touched

    def plant(self, rows: int) -> Planted:
        """A table of about so many rows, every third a defect."""
        kinds = self._kinds()
        for _ in range(rows):
            if self.chance.random() < 0.6 or not self._free:
                self.good()
            else:
                self.chance.choice(kinds)()
        return self.planted

    def _kinds(self) -> list[Callable[[], None]]:
        kinds = [
            self.blank_row, self.missing, self.error_value, self.unreadable_amount, self.unreadable_date,
            self.damaged_id, self.future, self.repeated, self.bad_profit, self.bad_status, self.cancelled,
            self.returned, self.returned_unmatched, self.strange_text,
        ]  # fmt: skip
        return [*kinds, self.wrong_type, self.not_finite] if self.typed else kinds

    # Rows that are kept.

    def good(self, **cells: Any) -> int:
        """An order that is kept, in any spelling; gives its row."""
        day, cents = self._day(), self._cents()
        row = self._add({**self._spelt(self._id(), day, cents), **cells}, day, cents)
        self.planted.kept.append(row)
        self.planted.gross += cents
        self._free.append(row)
        return row

    def strange_text(self) -> None:
        """Emoji, ten thousand signs, line ends and quotation marks in a cell are no defect."""
        self.good(
            product_type=self.chance.choice(("云🎉服务👩‍💻", LONG, "=1+1", "'", "\u200b云", "行1\n行2"))
        )

    # Rows that are set aside.

    def missing(self) -> None:
        """A row without its number, customer, date or amount."""
        column = self.chance.choice(("order_id", "customer_id", "order_date", "amount"))
        blanks = [None, "", "  ", "　", "-", "无", "N/A", "—", "null"]
        self._aside(column, self.chance.choice(blanks), "缺少必填项", before="")

    def error_value(self) -> None:
        """A required cell that shows an error."""
        text = self.chance.choice(ERRORS)
        self._aside(self.chance.choice(("order_id", "customer_id", "order_date", "amount")), text, "错误值")

    def unreadable_amount(self) -> None:
        """An amount that is none: words, another unit, the traces of a failed computation."""
        texts = [
            "一千",
            "NaN",
            "nan",
            "inf",
            "-Infinity",
            "1,23",
            "1.2.3",
            "12美元",
            "15%",
            "约100",
            "100-200",
            "1 000",
            "--5",
            "12件",
        ]
        self._aside("amount", self.chance.choice(texts), "无法识别")

    def unreadable_date(self) -> None:
        """A date that would need a guess, or that there never was."""
        texts = [
            "3/5/2024",
            "24/3/5",
            "2024-02-30",
            "2024-13-01",
            "昨天",
            "2024",
            "2024-03",
            "NaN",
            "1899-12-31",
            "05.03.2024",
        ]
        self._aside("order_date", self.chance.choice(texts), "无法识别")

    def damaged_id(self) -> None:
        """A number that a spreadsheet has already broken."""
        texts: list[Any] = ["1.23457E+15", "4.2e+17", "nan", "NaN", "NaT", " <NA> ", "inf"]
        if self.typed:
            texts += [1234567890123456.0, 9.87654321012345e17, 1001.5]
        cell = self.chance.choice(texts)
        before = cell if isinstance(cell, str) else f"{cell:.15g}"
        self._aside(self.chance.choice(("order_id", "customer_id")), cell, "编号已损坏", before=before)

    def wrong_type(self) -> None:
        """A truth or a day where a number or an id should stand."""
        column, cell, rule, before = self.chance.choice(
            [
                ("amount", True, "无法识别", "True"),
                ("amount", datetime(2024, 3, 5), "无法识别", "2024-03-05"),
                ("order_date", False, "无法识别", "False"),
                ("order_date", 12, "无法识别", "12"),
                ("order_id", datetime(2024, 3, 5), "编号已损坏", "2024-03-05"),
                ("customer_id", True, "编号已损坏", "True"),
            ]
        )
        self._aside(column, cell, rule, before=before)

    def not_finite(self) -> None:
        """What a computation leaves when it failed."""
        cell, rule, before = self.chance.choice(
            [
                (float("inf"), "无法识别", "inf"),
                (float("-inf"), "无法识别", "-inf"),
                (float("nan"), "缺少必填项", ""),
            ]
        )
        self._aside("amount", cell, rule, before=before)

    def future(self) -> None:
        """A year typed wrongly."""
        day = TODAY + timedelta(days=self.chance.randint(1, 40_000))
        text = f"{day:%Y-%m-%d}"
        cell = day if self.typed and self.chance.random() < 0.5 else text
        self._aside("order_date", cell, "日期晚于今天", before=text)

    def repeated(self) -> None:
        """The same order a second time, each cell perhaps in another spelling."""
        first = self.chance.choice(self._free)
        cells = self.planted.rows[first]
        again = {
            **cells,
            **self._spelt(cells["_id"], cells["_day"], cells["_cents"]),
            "customer_id": cells["customer_id"],
            "product_type": cells["product_type"],
            "status": cells["status"],
        }
        row = self._add(again, cells["_day"], cells["_cents"])
        self._line(row, None, "完全重复", "搁置", "", cells["_cents"], after=("同 ", first, None))
        self.planted.aside += cells["_cents"]

    # Cells that are emptied.

    def bad_profit(self) -> None:
        """A profit that cannot be read is as good as none."""
        text = self.chance.choice(("不详", "NaN", "30%", *ERRORS))
        row = self.good(profit=text)
        self._line(row, "profit", "错误值" if text in ERRORS else "无法识别", "置空", text)

    def bad_status(self) -> None:
        """A status that is none of the declared ones."""
        text = self.chance.choice(("待定", "已确认?", "#N/A"))
        row = self.good(status=text)
        self._line(row, "status", "错误值" if text in ERRORS else "无法识别", "置空", text)

    # Money that leaves with a name.

    def cancelled(self) -> None:
        """An order that was called off."""
        word = self.chance.choice(("已取消", "取消", "作废", "Cancelled", "已退款", "退货"))
        meaning = "已退款" if word in ("已退款", "退货") else "已取消"
        day, cents = self._day(), self._cents()
        row = self._add({**self._spelt(self._id(), day, cents), "status": word}, day, cents)
        self._line(row, "status", "已取消或已退款", "移出", meaning, cents)
        self.planted.cancelled += cents

    def returned(self) -> None:
        """A return of a part or the whole of a kept order that it names."""
        order = self._free.pop(self.chance.randrange(len(self._free)))
        cells = self.planted.rows[order]
        cents = cells["_cents"] if self.chance.random() < 0.5 else self.chance.randint(1, cells["_cents"])
        cell: Any = f"-{cents // 100}.{cents % 100:02d}"
        if self.typed and self.chance.random() < 0.5:
            cell = -cents / 100
        row = self._add(
            {
                "order_id": self._id(),
                "customer_id": cells["customer_id"],
                "order_date": f"{cells['_day'] + timedelta(days=1):%Y-%m-%d}",
                "amount": cell,
                "product_type": cells["product_type"],
                "original_order_id": cells["_id"],
            },
            cells["_day"],
            -cents,
        )
        before = cell if isinstance(cell, str) else f"{cell:.15g}"
        self._line(row, "amount", "退货冲减", "冲减", before, -cents, after=("冲减 ", order, "amount"))
        self.planted.netted += cents

    def returned_unmatched(self) -> None:
        """A return by somebody who never bought."""
        day, cents = self._day(), self._cents()
        text = f"-{cents // 100:,}.{cents % 100:02d}"
        number = self._id()
        row = self._add(
            {
                "order_id": number,
                "customer_id": f"R{number}",
                "order_date": f"{day:%Y/%m/%d}",
                "amount": text,
            },
            day,
            -cents,
        )
        after = f"未匹配 {cents / 100:,.2f}"
        self._line(row, "amount", "退货未找到原订单", "搁置", text, -cents, after=after)
        self.planted.aside -= cents

    def blank_row(self) -> None:
        """A row in which nothing stands."""
        self.planted.rows.append({})

    def totals(self) -> None:
        """The totals that a report has at its bottom, or a person typed into the table: no money of their own."""
        cents = sum(row.get("_cents", 0) for row in self.planted.rows)
        column, word = self.chance.choice(
            [
                ("order_id", "合计"),
                ("customer_id", "总 计："),
                ("order_id", "本月小计"),
                ("customer_id", "Grand Total"),
            ]
        )
        row = self._add({column: word, "amount": f"{cents / 100:.2f}"}, TODAY, cents)
        self._line(row, column, "合计行", "忽略", word, cents)

    # How cells are written.

    def _add(self, cells: Cells, day: datetime, cents: int) -> int:
        self.planted.rows.append(
            {**cells, "_day": day, "_cents": cents, "_id": cells.get("_id", cells.get("order_id"))}
        )
        return len(self.planted.rows) - 1

    def _line(
        self, row: int, column: str | None, rule: str, action: str, before: str, cents: int | None = None,
        after: Any = None,
    ) -> None:  # fmt: skip
        self.planted.lines.append(Line(row, column, rule, action, before, cents, after))

    def _aside(self, column: str, cell: Any, rule: str, before: str | None = None) -> None:
        day, cents = self._day(), self._cents()
        row = self._add({**self._spelt(self._id(), day, cents), column: cell}, day, cents)
        readable = column != "amount"
        self._line(
            row, column, rule, "搁置", str(cell) if before is None else before, cents if readable else None
        )
        if readable:
            self.planted.aside += cents

    def _spelt(self, number: str, day: datetime, cents: int) -> Cells:
        return {
            "_id": number,
            "order_id": self.chance.choice(self.ids(number)),
            "customer_id": f"C{self.chance.randint(1, 8)}",
            "order_date": self.chance.choice(self.dates(day)),
            "amount": self.chance.choice(self.amounts(cents)),
            "product_type": self.chance.choice((None, "云服务", "硬件")),
            "status": self.chance.choice((None, "已确认", "有效", "Confirmed")),
        }

    def ids(self, number: str) -> list[Any]:
        """Ways to write one order number."""
        texts: list[Any] = [number, f" {number} ", f"{number}.0", number.translate(_WIDE), f"{number}\u3000"]
        return [*texts, float(number), int(number)] if self.typed else texts

    def dates(self, day: datetime) -> list[Any]:
        """Ways to write one day: a dozen texts, and what a sheet holds for it."""
        texts: list[Any] = [
            f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}", f"{day:%Y%m%d}", f"{day:%Y年%m月%d日}",
            f"{day.year}/{day.month}/{day.day}", f"{day.year}-{day.month}-{day.day}", f"{day.year}年{day.month}月{day.day}号",
            f"{day:%Y-%m-%d} 00:00:00", f"{day:%Y/%m/%d} 0:00", f"{day:%Y-%m-%d}T00:00:00", f"{day:%Y-%m-%d}".translate(_WIDE),
            f"　{day:%Y-%m-%d} ",
        ]  # fmt: skip
        if not self.typed:
            return texts
        days = (day - self.day_zero).days
        return [*texts, day, int(f"{day:%Y%m%d}"), days, float(days), str(days)]

    def amounts(self, cents: int) -> list[Any]:
        """Ways to write one amount in 元."""
        plain = f"{cents // 100}.{cents % 100:02d}"
        texts: list[Any] = [
            plain, f"{cents // 100:,}.{cents % 100:02d}", f"￥{plain}", f"¥ {plain}", f"{plain}元", plain.translate(_WIDE),
            f" {plain}", f"RMB{plain}", f"{cents // 1_000_000}.{cents % 1_000_000:06d}万", f"+{plain}", f"{cents}e-2",
        ]  # fmt: skip
        return [*texts, cents / 100] if self.typed else texts

    def _id(self) -> str:
        self._number += 1
        return str(self._number)

    def _day(self) -> datetime:
        return datetime(2023, 1, 1) + timedelta(days=self.chance.randrange(600))

    def _cents(self) -> int:
        return self.chance.randint(100_00, 500_000)


class Customers:
    """Plants customers: figures out of their limits, repeated numbers, values that no list has."""

    columns = (
        "customer_id",
        "customer_name",
        "size_band",
        "founded_year",
        "renewed",
        "willingness",
        "budget_wan",
    )

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.planted = Planted(table=i.CUSTOMERS, columns=self.columns)

    def plant(self, rows: int) -> Planted:
        """A table of so many rows, every third a defect; repeated numbers at the end."""
        for _ in range(rows):
            row = self._good()
            if self.chance.random() < 0.35:
                self.chance.choice((self._outside, self._unlisted, self._unnamed))(row)
        for first in self.chance.sample(range(rows), rows // 10):
            self._again(first)
        return self.planted

    def _good(self) -> int:
        rows = self.planted.rows
        rows.append(
            {
                "customer_id": f"C{len(rows)}",
                "customer_name": f"甲{len(rows)}公司",
                "size_band": self.chance.choice((None, "20-99人", "２０-９９人")),
                "founded_year": self.chance.choice((None, "2011", "2011年")),
                "renewed": self.chance.choice((None, "是", "Y", "否", "√")),
                "willingness": self.chance.choice((None, "1", "5", "3分")),
                "budget_wan": self.chance.choice((None, "50", "50万", "500000元")),
            }
        )
        self.planted.kept.append(len(rows) - 1)
        return len(rows) - 1

    def _outside(self, row: int) -> None:
        column, text = self.chance.choice(
            [
                ("willingness", "9"),
                ("willingness", "0"),
                ("founded_year", "1500"),
                ("founded_year", "3000"),
                ("budget_wan", "-3"),
            ]
        )
        self.planted.rows[row][column] = text
        self.planted.lines.append(Line(row, column, "超出范围", "提示", text, after=text))

    def _unlisted(self, row: int) -> None:
        column, text = self.chance.choice(
            [
                ("size_band", "很大"),
                ("renewed", "也许"),
                ("willingness", "高"),
                ("willingness", "2.5"),
                ("founded_year", "2011-05"),
                ("budget_wan", "NaN"),
            ]
        )
        self.planted.rows[row][column] = text
        self.planted.lines.append(Line(row, column, "无法识别", "置空", text, after=""))

    def _unnamed(self, row: int) -> None:
        self.planted.rows[row]["customer_name"] = self.chance.choice((None, " ", "　"))
        self.planted.lines.append(Line(row, "customer_name", "缺少必填项", "待补充", "", after="待补充"))

    def _again(self, first: int) -> None:
        """The same number with another name: the later row is kept, the earlier one told of once."""
        again = {**self.planted.rows[first], "customer_name": f"乙{first}公司"}
        for column in self.columns[2:]:
            again[column] = None
        self.planted.rows.append(again)
        last = len(self.planted.rows) - 1
        self.planted.kept.remove(first)
        self.planted.kept.append(last)
        number = self.planted.rows[first]["customer_id"]
        # A row that is set aside has no findings of its cells.
        self.planted.lines = [line for line in self.planted.lines if line.row != first]
        self.planted.lines.append(
            Line(first, "customer_id", "编号重复而内容不同", "搁置", number, after=("保留 ", last, None))
        )
