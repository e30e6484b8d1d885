"""Hold advice against the evaluation cases: how many are right, each miss, each rule that none reaches.

With --removals every fact of every case is taken out in turn (minutes): nothing may be gained by it that
`missing` does not explain. A folder of further cases may be named.
"""

from __future__ import annotations

import sys
from pathlib import Path

from neoher.guidance.advice.evaluation import (
    advised,
    misses,
    read_cases,
    removals,
    unexplained_gains,
)
from neoher.guidance.knowledge import load_knowledge

REMOVALS = "--removals"
CASES = Path(__file__).parents[1] / "tests" / "guidance" / "cases"


def main(arguments: list[str]) -> int:
    """Print the outcome; exit status 1 where a case is missed, a source is not held or a rule not reached."""
    knowledge = load_knowledge()
    folders = [each for each in arguments if each != REMOVALS]
    cases = read_cases(Path(folders[0]) if folders else CASES)
    wrong, unheld = 0, 0
    reached: set[str] = set()
    for case in cases:
        conclusion = advised(case.record, case.today, knowledge)
        assert conclusion.value is not None
        reached |= {step.rule.partition(" ")[0] for step in conclusion.because}
        found = misses(case, conclusion.value)
        wrong += bool(found)
        for line in found:
            print(f"{case.file}, {case.name}: {line}")
        for source in case.sources:
            if knowledge.find_source(source) is None:
                unheld += 1
                print(f"{case.file}, {case.name}: the knowledge base holds no source {source}")
    unreached = sorted(set(knowledge.rules) - reached)
    gained = 0
    for case in cases if REMOVALS in arguments else ():
        for line in unexplained_gains(case, knowledge, removals(case.record)):
            gained += 1
            print(f"{case.file}, {case.name}: without {line}")
    for rule in unreached:
        print(f"no case reaches the rule {rule}")
    share = 100 * (len(cases) - wrong) / len(cases) if cases else 0.0
    print(
        f"{len(cases)} cases, {len(cases) - wrong} right ({share:.1f} %), {unheld} sources not held, "
        f"{len(knowledge.rules) - len(unreached)} of {len(knowledge.rules)} rules reached"
    )
    return 1 if wrong or unheld or unreached or gained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
