"""How facts come in: DICOM folders, files and archives; regions from SEG, RTSTRUCT, NIfTI or a box."""
