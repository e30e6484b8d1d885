"""Knowledge (data files) and rules to next steps, safety checks and answers. Works from recorded values only.

The knowledge base is read through one function::

    from neoher.guidance.knowledge import load_knowledge

    knowledge = load_knowledge()                       # ours, from the compiled form
    knowledge = load_knowledge(overlay=Path("ours/"))  # a hospital's own folder laid over it

    knowledge.edition                       # version, date, fingerprint: shown wherever an answer is shown
    knowledge.statements["…"]               # every kind is a mapping from id to item: sources, trials, drugs,
                                            # regimens, statements, cardiac_limits, toxicity_limits,
                                            # appropriateness, schedule, markers, terms
    knowledge.item("TCHP")                  # by id, over all kinds; an unknown id names the nearest ones
    knowledge.source("PMC2755245")          # by its id or any other number it is known by
    knowledge.statements_about("residual")  # by subject, in the order of the files
    knowledge.named("Kadcyla")              # by name, brand, abbreviation or synonym
    knowledge.superseding("…")              # the items that take an item's place
    knowledge.as_of(day, region=…)          # what was known on that day, and applies in that region

Every item has sources, a verification (how far its sources were read), a review status, the date from
which it holds, the date it was last checked, a date on which it expires, regions (none: everywhere) and
what it supersedes. A statement makes one claim, worded for a clinician, a patient and a researcher.
Data files: `knowledge/data`; `scripts/compile_knowledge.py` makes the compiled form.

Rules are items of it (`knowledge/data/rules`), read with three-valued logic against the facts of a record::

    from neoher.guidance.advice import advise

    conclusion = advise(case, load_knowledge(), today)   # options, alerts, pitfalls, differences, missing

`facts` reads a record into facts by name, `rules` decides, `advice` gathers; `cardiac` and `heart` judge the
ejection fraction by the rule sets of each region.
"""
