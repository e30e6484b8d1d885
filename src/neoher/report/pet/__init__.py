"""PET in the report: projections and fused slices, lesions with units and times, two scans held together."""
