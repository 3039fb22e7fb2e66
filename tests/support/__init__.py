"""What tests stand on: the validator, a real spreadsheet program, generated data."""
