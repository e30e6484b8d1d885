"""How far two ways of measuring agree: sizes by imaging against pathology, classes by two readers."""
