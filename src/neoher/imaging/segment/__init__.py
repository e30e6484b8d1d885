"""A proposal of where a tumour lies in breast DCE-MRI, from one click or box; a person accepts it or not."""
