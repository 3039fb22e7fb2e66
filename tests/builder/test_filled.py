"""Every workbook we ship shows every table filled: people judge a template by what its sheets hold when opened."""

from __future__ import annotations

import pytest

from crm_xl.books.protocol import Block
from crm_xl.builder.build import refreshed
from crm_xl.builder.draft import Draft
from crm_xl.builder.specs import CUSTOMER_GRADING, CUSTOMER_RELATIONSHIP, SALES_TEAM, SHIPPED_BOOKS, BookSpec
from crm_xl.schema import Role, Table
from crm_xl.tables import card, outputs, workshop
from crm_xl.tables import inputs as i

# A blank choice shows the best customer.
BLANK_BY_MEANING = {card.CARD_CHOICE.name}
# Columns that may be blank all the way down: what people fill in, remarks on what is wrong, the model that is switched
# off, items of a comparison that no card has so many of, rates of a time before the first sample orders.
REMARKS = {"说明", "标签说明"}
BLANK_COLUMNS = {
    workshop.WARNINGS.name: {"p_alive", "expected_orders", "model_note"},
    workshop.AUDIT.name: {"tier_checked", "tier_wrong", "tier_error_rate"},
    workshop.TIER_EFFECT.name: {"previous_churn_rate", "churn_change"},
    workshop.AHP.name: set(workshop.ITEM_COLUMNS),
}


@pytest.fixture(scope="module", params=SHIPPED_BOOKS, ids=[spec.name for spec in SHIPPED_BOOKS])
def shown(request: pytest.FixtureRequest) -> tuple[BookSpec, Draft]:
    """A workbook with sample data as it is handed out."""
    return request.param, refreshed(Draft(request.param))


def held(block: Block) -> list[list[object]]:
    """The rows that hold anything."""
    rows = [[None if cell == "" else cell for cell in row] for row in block.rows]
    return [row for row in rows if any(cell is not None for cell in row)]


def is_sentence(table: Table, rows: list[list[object]]) -> bool:
    """Whether the first row says in its first cell why there is nothing, or in a card's block that nothing is known."""
    return len(table.columns) > 1 and sum(cell is not None for cell in rows[0]) == 1 and len(rows) == 1


def test_every_table_of_a_shipped_book_is_filled(shown: tuple[BookSpec, Draft]) -> None:
    spec, draft = shown
    empty = []
    for table in spec.tables:
        rows = held(draft.blocks[table.name])
        if not rows and table.name not in BLANK_BY_MEANING:
            empty.append(table.title)
        elif rows and table.role is Role.OUTPUT and is_sentence(table, rows):
            empty.append(f"{table.title}: {next(cell for cell in rows[0] if cell is not None)}")
    assert empty == []


def test_no_output_of_a_shipped_book_has_a_column_without_anything_in_it(
    shown: tuple[BookSpec, Draft],
) -> None:
    spec, draft = shown
    blank = []
    for table in spec.of_role(Role.OUTPUT):
        if table.name == outputs.METRICS.name:
            continue  # the same in every book, whatever inputs it has
        rows = held(draft.blocks[table.name])
        for at, column in enumerate(table):
            pardoned = (
                column.filled
                or column.title in REMARKS
                or column.name in BLANK_COLUMNS.get(table.name, set())
            )
            if not pardoned and all(row[at] is None for row in rows):
                blank.append(f"{table.title}.{column.title}")
    assert blank == []


@pytest.mark.parametrize(
    ("spec", "levels"),
    [
        (CUSTOMER_RELATIONSHIP, {"高·活跃", "低·流失"}),
        (SALES_TEAM, {"S", "A", "B", "C"}),
        (CUSTOMER_GRADING, {"重点级", "普通级", "潜在级"}),
    ],
    ids=lambda value: value.name if isinstance(value, BookSpec) else "",
)
def test_the_plans_of_a_template_are_by_the_levels_of_its_guide(spec: BookSpec, levels: set[str]) -> None:
    block = refreshed(Draft(spec)).blocks[i.PLANS.name]
    proposed = {row[i.PLANS.names.index("level")] for row in block.rows}
    assert levels <= proposed, proposed


def test_inputs_and_outputs_of_a_template_belong_together(shown: tuple[BookSpec, Draft]) -> None:
    """An output without one of its inputs would say so for ever."""
    spec, _ = shown
    given = {table.name for table in spec.of_role(Role.INPUT)}
    lacking = {table.title: set(table.needs) - given for table in spec.of_role(Role.OUTPUT)}
    assert {title: names for title, names in lacking.items() if names} == {}
    assert i.CUSTOMERS.name in given
