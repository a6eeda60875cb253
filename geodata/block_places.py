"""Place families by their RT or RW: at a centre learned from the register, or at a known point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from common.settings import PlacingSettings
from geodata.centres import Floats, Ints, radius_within, robust_centres
from geodata.coordinate_checks import Mask
from geodata.known_points import KnownCentres, point_radius


@dataclass(slots=True)
class Placing:
    """What is settled so far, one entry a family; filled from the best grade down."""

    area: Ints  # position in the areas, -1 unknown
    xy: Floats  # metres
    grade: NDArray[np.object_]
    radius_m: Floats
    trusted: Mask  # the register coordinate passes the checks
    register_xy: Floats  # metres, NaN where there is none
    from_points: dict[str, int]  # families placed at a known point, by kind of the point


def learn_centres(
    placing: Placing,
    shapes: NDArray[np.object_],
    keys: pd.DataFrame,
    grade: str,
    least_known: int,
    least_radius_m: float,
    alike: Mask | None = None,
) -> None:
    """Place open families at the centre of the trusted ones with the same keys.

    ``alike`` marks the trusted families that are most like the open ones, see
    :func:`geodata.centres.robust_centres`.
    """
    numbered = keys.groupby(list(keys.columns), dropna=True).ngroup()  # NaN: a key is missing
    group = numbered.fillna(-1).to_numpy(dtype=np.intp)
    open_ = (placing.grade == "none") & (group >= 0)
    known = np.bincount(group[placing.trusted & (group >= 0)], minlength=group.max(initial=-1) + 1)
    wanted = np.intersect1d(np.flatnonzero(known >= least_known), group[open_])
    if not len(wanted):
        return
    of = np.flatnonzero(placing.trusted & np.isin(group, wanted))
    member = np.searchsorted(wanted, group[of])
    points = placing.register_xy[of]
    centres = robust_centres(points, member, len(wanted), None if alike is None else alike[of])
    first = pd.Series(of).groupby(member).first().to_numpy(dtype=np.intp)
    centre, radius = centres.xy.copy(), centres.radius_m.copy()
    inside = shapely.contains_xy(shapes[placing.area[first]], centre[:, 0], centre[:, 1])
    for at in np.flatnonzero(~inside):
        mates = points[(member == at) & centres.kept]
        centre[at] = mates[np.hypot(*(mates - centre[at]).T).argmin()]
        away = np.hypot(*(mates - centre[at]).T)
        radius[at] = max(radius[at], radius_within(away, np.zeros(len(away), dtype=np.intp), 1)[0])
    served = open_ & np.isin(group, wanted)
    learned = np.searchsorted(wanted, group[served])
    placing.xy[served], placing.grade[served] = centre[learned], grade
    placing.radius_m[served] = np.maximum(radius[learned], least_radius_m)


def use_points(
    placing: Placing,
    keys: pd.DataFrame,
    known: KnownCentres,
    source: str,
    settings: PlacingSettings,
) -> None:
    """Place open families at the known point with the same keys."""
    at = known.positions(source, keys)
    open_ = (placing.grade == "none") & (at >= 0)
    grade = "rt" if source == "rt" else "rw"
    usual = settings.default_radius_rt_m if grade == "rt" else settings.default_radius_rw_m
    told = placing.trusted & (at >= 0)
    away = np.hypot(*(placing.register_xy[told] - known.xy[source][at[told]]).T)
    placing.xy[open_], placing.grade[open_] = known.xy[source][at[open_]], grade
    placing.radius_m[open_] = max(point_radius(away, usual), settings.least_radius_m)
    placing.from_points[source] = int(open_.sum())
