"""Makes what we ship: the macro workbook and the templates, from declarations."""
