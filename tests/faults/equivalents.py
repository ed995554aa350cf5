"""Equivalent mutants by key, with the reason why no test that they meet can notice them."""

_SAME_ORDER = "positions are compared, never counted: the order is the same"
_ANY_NEGATIVE = "numpy takes any negative length for the one that it works out"
_ALWAYS_GIVEN = "the key is always given, so that nothing makes it up"

EQUIVALENTS = {
    "a5bdd54c2104": _ANY_NEGATIVE,
    "f1e62c0897c1": "how fast a search widens; it finds the same",
    "74bfec3112a2": "in ascending order: where the last is as near as the k-th, the one before the last is too",
    "09a6eb3e076f": "how many are added at a time",
    "9b5be1287ef5": "a probe alone goes the way of many: the same lists, only slower",
    "a6e1ca34f010": "what is noted of a person just made serves to take the person away again, by number",
    "3c75b4199751": _SAME_ORDER,
    "2f3631e39feb": "PostgreSQL alone, which mutants do not meet; 1 or 2 milliseconds for a wait of less than one",
    "039e6845abb7": _ANY_NEGATIVE,
    "8384967ecb22": "PostgreSQL alone, which mutants do not meet: test_erasure.py of tests/store forgets there too",
    "d2d18282e09c": "no path of a file ends with a slash, so that none equals the prefix",
    "fb199e86b233": "the one byte that is left of an earlier process id is written over",
    "2172e28b8664": "the name holds the microsecond, and one restores at a time: it is free",
    "26692cada6c7": _ALWAYS_GIVEN,
    "594ff04b43e2": _ALWAYS_GIVEN,
}
