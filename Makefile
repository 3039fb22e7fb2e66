# Every command is in dev.py, which also works on Windows; these are aliases.
PYTHON ?= python3

.PHONY: demo test lint bench build
demo test lint bench build:
	$(PYTHON) dev.py $@ $(ARGS)
