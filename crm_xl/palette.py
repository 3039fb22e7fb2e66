"""The colours of charts, in the workbook and in the report."""

from __future__ import annotations

# Okabe and Ito's colours for readers who confuse red and green, from dark to light for a grey print.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999")
WARNING = "#B00020"
HEADING = "#1F3864"
