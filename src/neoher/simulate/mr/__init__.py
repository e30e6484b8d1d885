"""The MRI of a reference patient: scanner, contrast phases, DICOM and truth of a visit."""
