"""PET of a reference patient: body, lesions, scanner, DICOM in the forms of vendors, truth per lesion."""
