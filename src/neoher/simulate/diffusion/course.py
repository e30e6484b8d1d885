"""Diffusion over the course of therapy: a tumour that answers loses cells, and its coefficient rises."""

from __future__ import annotations

import numpy as np

from neoher.simulate.course import Plan

__all__ = ["tumour_adc_1e6"]


def tumour_adc_1e6(plan: Plan) -> dict[str, float]:
    """Mean coefficient of the tumour by visit, 1e-6 mm2/s. Uses up nothing of the plan's own randomness."""
    random = np.random.default_rng([plan.seed, 20250216])
    baseline = float(random.uniform(880.0, 1120.0))
    rises = (0.0, random.uniform(0.08, 0.20), random.uniform(0.25, 0.40), random.uniform(0.40, 0.55))
    return {
        visit.name: baseline * (1.0 + (float(rise) if plan.course.responds else 0.0))
        for visit, rise in zip(plan.visits, rises, strict=True)
    }
