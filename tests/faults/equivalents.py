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
    "7a6997c34e66": "what is noted of a person just made serves to take the person away again, by number",
    "3c75b4199751": _SAME_ORDER,
    "b93b74625c8d": "PostgreSQL alone, which mutants do not meet; 1 or 2 milliseconds for a wait of less than one",
    "85d1c8f1d729": _ANY_NEGATIVE,
    "6fdbcff331ba": "PostgreSQL alone, which mutants do not meet: tests/store/test_erasure.py forgets there too",
    "07c045eabbd1": "no path of a file ends with a slash, so that none equals the prefix",
    "22bcd6f4a7a2": "the one byte that is left of an earlier process id is written over",
    "c2648d940062": "the name holds the microsecond, and one restores at a time: it is free",
    "6122212fdf0d": _ALWAYS_GIVEN,
    "158122ad0669": _ALWAYS_GIVEN,
}
