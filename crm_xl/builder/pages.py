"""The pages that are generated from declarations; the repository holds a copy of each, and a test compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crm_xl.builder.dictionary import data_dictionary
from crm_xl.builder.function_reference import function_reference
from crm_xl.builder.number_reference import number_reference
from crm_xl.builder.parameter_reference import parameter_reference
from crm_xl.builder.troubles import trouble_page

# Path in the repository -> what writes it.
PAGES: Mapping[str, Callable[[], str]] = {
    "docs/data-dictionary.md": data_dictionary,
    "docs/functions.md": function_reference,
    "docs/manual/parameters.zh-CN.md": parameter_reference,
    "docs/manual/numbers.zh-CN.md": number_reference,
    "docs/manual/troubleshooting.zh-CN.md": trouble_page,
}
