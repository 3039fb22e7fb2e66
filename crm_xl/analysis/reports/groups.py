"""Customers by industry, region and size: what reports compare and share out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crm_xl.analysis.growth import Floats
from crm_xl.analysis.metrics_profile import size_level
from crm_xl.analysis.reports.choice import named
from crm_xl.analysis.tally import Codes, Flags, Tally
from crm_xl.tables import choices as c
from crm_xl.tables import inputs as i

PERSONS = "个人客户"
LEVELS = "-"  # between the two levels of an industry

Names = NDArray[np.object_]
_PERSON = i.CUSTOMER_TYPES[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grouping:
    """Which group each customer belongs to.

    Attributes:
        title: what they are grouped by, "行业".
        names: of the groups.
        codes: the place in `names` of each customer's group.
    """

    title: str
    names: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, title: str, values: pd.Series, order: Sequence[str] = ()) -> Grouping:
        """The groups that occur: in the order given, then by name, those nobody filled in last."""
        present = set(values.unique())
        found = sorted(present - set(order) - set(_LAST))
        names = [name for name in dict.fromkeys([*order, *found, *_LAST]) if name in present]
        codes = pd.Index(names, dtype=object).get_indexer(
            pd.Index(values.to_numpy(dtype=object), dtype=object)
        )
        return cls(title=title, names=tuple(names), codes=codes.astype(np.int64))

    @property
    def tally(self) -> Tally:
        """Values per customer, added up per group."""
        return Tally(self.codes, len(self.names))

    def means(self, values: Floats, smallest: int, where: Flags | None = None) -> tuple[Floats, Floats]:
        """The mean of the known values of each group, and of how many customers it is.

        Args:
            values: one per customer.
            smallest: a group in which fewer have a value has no mean: so few say nothing of the rest.
            where: customers that count; all by default.
        """
        known = ~np.isnan(values) if where is None else ~np.isnan(values) & where
        counted = self.tally.count(known)
        mean = self.tally.mean(values, known)
        mean[counted < smallest] = np.nan
        return mean, counted


_LAST = (PERSONS, c.UNNAMED)


def industries(customers: pd.DataFrame) -> pd.Series:
    """The upper level of 所属行业, 制造业 of 制造业-汽车零部件; persons without one are 个人客户."""
    whole = detailed_industries(customers)
    codes, distinct = pd.factorize(whole.to_numpy(dtype=object))
    upper = np.array([str(name).split(LEVELS)[0] or c.UNNAMED for name in distinct], dtype=object)
    return pd.Series(upper[codes], index=customers.index, dtype=object)


def detailed_industries(customers: pd.DataFrame) -> pd.Series:
    """所属行业 as it stands; persons without one are 个人客户."""
    return _persons(named(customers["industry"]), customers)


def regions(customers: pd.DataFrame) -> pd.Series:
    """区域, （未填） where it is blank."""
    return named(customers["region"]).astype(object)


def sizes(customers: pd.DataFrame) -> pd.Series:
    """企业规模 as a band, from 员工数 where it is blank; persons are 个人客户."""
    bands = np.array([*i.COMPANY_SIZES, c.UNNAMED], dtype=object)
    level = size_level(customers)
    places = np.where(np.isnan(level), len(i.COMPANY_SIZES), level - 1).astype(np.int64)
    return _persons(pd.Series(bands[places], index=customers.index, dtype=object), customers)


def _persons(values: pd.Series, customers: pd.DataFrame) -> pd.Series:
    persons = (customers["customer_type"] == _PERSON).to_numpy(dtype=bool, na_value=False)
    return values.astype(object).mask(persons & (values == c.UNNAMED).to_numpy(), PERSONS)


def groupings(customers: pd.DataFrame) -> dict[str, Grouping]:
    """Industry, region and size of the customers, by English name; detailed industries where there are any.

    Args:
        customers: tblCustomers.
    """
    found: dict[str, Any] = {"industry": Grouping.of("行业", industries(customers))}
    detailed = detailed_industries(customers)
    if detailed.str.contains(LEVELS, regex=False).any():
        found["detailed_industry"] = Grouping.of("细分行业", detailed)
    found["region"] = Grouping.of("区域", regions(customers))
    found["size"] = Grouping.of("企业规模", sizes(customers), i.COMPANY_SIZES)
    return found
