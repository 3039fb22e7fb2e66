"""The one error a user sees: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from crm_xl.masks import mask_free_text

MOST_SHOWN = 5


class CrmError(Exception):
    """A fault in the user's data, settings or files; never a fault of ours (those are ValueError).

    A message may quote what it found, and goes to screens and logs: phones, identity numbers and e-mail addresses
    in it are masked here, whoever wrote it. Whoever quotes a cell masks names himself, since only he knows them.

    Args:
        problem: what is wrong, one sentence.
        where: the place, as the user finds it: "订单!C17", a file name, a table name.
        hint: what to write or press instead.
    """

    def __init__(self, problem: str, *, where: str = "", hint: str = "") -> None:
        self.problem, self.where, self.hint = map(mask_free_text, (problem, where, hint))
        super().__init__(self.problem, self.where, self.hint)

    def __str__(self) -> str:
        place = f"{self.where}：" if self.where else ""
        return f"{place}{self.problem}{self.hint}"

    @classmethod
    def of(cls, errors: Sequence[CrmError]) -> CrmError:
        """Several faults as one error, so that a user mends them in one go.

        Args:
            errors: at least one.

        Returns:
            The only error itself, or one that lists the first five and counts the rest.
        """
        if len(errors) == 1:
            return errors[0]
        lines = [str(error) for error in errors[:MOST_SHOWN]]
        if len(errors) > MOST_SHOWN:
            lines.append(f"……另有 {len(errors) - MOST_SHOWN} 处。")
        return cls(f"共有 {len(errors)} 处需要修改：\n" + "\n".join(lines))
