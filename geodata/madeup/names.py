"""Parts of which made-up names of places, streets and people are put together."""

from __future__ import annotations

import re
from collections import Counter

CITY = "Kota Rekaan"
PROVINCE = "Provinsi Rekaan"
KECAMATAN = "Contoh Jaya"
KECAMATAN_CODE = "99.01.01"
# The first carries its kecamatan's name, as nine kelurahan of Kota Tangerang do.
KELURAHAN = (
    "Contoh Jaya",
    "Kebon Rekaan",
    "Rawa Umpama",
    "Sukarekaan",
    "Karang Tiruan",
    "Pondok Misal",
    "Cimisal",
    "Parung Umpama",
)

ARTERIAL = "Jl. Raya Contoh Jaya"
SECOND_BRIDGE = "Jl. Jembatan Dua"
RIVER = "Kali Cirekaan"


def _parts(text: str) -> tuple[str, ...]:
    """Return the parts of a list written with commas."""
    return tuple(" ".join(part.split()) for part in text.split(","))


COLLECTORS = _parts(
    """
    K.H. Ahmad Rekaan, Pasar Lama, Stasiun, Kampung Umpama, Pintu Air, Sawah Lega,
    Masjid Al-Ikhlas, Balai Warga, Lapangan, Empang Raya, Kebon Besar, Puskesmas
    """
)
CITY_COLLECTORS = _parts(
    """
    K.H. Agus Salim, K.H. Wahid Hasyim, K.H. Ahmad Dahlan, K.H. Mas Mansyur, K.H. Zainul Arifin,
    K.H. Soleh, H. Juanda, Pangeran Diponegoro, Teuku Umar, Cut Meutia, Dewi Sartika, Ki Hajar
    Dewantara, Veteran, Merdeka, Pahlawan, Proklamasi, Perintis Kemerdekaan, Pasar Lama, Stasiun,
    Pintu Air, Balai Warga, Lapangan, Puskesmas, Masjid Al-Ikhlas
    """
)
CITY_ESTATES = _parts(
    """
    Griya Asri, Taman Permata, Villa Mutiara, Bumi Permai, Pesona Anggrek, Puri Kencana, Pondok
    Indah Lestari, Taman Cendana, Graha Melati
    """
)
THEMES = (
    _parts(
        """
        Melati, Mawar, Kenanga, Anggrek, Dahlia, Cempaka, Teratai, Kamboja, Flamboyan, Seruni
        """
    ),
    _parts(
        """
        Mangga, Rambutan, Jambu, Durian, Manggis, Sawo, Nangka, Kecapi, Salak, Belimbing
        """
    ),
    _parts(
        """
        Merpati, Kutilang, Cendrawasih, Rajawali, Elang, Camar, Nuri, Gelatik, Kenari, Walet
        """
    ),
    _parts(
        """
        Cemara, Jati, Meranti, Mahoni, Beringin, Waru, Akasia, Bambu, Kelapa, Randu
        """
    ),
    _parts(
        """
        H. Saman, H. Mansyur, H. Naim, H. Mughni, H. Saidi, H. Rijin, H. Dogol, H. Kotong, H.
        Jaelani, H. Sanip
        """
    ),
    _parts(
        """
        Mesjid, Musholla, Langgar, Pesantren, Madrasah, Swadaya, Gotong Royong, Karya, Damai,
        Rukun
        """
    ),
    _parts(
        """
        Kalimantan, Sumbawa, Flores, Bangka, Belitung, Madura, Lombok, Buru, Seram, Halmahera
        """
    ),
)
ESTATES = _parts(
    """
    Griya Rekaan, Taman Umpama, Villa Misal, Bumi Contoh Permai, Pesona Tiruan, Puri Umpama
    """
)
GANGS = _parts(
    """
    Masjid, Langgar, Kelor, Sirih, Kunir, Salam, Delima, Pinang, Sumur, Mushola, Empang, Lengkuas
    """
)
LANDMARKS = _parts(
    """
    sebelah musholla, belakang SD, depan warung, dekat lapangan, samping pos ronda, dekat posyandu
    """
)
MEN = _parts(
    """
    Ahmad, Agus, Andi, Asep, Bambang, Budi, Cecep, Dadang, Dedi, Deni, Didin, Eko, Endang, Fajar,
    Firman, Guntur, Hasan, Hendra, Heri, Irwan, Iwan, Jajang, Joko, Karim, Kurniawan, Lukman,
    Maman, Marwan, Mulyadi, Nana, Nasrudin, Oman, Pandi, Rahmat, Ridwan, Rohmat, Rudi, Saepul,
    Samsul, Sarip, Slamet, Sofyan, Sugeng, Suherman, Supri, Surya, Tatang, Taufik, Udin, Ujang,
    Usman, Wahyu, Yadi, Yanto, Yusuf, Zaenal
    """
)
WOMEN = _parts(
    """
    Aisyah, Ani, Anisa, Ayu, Cicih, Dede, Desi, Dewi, Diah, Eka, Elis, Eneng, Erna, Euis, Fatimah,
    Fitri, Hanifah, Heni, Ida, Iin, Imas, Indah, Iis, Juju, Kartini, Khodijah, Lia, Lilis, Lina,
    Maryam, Maya, Mimin, Murni, Nani, Neneng, Nining, Novi, Nur, Oom, Popi, Puji, Ratna, Rina,
    Rohani, Rosita, Sari, Siti, Sri, Susi, Titin, Tuti, Umi, Wati, Widya, Yanti, Yuni
    """
)
FAMILY_MEN = _parts(
    """
    Hidayat, Saputra, Setiawan, Gunawan, Maulana, Santoso, Wijaya, Permana, Firmansyah, Nugraha,
    Susanto, Pratama, Kusuma, Iskandar, Fauzi, Syahputra, Ramdani, Suryadi, Anwar, Hakim, Mulyana,
    Supriatna, Kosasih, Efendi, Rohman, Sutisna, Purnomo, Wibowo, Hermawan, Abdillah
    """
)
FAMILY_WOMEN = _parts(
    """
    Lestari, Rahmawati, Handayani, Nurhayati, Wulandari, Kurniasih, Maesaroh, Komariah, Aminah,
    Hasanah, Puspita, Safitri, Anggraeni, Marlina, Susanti, Nurjanah, Solihah, Rohaeni,
    Permatasari, Astuti, Mulyani, Sulastri, Khasanah, Zahra, Oktaviani, Suryani, Julaeha, Kartika,
    Fauziah, Utami
    """
)

_STREET_WORD = re.compile(r"^(jalan|jln|jl)\b[.\s]*", re.IGNORECASE)
_GANG_WORD = re.compile(r"^(gang|gg)\b[.\s]*", re.IGNORECASE)
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def roman(number: int) -> str:
    """Return a positive number in Roman figures, as gangs are numbered."""
    figures = ""
    for value, figure in _ROMAN:
        figures += figure * (number // value)
        number %= value
    return figures


def numbered(used: Counter[str], base: str, *, first: bool) -> str:
    """Return ``base`` with a Roman figure that no street so named has yet.

    The counter is moved on. ``first`` numbers the first street, too (Gg. Mawar I).
    """
    used[base] += 1
    return base if used[base] == 1 and not first else f"{base} {roman(used[base])}"


def street_parts(name: str) -> tuple[str, str]:
    """Split a street's name into its kind, ``Jl.`` or ``Gg.``, and the rest.

    A name without either word counts as a Jalan.
    """
    stripped = name.strip()
    if _GANG_WORD.match(stripped):
        return "Gg.", _GANG_WORD.sub("", stripped)
    return "Jl.", _STREET_WORD.sub("", stripped)
