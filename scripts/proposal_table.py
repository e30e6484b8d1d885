"""Print how well proposals agree with the truth, as a Markdown table, and draw the worst and a real exam.

python scripts/proposal_table.py [TUMOURS] [--pictures FOLDER] [--real EXAM]: simulated tumours 0 to
TUMOURS - 1 (60), a third of them fragmented or non-mass, one click each. EXAM: an exam with a SEG beside its
images that marks where the site counted (UCSF-BR-08); the truth there is what the site counts in it.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from proposal_cases import Kind, simulated_tumour
from scipy import ndimage

from neoher.errors import RegionError
from neoher.imaging.dce import functional_tumour_volume
from neoher.imaging.enhancement import percent_enhancement
from neoher.imaging.phases import choose_phases
from neoher.imaging.segment.proposal import propose_tumour
from neoher.intake.dynamic import find_dynamic
from neoher.intake.regions.reading import read_region
from neoher.volume.grid import Grid, Vector

WORST = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One proposal against its truth."""

    seed: int
    kind: Kind
    vendor: str
    extent_mm: float
    truth_cc: float
    proposed_cc: float
    dice: float
    confidence: float
    foci: int


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Dice coefficient of two masks."""
    return 2 * int((one & other).sum()) / (int(one.sum()) + int(other.sum()))


def result_of(seed: int) -> Result:
    """Simulate one tumour, propose, compare."""
    case = simulated_tumour(seed)
    voxel_cc = case.series.grid.voxel_volume_cc
    about = (seed, case.kind, case.vendor.value, case.extent_mm, int(case.truth.sum()) * voxel_cc)
    try:
        found = propose_tumour(case.series, choose_phases(case.series.time_axis), at_mm=case.click_mm)
    except RegionError:
        return Result(*about, 0.0, 0.0, 0.0, 0)
    return Result(
        *about,
        found.extent.volume_cc,
        dice(found.extent.inside, case.truth),
        found.confidence.score,
        len(found.foci),
    )


def print_table(results: list[Result]) -> None:
    """Dice by kind, and over all."""
    print("| kind | tumours | extent mm | Dice, median | least | volume error %, median | least, greatest |")
    print("|---|---|---|---|---|---|---|")
    rows: list[tuple[str, list[Result]]] = [
        (kind.value, [one for one in results if one.kind is kind]) for kind in Kind
    ]
    for name, chosen in [*rows, ("all", results)]:
        if not chosen:
            continue
        error = [100 * (one.proposed_cc / one.truth_cc - 1) for one in chosen]
        extents = [one.extent_mm for one in chosen]
        print(
            f"| {name} | {len(chosen)} | {min(extents):.0f} to {max(extents):.0f} "
            f"| {median(one.dice for one in chosen):.3f} | {min(one.dice for one in chosen):.3f} "
            f"| {median(error):+.1f} | {min(error):+.1f}, {max(error):+.1f} |"
        )
    print("\nWorst:")
    for one in sorted(results, key=lambda each: each.dice)[:WORST]:
        print(
            f"- seed {one.seed}: {one.kind.value}, {one.vendor}, {one.extent_mm:.0f} mm, Dice "
            f"{one.dice:.3f}, "
            f"{one.proposed_cc:.2f} of {one.truth_cc:.2f} cc, {one.foci} foci, confidence "
            f"{one.confidence:.2f}"
        )


def draw(
    signal: NDArray[np.floating],
    truth: NDArray[np.bool_],
    proposed: NDArray[np.bool_],
    path: Path,
    title: str,
    spacing_mm: tuple[float, float, float],
) -> None:
    """Six slices with truth in red and the proposal in blue."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    either = np.argwhere(truth | proposed)
    low, high = either.min(axis=0), either.max(axis=0)
    slices = np.unique(np.linspace(low[0], high[0], 6).round().astype(int))
    figure, axes = plt.subplots(1, len(slices), figsize=(3.2 * len(slices), 3.9), squeeze=False)
    rows = slice(max(0, low[1] - 20), high[1] + 20)
    columns = slice(max(0, low[2] - 20), high[2] + 20)
    bright = float(np.percentile(signal[truth], 98))
    for axis, place in zip(axes[0], slices, strict=True):
        axis.imshow(
            signal[place, rows, columns],
            cmap="gray",
            vmin=0,
            vmax=bright,
            aspect=spacing_mm[1] / spacing_mm[2],
        )
        for mask, colour in ((truth, "#ff4d4d"), (proposed, "#4dc3ff")):
            if mask[place, rows, columns].any():
                axis.contour(mask[place, rows, columns], [0.5], colors=colour, linewidths=0.9)
        axis.set_title(f"slice {place}", fontsize=9)
        axis.axis("off")
    figure.suptitle(f"{title}\ntruth red, proposal blue, early phase", fontsize=10)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def real_exam(path: Path, pictures: Path | None) -> None:
    """The proposal on a real exam against what its site counts."""
    exam = find_dynamic(path)
    choice = choose_phases(exam.time_axis)
    assert choice.late is not None
    series = exam.load([choice.pre, choice.early, choice.late])
    region = read_region(str(path), exam.grid)
    # The site's mask AND PE >= 70 % AND SER > 0 on its own maps.
    truth = functional_tumour_volume(series, choice, region).mask.inside
    percent = percent_enhancement(series.phase(choice.pre), series.phase(choice.early))
    click = _middle_of(truth, series.grid)
    found = propose_tumour(series, choice, at_mm=click)
    inside = found.extent.inside
    missed, more = truth & ~inside, inside & ~truth
    filled = ndimage.binary_fill_holes(truth)
    print(f"\n{path.name}: click at {', '.join(f'{one:.1f}' for one in click)} mm")
    print(f"- Dice {dice(inside, truth):.3f}; the site counts {truth.sum()} voxels, proposed {inside.sum()}")
    print(f"- confidence {found.confidence.score:.2f}, {len(found.foci)} foci; warnings:")
    print("  " + ", ".join(code for code, _ in found.warnings))
    print(f"- {more.sum()} proposed, not counted by the site:")
    outside, weak = np.mean(~region.inside[more]), np.mean(percent[more] < 70)
    print(f"  {outside:.0%} outside its mask, {weak:.0%} below PE 70 %,")
    print(
        f"  {np.mean(filled[more]):.0%} in holes, {np.mean(_grown(truth)[more]):.0%} next to what it counts"
    )
    agreed = np.median(percent[truth & inside])
    print(f"- {missed.sum()} counted by the site, not proposed:")
    print(f"  median PE {np.median(percent[missed]):.0f} % ({agreed:.0f} % where both agree),")
    print(f"  {np.mean(_grown(inside)[missed]):.0%} next to the proposal")
    if pictures is not None:
        stored, _ = series.phase(choice.early)
        title = f"{path.stem}: Dice {dice(inside, truth):.2f} against what the site counts"
        draw(stored.astype(float), truth, inside, pictures / "real.png", title, series.grid.spacing_mm)


