"""The inside of .xlsx and .xlsm files: the zip, its parts, and what they say of sheets and tables."""
