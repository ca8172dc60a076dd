"""Countries as people write them: in the languages of sales exports, or as ISO 3166 codes of two or three letters."""

from functools import cache

from babel import Locale
from babel.core import get_global

from .own_columns import plain

LANGUAGES = "en de fr es it nl pt".split()
USUAL = {"eire": "IE", "rsa": "ZA", "uae": "AE", "england": "GB", "scotland": "GB", "wales": "GB", "holland": "NL"}


def country_code(text):
    """The two letters of a country, or None where it is not known."""
    return _codes().get(plain(text))


@cache
def _codes():
    """{name or code, plain: two letters}"""
    codes = dict(USUAL)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                # "Hong Kong SAR China" is Hong Kong, too.
                codes.setdefault(plain(name), code)
                codes.setdefault(plain(name.partition(" SAR")[0].partition("-SAR")[0]), code)
                codes.setdefault(plain(code), code)
    for old, new in get_global("territory_aliases").items():
        if len(old) in (2, 3) and old.isalpha() and len(new) == 1:
            codes.setdefault(plain(old), new[0])
    return codes
