"""Advice for one patient: options with their basis, alerts, pitfalls, differences, and what is missing."""

from neoher.guidance.advice.advising import advise
from neoher.guidance.advice.content import Advice, AdviceOption, Alert, MissingForAdvice

__all__ = ["Advice", "AdviceOption", "Alert", "MissingForAdvice", "advise"]
