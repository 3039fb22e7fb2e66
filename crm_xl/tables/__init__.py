"""The declaration of every table: inputs, parameters, outputs."""
