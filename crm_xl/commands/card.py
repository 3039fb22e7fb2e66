"""The command that shows one customer on one page."""

from __future__ import annotations

from crm_xl.books.protocol import Progress
from crm_xl.commands.declaration import Command, Group, OpenBook
from crm_xl.commands.partial import shown_refreshed
from crm_xl.tables import card as d


def show_card(book: OpenBook, progress: Progress) -> str:
    """Whose card it is, and of which tier; only the card was computed and written.

    Raises:
        CrmError: the customer chosen is not there.
    """
    results = shown_refreshed(book, d.CARD_BLOCKS, progress)
    form = results.tables[d.ASSESSMENT_CARD.name].set_index("indicator")["raw"]
    number, name = (form[title] for title in d.IDENTITY[:2])
    return f"客户卡片完成：{number} {name}，{form[d.TIER]}。只更新了本页，其余结果表不变。"


CARD: tuple[Command, ...] = (
    Command(
        id="card",
        label=d.CARD_SHEET,
        group=Group.REPORTS,
        image="ContactCardGallery",
        screentip="一页看清所选客户",
        supertip="按“客户卡片”黄格中所选的客户，列出评估得分、概况、标签、RFM、预警、月度订单、最近互动与未完成事项；"
        "没有选择时为综合得分最高的客户。只写入本页，其余结果表不变。",
        handler=show_card,
    ),
)
