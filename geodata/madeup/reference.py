"""The figures of the 104 kelurahan of Kota Tangerang that the made-up city is drawn from."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

CITY = "Kota Tangerang"
PROVINCE = "Banten"
AT_RISK = 30_980  # families at risk of stunting, TPPS Kota Tangerang 2024
TARGET_FAMILIES = 292_095  # keluarga sasaran, same source
POSYANDU = 1_097
PUSKESMAS = 39


def kelurahan_table() -> pd.DataFrame:
    """Return one row a kelurahan, by code; sources and licences stand in the file itself.

    Returns
    -------
    pd.DataFrame
        ``code`` (Kemendagri), ``kelurahan``, ``kecamatan``, ``kecamatan_code``; ``lon``,
        ``lat`` of a point in it (EPSG:4326), ``area_km2``, ``population`` (a model),
        ``street_km``, ``intersections``. Index 0..103.
    """
    source = files("geodata.madeup").joinpath("kota_tangerang.csv")
    with source.open(encoding="utf-8") as text:
        table = pd.read_csv(text, comment="#", dtype={"code": "str"})
    return table.sort_values("code", ignore_index=True).assign(
        kecamatan_code=lambda frame: frame["code"].str[:8]
    )
