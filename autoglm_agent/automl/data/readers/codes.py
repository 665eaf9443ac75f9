"""Columns of codes in which `NA` means something: Namibia, North America."""

from __future__ import annotations

import pyarrow as pa

_CONTINENTS = frozenset({"AF", "AN", "AS", "EU", "OC", "SA"})
_REGIONS = frozenset(
    {"EMEA", "APAC", "LATAM", "EU", "AMER", "MEA", "SA", "ANZ", "LA", "ASIA", "ROW"}
)
# ISO 3166-1 alpha-2 without NA, and the usual UK and EL.
_PAIRS = (
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCI"
    "CKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQ"
    "GRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLS"
    "LTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNCNENFNGNINLNONPNRNUNZOMPAPEPFPGPH"
    "PKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTL"
    "TMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZWUKEL"
)
_COUNTRIES = frozenset(_PAIRS[i : i + 2] for i in range(0, len(_PAIRS), 2))


def na_is_a_code(filled: pa.Array) -> bool:
    """Tell whether the other values of a column with `NA` are codes of places.

    Args:
        filled: The column's text values with every missing token already null.
    """
    levels = set(filled.unique().to_pylist()) - {None}
    if len(levels) >= 3 and (levels <= _CONTINENTS or levels <= _REGIONS):
        return True
    return len(levels) >= 8 and levels <= _COUNTRIES
