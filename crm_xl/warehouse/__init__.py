"""Orders that are too many for a sheet: cleaned and added up where they are, by one definition for every engine.

Only what is known of each customer comes back, and the few lines that returns touch; the others never leave.
"""

from __future__ import annotations

from crm_xl.warehouse.address import is_warehouse
from crm_xl.warehouse.orders import WarehouseOrders

__all__ = ["WarehouseOrders", "is_warehouse"]
