# Every command is in dev.py, which also works on Windows; these are aliases.
PYTHON ?= python3

.PHONY: demo test libreoffice lint bench torture audit build wheelhouse release
demo test libreoffice lint bench torture audit build wheelhouse release:
	$(PYTHON) dev.py $@ $(ARGS)
