"""Reports: every table that the five guides hand to people, each made of what the run has computed by then."""
