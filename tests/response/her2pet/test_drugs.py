"""Expected kinds: what the drugs are (generic and brand names, the regimens of the trials), written by
hand."""

from __future__ import annotations

import pytest

from neoher.response.her2pet.drugs import DrugKind, kind_of_drug


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("trastuzumab", DrugKind.ANTIBODY),
        ("Trastuzumab-dkst", DrugKind.ANTIBODY),
        ("trastuzumab 8 mg/kg", DrugKind.ANTIBODY),
        ("pertuzumab 840 mg", DrugKind.ANTIBODY),
        ("Phesgo s.c.", DrugKind.ANTIBODY),
        ("trastuzumab + pertuzumab + docetaxel", DrugKind.ANTIBODY),
        *[(regimen, DrugKind.ANTIBODY) for regimen in ("TCHP", "THP", "HP", "TH", "TCH", "TCbHP", "nabPHP")],
        *[
            (regimen, DrugKind.ANTIBODY)
            for regimen in ("AC-THP", "ddAC_THP", "FEC-THP", "EC -> THP", "PTC_Ptz")
        ],
        ("T-DM1", DrugKind.CONJUGATE),
        ("TDM1", DrugKind.CONJUGATE),
        ("trastuzumab emtansine", DrugKind.CONJUGATE),
        ("ado-trastuzumab emtansine", DrugKind.CONJUGATE),
        ("fam-trastuzumab deruxtecan-nxki", DrugKind.CONJUGATE),
        ("T-DXd then THP", DrugKind.CONJUGATE),
        ("TDXd_THP", DrugKind.CONJUGATE),
        ("Enhertu", DrugKind.CONJUGATE),
        ("disitamab vedotin", DrugKind.CONJUGATE),
        ("lapatinib", DrugKind.INHIBITOR),
        ("neratinib + capecitabine", DrugKind.INHIBITOR),
        ("neratinib and trastuzumab", DrugKind.ANTIBODY),
        ("docetaxel", DrugKind.OTHER),
        ("nab-paclitaxel", DrugKind.OTHER),
        ("AC", DrugKind.OTHER),
        ("letrozole", DrugKind.OTHER),
        ("docetaxel, carboplatin", DrugKind.OTHER),
        ("study drug", None),
        ("docetaxel + study drug", None),
        ("chemotherapy without trastuzumab", None),
        ("", None),
    ],
)
def test_drugs_and_regimens(named: str, kind: DrugKind | None) -> None:
    assert kind_of_drug(named) is kind
