"""Read the values of dlib's serialisation, each one checked against the bytes there are."""

import math

import numpy as np
from numpy.typing import NDArray

from recog.errors import WeightsMismatchError

_MOST_TEXT = 64
_INTEGER_BYTES = 8
_NEGATIVE = 0x80
_TENSOR_VERSION = 2
_MOST_EXPONENT = 1024
_ZERO_EXPONENTS = {11, 40}
"""Of a double's and of a float's zero: eight zero bytes are left out of a mantissa of 53 or 24 bits."""


class DlibStream:
    """A serialised dlib object, read from its begin to its end (dlib/serialize.h, dlib/dnn/tensor.h).

    An integer is a byte of sign and length and its bytes, lowest first; a number an integer and a power of two; a
    flag the character 0 or 1; a text its length and bytes; a tensor a version, four sides and little-endian float32.

    Every method raises WeightsMismatchError, naming the file, the byte and what was read there, where the bytes are
    not what was asked for.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._data = memoryview(data)
        self._name = name
        self._at = 0

    def integer(self, what: str) -> int:
        """A whole number of at most 8 bytes."""
        start = self._at
        control = self._take(1, what)[0]
        length = control & 0x0F
        if control & ~(_NEGATIVE | 0x0F) or not 1 <= length <= _INTEGER_BYTES:
            raise self._refused(start, what, f"begins with {control:#04x}, which begins no integer")
        data = self._take(length, what)
        value, negative = int.from_bytes(data, "little"), bool(control & _NEGATIVE)
        if (length > 1 and not data[-1]) or (negative and not value):
            raise self._refused(start, what, f"is {value}, not written as dlib writes it")
        return -value if negative else value

    def number(self, what: str) -> float:
        """A finite floating-point number."""
        start = self._at
        mantissa, exponent = self.integer(what), self.integer(what)
        # dlib writes infinity and NaN as exponents from 32000 on, which no finite double has.
        if abs(exponent) > _MOST_EXPONENT or (not mantissa and exponent not in _ZERO_EXPONENTS):
            raise self._refused(start, what, f"is {mantissa} * 2^{exponent}, which is no finite number of dlib's")
        try:
            return math.ldexp(mantissa, exponent)
        except OverflowError as error:
            raise self._refused(start, what, f"is {mantissa} * 2^{exponent}, which no float holds") from error

    def flag(self, what: str) -> bool:
        """True or false."""
        start = self._at
        found = bytes(self._take(1, what))
        if found not in {b"0", b"1"}:
            raise self._refused(start, what, f"is {found!r} instead of 0 or 1")
        return found == b"1"

    def text(self, what: str) -> str:
        """At most 64 characters of ASCII."""
        start = self._at
        length = self.integer(what)
        if not 0 <= length <= _MOST_TEXT:
            raise self._refused(start, what, f"is a text of {length} characters instead of at most {_MOST_TEXT}")
        found = bytes(self._take(length, what))
        if not found.isascii():
            raise self._refused(start, what, f"is {found!r}, which is no ASCII")
        return found.decode("ascii")

    def tensor(self, what: str, shape: tuple[int, int, int, int]) -> NDArray[np.float32]:
        """Finite float32 of exactly this shape."""
        self.expect(f"{what}'s version", _TENSOR_VERSION)
        start = self._at
        found = tuple(self.integer(f"{what}'s shape") for _ in range(4))
        if found != shape:
            raise self._refused(start, what, f"has the shape {found} instead of {shape}")
        start = self._at
        values = np.frombuffer(self._take(4 * math.prod(shape), what), dtype="<f4").astype(np.float32).reshape(shape)
        if not np.isfinite(values).all():
            raise self._refused(start, what, "holds NaN or infinity")
        return values

    def expect(self, what: str, value: int | str | bool) -> None:
        """The next value, which must be this one."""
        start = self._at
        found: int | str | bool
        if isinstance(value, bool):
            found = self.flag(what)
        else:
            found = self.text(what) if isinstance(value, str) else self.integer(what)
        if found != value:
            raise self._refused(start, what, f"is {found!r} instead of {value!r}")

    def expect_number(self, what: str, value: float) -> None:
        """The next number, which must be this one as a float32."""
        start = self._at
        found = self.number(what)
        if found != np.float32(value):
            raise self._refused(start, what, f"is {found!r} instead of {value!r}")

    def end(self) -> None:
        """Nothing may follow."""
        if self._at != len(self._data):
            raise self._refused(self._at, "the end", f"has {len(self._data) - self._at} bytes behind it")

    def _take(self, length: int, what: str) -> memoryview:
        left = len(self._data) - self._at
        if length > left:
            raise self._refused(self._at, what, f"needs {length} bytes where {left} are left")
        self._at += length
        return self._data[self._at - length : self._at]

    def _refused(self, at: int, what: str, finding: str) -> WeightsMismatchError:
        return WeightsMismatchError(
            f"{self._name} is not dlib's face recognition network: at byte {at}, {what} {finding}; bring the file again"
        )
