"""The images of many patients measured side by side, on this machine or on a cluster; a patient is the unit.

`patient` measures one patient and is what a worker runs; `journal` keeps what is finished, so that a run that
was stopped goes on where it stood; `workers` starts processes or finds a cluster; `spreading` hands patients
out and takes their outcomes; `files` makes the Parquet files; `analysis` joins the steps.
"""
