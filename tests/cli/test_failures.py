"""Every failure of a verb is one line and an exit code."""

import errno

import pytest
import typer

from recog.cli.failures import in_one_line
from recog.errors import RecogError, WayOut


def ended(error: BaseException, *, verbose: bool = False) -> int:
    with pytest.raises(typer.Exit) as exit_info, in_one_line(verbose=verbose):
        raise error
    return exit_info.value.exit_code


def test_a_refusal_is_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(RecogError("nobody is called 'A\x1b[31m'; enrol first")) == 1
    assert capsys.readouterr().err == "recog: nobody is called 'A\\x1b[31m'; enrol first\n"


def test_a_refusal_has_its_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(RecogError("no cluster has the number 9", way_out=WayOut.LIST_CLUSTERS)) == 1
    assert capsys.readouterr().err == "recog: no cluster has the number 9: 'recog cluster' lists them\n"


def test_a_fault_asks_for_a_report_and_shows_its_traceback_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(ZeroDivisionError("division\nby zero")) == 70
    quiet = capsys.readouterr().err
    assert quiet.count("\n") == 1
    assert quiet.startswith("recog: unexpected ZeroDivisionError: division\\nby zero; please report it; run with")
    assert ended(ZeroDivisionError("x"), verbose=True) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_a_disk_that_cannot_be_written_is_no_fault_of_recog(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(OSError(number, "why", "/library/head\n.json")) == 1
    told = capsys.readouterr().err
    assert (
        told
        == "recog: /library/head\\n.json cannot be written or read (why): make room there, or check its permissions\n"
    )
    assert ended(OSError(number, "why")) == 1
    assert "a file cannot be written or read (why)" in capsys.readouterr().err
    assert ended(OSError(errno.EBADF, "why", "/library/head.json")) == 70


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_too_few_descriptors_are_no_fault_of_recog(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(OSError(number, "why", "/dev/fd")) == 1
    assert capsys.readouterr().err.startswith("recog: too many files are open at once: close other programs, or raise")


def test_ctrl_c_says_that_running_again_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(KeyboardInterrupt()) == 130
    assert "running the same command again continues it" in capsys.readouterr().err


@pytest.mark.parametrize("error", [typer.BadParameter("x"), typer.Abort(), BrokenPipeError(errno.EPIPE, "pipe")])
def test_usage_and_closed_pipes_are_left_to_typer(error: Exception) -> None:
    with pytest.raises(type(error)), in_one_line(verbose=False):
        raise error
