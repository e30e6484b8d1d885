"""The patient's page: the same facts and numbers in plain words, with questions to ask and a glossary."""

from neoher.report.patient.page import patient_sections

__all__ = ["patient_sections"]
