"""How often somebody may try to log in, and how long a session lasts."""

from recog.web import sessions
from recog.web.attempts import CELLS, FORGOTTEN_SECONDS, FREE_BY_ADDRESS, FREE_BY_NAME, MOST_SECONDS, Attempts
from recog.web.sessions import IDLE_SECONDS, Sessions


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_wrong_passwords_for_one_account_are_waited_for_longer_and_longer() -> None:
    clock = Clock()
    attempts = Attempts(clock=clock)
    waits = []
    for number in range(FREE_BY_NAME + 12):
        address = f"192.0.2.{number}"
        waits.append(attempts.begin("Mia", address))
        clock.now += waits[-1]
        if waits[-1]:
            assert attempts.begin("Mia", address) == 0, "when it was waited"
    assert waits[:FREE_BY_NAME] == [0.0] * FREE_BY_NAME
    assert waits[FREE_BY_NAME : FREE_BY_NAME + 4] == [1, 2, 4, 8]
    assert waits[-1] == MOST_SECONDS
    assert attempts.begin(" MIA", "192.0.2.200") > 0, "spelt as the store reads it"
    assert attempts.begin("Tom", "192.0.2.200") == 0
    clock.now += FORGOTTEN_SECONDS + 1
    assert [attempts.begin("Mia", "192.0.2.1") for _ in range(FREE_BY_NAME)] == [0.0] * FREE_BY_NAME


def test_one_address_cannot_try_all_names() -> None:
    clock = Clock()
    attempts = Attempts(clock=clock)
    assert [attempts.begin(f"name {one}", "2001:db8::1") for one in range(FREE_BY_ADDRESS)] == [0.0] * FREE_BY_ADDRESS
    assert attempts.begin("another", "2001:db8::ffff") > 0, "of the same network"
    assert attempts.begin("yet another", "2001:db9::1") == 0


def test_a_right_password_starts_the_account_anew() -> None:
    attempts = Attempts(clock=Clock())
    for _ in range(3 * FREE_BY_ADDRESS):
        assert attempts.begin("Mia", "192.0.2.1") == 0
        attempts.succeeded("Mia", "192.0.2.1")


def test_the_counters_take_no_more_memory_than_their_cells() -> None:
    attempts = Attempts(clock=Clock())
    for number in range(20_000):
        attempts.begin(f"name {number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert attempts.cells <= 2 * CELLS


def test_a_session_is_admitted_by_its_own_cookie_below_its_own_root() -> None:
    clock = Clock()
    held = Sessions(clock=clock)
    one, other = held.begin(1, "a"), held.begin(2, "b")
    assert one.root != other.root
    assert held.root_of(f"{one.root}/photos") == one.root
    for path in ("/photos", one.root, f"{one.root}x/photos", f"/x{one.root}/photos", "/s//photos"):
        assert held.root_of(path) is None, path
    assert held.admitted(one.root, ["", "wrong", one.value]) is not None
    for values in ([], [""], [other.value], ["\xff"]):
        assert held.admitted(one.root, values) is None
    clock.now += IDLE_SECONDS - 1
    assert held.admitted(one.root, [one.value]) is not None
    clock.now += IDLE_SECONDS - 1
    assert held.admitted(one.root, [one.value]) is not None, "it was used meanwhile"
    assert held.admitted(other.root, [other.value]) is None
    held.end(one.root)
    assert held.root_of(f"{one.root}/photos") is None


def test_the_session_that_was_used_longest_ago_goes_first() -> None:
    held = Sessions()
    first, second = held.begin(1, "a"), held.begin(1, "a")
    for _ in range(sessions.MOST - 2):
        held.begin(2, "b")
    assert held.admitted(first.root, [first.value])
    held.begin(3, "c")
    assert held.root_of(f"{first.root}/") == first.root
    assert held.root_of(f"{second.root}/") is None
