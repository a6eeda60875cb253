"""Words of the page Lokasi: what is wrong with a place, and what mending it does."""

from __future__ import annotations

import pandas as pd

from app_pages.scene import Scene
from common.language import N_
from publishing.words import number_text

# geodata.place_queue.CONFLICTS and WEAK
CONFLICT_WORDS = {
    "outside_city": N_("titik di luar kota"),
    "swapped": N_("lintang dan bujur tertukar"),
    "outside": N_("titik di luar kelurahannya"),
    "pile": N_("banyak keluarga di satu titik"),
    "far_from_street": N_("titik jauh dari jalan"),
}
WEAK_WORDS = {
    "none": N_("tanpa letak"),
    "kelurahan": N_("hanya sampai kelurahan"),
    "neighbourhood": N_("hanya sampai perumahan atau kampung"),
    "rw": N_("hanya sampai RW"),
}
# where a family stands now, by grade (geodata.columns.GRADES)
PLACE_WORDS = {
    "verified": N_("titik yang dipastikan"),
    "register": N_("koordinat di data"),
    "street": N_("jalan pada alamat"),
    "rt": N_("tengah RT"),
    "rw": N_("tengah RW"),
    "neighbourhood": N_("perumahan atau kampung pada alamat"),
    "kelurahan": N_("tengah kelurahan"),
    "none": N_("tidak diketahui"),
}
# how a person may know; kept with the place
REASONS = (
    N_("Kunjungan ke rumah"),
    N_("Ketua RT menunjukkan rumahnya"),
    N_("Kader mengenal rumahnya"),
    N_("Keluarga menunjukkan di peta"),
)


def problem_words(scene: Scene, row: pd.Series) -> str:
    """Return what is wrong with the place of a row of the queue."""
    if row["conflict"]:
        return scene.say(CONFLICT_WORDS[str(row["conflict"])])
    return scene.say(WEAK_WORDS[str(row["grade"])])


def gain_words(scene: Scene, row: pd.Series) -> str:
    """Return how many families a row's next fix helps: ``5 keluarga terbantu``."""
    helped = number_text(int(row["helped"]), 0, scene.language)
    if int(row["needed"]) > 1:
        return scene.say(
            N_("{needed} titik membantu {helped} keluarga"), needed=int(row["needed"]),
            helped=helped,
        )  # fmt: skip
    if int(row["helped"]) == 1:
        return scene.say(N_("membantu keluarga ini"))
    return scene.say(N_("membantu {helped} keluarga"), helped=helped)


def gain_sentence(scene: Scene, row: pd.Series) -> str:
    """Return what placing the family of a row does for its neighbours."""
    unit, needed = str(row["unit"]).upper(), int(row["needed"])
    others = number_text(int(row["helped"]) - 1, 0, scene.language)
    if not unit or int(row["helped"]) < 2:
        return scene.say(N_("Titik ini memberi letak pasti kepada keluarga ini saja."))
    if needed == 1:
        text = N_("Titik ini juga menaikkan letak **{others} tetangga** se-{unit}.")
        return scene.say(text, others=others, unit=unit)
    text = N_(
        "{unit} ini butuh **{needed} titik**; setelah itu letak {helped} keluarga naik. Satu titik "
        "{unit} di Titik RW melakukan hal yang sama."
    )
    helped = number_text(int(row["helped"]), 0, scene.language)
    return scene.say(text, unit=unit, needed=needed, helped=helped)
