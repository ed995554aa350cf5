"""The command `recog`: all its verbs in one table."""

import sys
from typing import Annotated

import typer

from recog.cli import (
    acts,
    calibration,
    clusters,
    evaluations,
    exchange,
    faces,
    find,
    maps,
    models,
    people,
    people_report,
    prune,
    serve,
    styling,
    training,
    tuning,
    upkeep,
    verifier,
)
from recog.cli.failures import REFUSED, WRONG_USAGE, say, say_unwritten, tell
from recog.cli.options import DatabaseOption, DeviceOption, LibraryOption, VerboseOption
from recog.cli.session import Before, open_library


def _group(about: str) -> typer.Typer:
    return typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)

app.command("index")(upkeep.index)
app.command("enrol")(faces.enrol)
app.command("identify")(faces.identify)
app.command("verify")(faces.verify)
app.command("search")(faces.search)
app.command("find")(find.find)

people_app = _group("Say who people are, and take it back.")
people_app.command("list")(people.list_people)
people_app.command("show")(people.show)
people_app.command("confirm")(people.confirm)
people_app.command("reject")(acts.reject)
people_app.command("ignore")(acts.ignore)
people_app.command("unignore")(acts.unignore)
people_app.command("why")(acts.why)
people_app.command("rename")(people.rename)
people_app.command("merge")(people.merge)
people_app.command("distinct")(acts.distinct)
people_app.command("split")(acts.split)
people_app.command("hide")(people.hide)
people_app.command("unhide")(people.unhide)
people_app.command("history")(acts.history)
people_app.command("undo")(acts.undo)
people_app.command("forget")(people.forget)
people_app.command("reset")(people.reset)
people_app.command("export")(exchange.export_names)
people_app.command("import")(exchange.import_names)
app.add_typer(people_app, name="people")

app.command("cluster")(clusters.cluster)

report_app = _group("Write reports to look at.")
report_app.command("people")(people_report.people_report)
report_app.command("duplicates")(clusters.duplicates)
report_app.command("map")(maps.face_map)
app.add_typer(report_app, name="report")

app.command("serve")(serve.serve)

app.command("status")(upkeep.status)
app.command("check")(upkeep.check)
app.command("doctor")(upkeep.doctor)
app.command("prune")(prune.prune)
app.command("index-rebuild")(upkeep.index_rebuild)
app.command("index-tune")(tuning.index_tune)
app.command("backup")(upkeep.backup)
app.command("restore")(upkeep.restore)

models_app = _group("Bring and check the networks.")
models_app.command("list")(models.list_models)
models_app.command("pull")(models.pull)
models_app.command("verify")(models.verify)
app.add_typer(models_app, name="models")

style_app = _group("Paint photos in the manner of paintings.")
style_app.command("run")(styling.run)
style_app.command("list")(styling.list_jobs)
style_app.command("show")(styling.show)
style_app.command("clear")(styling.clear)
style_app.command("gallery")(styling.gallery)
app.add_typer(style_app, name="style")

train_app = _group("Train networks.")
train_app.command("head")(training.head)
train_app.command("clean")(training.clean)
train_app.command("verifier")(verifier.verifier)
app.add_typer(train_app, name="train")

evaluate_app = _group("Measure networks.")
evaluate_app.command("lfw")(evaluations.lfw)
evaluate_app.command("cfp")(evaluations.cfp)
evaluate_app.command("identification")(evaluations.identification)
evaluate_app.command("clusters")(evaluations.clusters)
evaluate_app.command("detection")(evaluations.detection)
app.add_typer(evaluate_app, name="evaluate")
app.command("calibrate")(calibration.calibrate)


for _verbs in (app, people_app, report_app, models_app, style_app, train_app, evaluate_app):
    for _verb in _verbs.registered_commands:  # whole first sentences in the lists of verbs, which else end in dots
        _verb.short_help = ((_verb.callback and _verb.callback.__doc__) or "").partition("\n")[0]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        tell(f"recog {version('recog')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    library: LibraryOption = None,
    database: DatabaseOption = None,
    device: DeviceOption = None,
    verbose: VerboseOption = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Index photo libraries by face, on your own machine: find, verify, identify, cluster, report."""
    given = {"library": library, "database": database, "device": device}
    context.obj = Before(given=given, verbose=verbose, opener=context.obj or open_library)


def main() -> None:
    """Run the command line; exit with 0 done, 1 refused, 2 usage, 70 a fault in recog, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        # A locale that lacks a character must not end a command: the character is written out instead.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if "" in sys.argv[1:]:
        # Of a variable that is not set, most likely; as a path it would be the current folder.
        say("a word of the command is empty: leave it out, or write . for the current folder")
        sys.exit(WRONG_USAGE)
    try:
        app(prog_name="recog")
    except OSError as error:  # of a page of help, that is: what a verb answers tells of itself
        say_unwritten(error)
        sys.exit(REFUSED)
