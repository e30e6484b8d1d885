"""Tracer kinetics of contrast-enhanced MRI: relaxation, concentration, arterial input, exchange models.

    relaxation        T1 by variable flip angle; signal to concentration
    arterial_input    the plasma curve: Parker's population average, or a measured one
    exchange          Tofts and extended Tofts (Ktrans, ve, vp), Patlak
    sampling          whether a scan's times can carry such a fit at all
    kernels           the compiled loops over voxels; a voxel's own fit in starting (with start_table),
                      bounded_fit and convolution

With the few contrast phases of routine breast MRI, a minute or more apart, the passage of the bolus is not
seen and Ktrans, ve and vp cannot be told apart: there percent enhancement, SER and functional tumour volume
(`neoher.imaging.dce`) are what is measured.
"""
