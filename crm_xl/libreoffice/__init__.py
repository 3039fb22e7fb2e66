"""The same functions in LibreOffice Calc: the add-in, its installation, the engine behind the buttons."""
