"""The computation: pandas and numpy in, pandas out; no files, no Excel."""
