"""neoher: HER2-positive breast cancer followed through neoadjuvant therapy, every number traceable."""

__version__ = "0.1.0"
