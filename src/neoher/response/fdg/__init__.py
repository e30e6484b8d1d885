"""Response on FDG PET from recorded numbers: PERCIST 1.0, EORTC 1999, the rule of PHERGain."""
