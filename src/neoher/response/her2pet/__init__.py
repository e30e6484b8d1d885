"""HER2 PET beside tissue: pairs with biopsies, their classes, the patient's pattern; never an image."""
