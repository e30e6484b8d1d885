"""The engine of rules: tables of cells read with three-valued logic, each answer with its reasons."""
