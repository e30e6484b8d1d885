"""What a DICOM object states and holds: elements, headers, planes, series, pixels."""