def _middle_of(truth: NDArray[np.bool_], grid: Grid) -> Vector:
    """The voxel well inside the largest part that lies nearest to its middle."""
    labels, _ = ndimage.label(ndimage.binary_opening(truth))
    largest = labels == np.argmax(np.bincount(labels[labels > 0]))
    inner = np.argwhere(ndimage.binary_erosion(largest, iterations=2))
    offset = (inner - np.argwhere(largest).mean(axis=0)) * np.asarray(grid.spacing_mm)
    x, y, z = grid.to_patient(inner[np.argmin((offset**2).sum(axis=1))][None].astype(float))[0]
    return float(x), float(y), float(z)


def _grown(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and the voxels next to it."""
    result: NDArray[np.bool_] = ndimage.binary_dilation(inside)
    return result


def main() -> None:
    """Print the table; draw where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tumours", nargs="?", type=int, default=60)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--real", type=Path)
    stated = parser.parse_args()
    if stated.pictures is not None:
        stated.pictures.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(result_of, range(stated.tumours)))
    if results:
        print_table(results)
    if stated.pictures is not None:
        for place, one in enumerate(sorted(results, key=lambda each: each.dice)[:WORST], start=1):
            case = simulated_tumour(one.seed)
            choice = choose_phases(case.series.time_axis)
            inside = propose_tumour(case.series, choice, at_mm=case.click_mm).extent.inside
            title = f"seed {one.seed}: {one.kind.value}, {one.extent_mm:.0f} mm, Dice {one.dice:.3f}"
            path = stated.pictures / f"worst-{place}.png"
            draw(
                case.series.signal[1].astype(float),
                case.truth,
                inside,
                path,
                title,
                case.series.grid.spacing_mm,
            )
    if stated.real is not None:
        real_exam(stated.real, stated.pictures)


if __name__ == "__main__":
    main()
