"""Models of an outcome on the user's own cohort: `training` fits one, `validation` cross-validates two kinds,
`performance` judges the predictions, `figures` draws them, `analysis` joins the steps into a model card, and
`applying` foretells for a table of patients.
"""
