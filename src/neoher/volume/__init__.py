"""Grids, volumes, masks and the acquisition facts a formula needs: frozen types, no DICOM.

Array axes are (slices, rows, columns) everywhere; patient positions are DICOM's LPS coordinates in mm.
"""
