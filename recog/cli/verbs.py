"""The table of all verbs: what a user types after `recog`, and the function that runs.

Each function's module loads only when its verb runs, or when help needs its first line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: the words that a user types, and its function as `module:name` (see recog.cli.session.verb).

    words are one word, or a group of GROUPS and a word.
    """

    words: str
    home: str

    @property
    def group(self) -> str:
        """The group; empty for a verb of one word."""
        return self.words.rpartition(" ")[0]

    @property
    def name(self) -> str:
        """The last word."""
        return self.words.rpartition(" ")[2]

    def load(self) -> Callable[..., None]:
        """Import the function."""
        module, _, name = self.home.partition(":")
        function: Callable[..., None] = getattr(import_module(module), name)
        return function

    def about(self) -> str:
        """Return the first line of the help: one sentence."""
        return (self.load().__doc__ or "").partition("\n")[0]


GROUPS: Mapping[str, str] = {
    "people": "Name people, correct names, and undo.",
    "album": "Keep albums that follow a query.",
    "roots": "Tell which machine has which folder.",
    "server": "Run a catalog on PostgreSQL.",
    "accounts": "Let the people of a household log in.",
    "report": "Write reports.",
    "explain": "Show what networks look at.",
    "models": "Download, check and add networks.",
    "style": "Give photos, sounds and volumes a style.",
    "train": "Train networks.",
    "evaluate": "Measure networks.",
}
"""Each group of verbs with a sentence, in the order of the help."""

VERBS = (
    Verb("index", "recog.cli.upkeep:index"),
    Verb("watch", "recog.cli.watch:watch"),
    Verb("work", "recog.cli.work:work"),
    Verb("enrol", "recog.cli.faces:enrol"),
    Verb("identify", "recog.cli.faces:identify"),
    Verb("live", "recog.cli.liveness:live"),
    Verb("verify", "recog.cli.faces:verify"),
    Verb("search", "recog.cli.faces:search"),
    Verb("find", "recog.cli.find:find"),
    Verb("share", "recog.cli.sharing:share"),
    Verb("cluster", "recog.cli.clusters:cluster"),
    Verb("serve", "recog.cli.serve:serve"),
    Verb("status", "recog.cli.upkeep:status"),
    Verb("check", "recog.cli.upkeep:check"),
    Verb("doctor", "recog.cli.upkeep:doctor"),
    Verb("prune", "recog.cli.prune:prune"),
    Verb("index-rebuild", "recog.cli.upkeep:index_rebuild"),
    Verb("index-tune", "recog.cli.tuning:index_tune"),
    Verb("backup", "recog.cli.upkeep:backup"),
    Verb("restore", "recog.cli.upkeep:restore"),
    Verb("calibrate", "recog.cli.calibration:calibrate"),
    Verb("people list", "recog.cli.people:list_people"),
    Verb("people show", "recog.cli.people:show"),
    Verb("people confirm", "recog.cli.people:confirm"),
    Verb("people mark", "recog.cli.people:mark"),
    Verb("people reject", "recog.cli.acts:reject"),
    Verb("people ignore", "recog.cli.acts:ignore"),
    Verb("people unignore", "recog.cli.acts:unignore"),
    Verb("people ignored", "recog.cli.portraits:ignored"),
    Verb("people why", "recog.cli.acts:why"),
    Verb("people rename", "recog.cli.people:rename"),
    Verb("people merge", "recog.cli.people:merge"),
    Verb("people distinct", "recog.cli.acts:distinct"),
    Verb("people twins", "recog.cli.acts:twins"),
    Verb("people split", "recog.cli.acts:split"),
    Verb("people born", "recog.cli.portraits:born"),
    Verb("people cover", "recog.cli.portraits:cover"),
    Verb("people similar", "recog.cli.portraits:similar"),
    Verb("people download", "recog.cli.portraits:download"),
    Verb("people never-share", "recog.cli.sharing:never_share"),
    Verb("people disclose", "recog.cli.privacy:disclose"),
    Verb("people hide", "recog.cli.people:hide"),
    Verb("people unhide", "recog.cli.people:unhide"),
    Verb("people history", "recog.cli.acts:history"),
    Verb("people undo", "recog.cli.acts:undo"),
    Verb("people forget", "recog.cli.people:forget"),
    Verb("people expire", "recog.cli.privacy:expire"),
    Verb("people reset", "recog.cli.people:reset"),
    Verb("people export", "recog.cli.exchange:export_names"),
    Verb("people import", "recog.cli.exchange:import_names"),
    Verb("album add", "recog.cli.albums:add"),
    Verb("album list", "recog.cli.albums:list_albums"),
    Verb("album show", "recog.cli.albums:show"),
    Verb("album stats", "recog.cli.albums:stats"),
    Verb("album today", "recog.cli.albums:today"),
    Verb("album update", "recog.cli.albums:update"),
    Verb("album remove", "recog.cli.albums:remove"),
    Verb("roots list", "recog.cli.roots:list_roots"),
    Verb("roots map", "recog.cli.roots:map_root"),
    Verb("roots unmap", "recog.cli.roots:unmap_root"),
    Verb("roots forget", "recog.cli.roots:forget_root"),
    Verb("server grants", "recog.cli.server:grants"),
    Verb("accounts add", "recog.cli.accounts:add"),
    Verb("accounts list", "recog.cli.accounts:list_accounts"),
    Verb("accounts remove", "recog.cli.accounts:remove"),
    Verb("accounts password", "recog.cli.accounts:password"),
    Verb("accounts token", "recog.cli.accounts:token"),
    Verb("accounts role", "recog.cli.accounts:role"),
    Verb("accounts withhold", "recog.cli.accounts:withhold"),
    Verb("accounts allow", "recog.cli.accounts:allow"),
    Verb("report people", "recog.cli.people_report:people_report"),
    Verb("report duplicates", "recog.cli.clusters:duplicates"),
    Verb("report lookalikes", "recog.cli.lookalikes:lookalikes"),
    Verb("report copies", "recog.cli.copies:copies"),
    Verb("report map", "recog.cli.maps:face_map"),
    Verb("explain layers", "recog.cli.explain:layers"),
    Verb("explain face", "recog.cli.explain:face"),
    Verb("explain pair", "recog.cli.explain:pair"),
    Verb("models list", "recog.cli.models:list_models"),
    Verb("models pull", "recog.cli.models:pull"),
    Verb("models verify", "recog.cli.models:verify"),
    Verb("models add", "recog.cli.own_networks:add"),
    Verb("models set-head", "recog.cli.own_networks:set_head"),
    Verb("models remove", "recog.cli.own_networks:remove"),
    Verb("style run", "recog.cli.styling:run"),
    Verb("style list", "recog.cli.styling:list_jobs"),
    Verb("style show", "recog.cli.styling:show"),
    Verb("style clear", "recog.cli.styling:clear"),
    Verb("style gallery", "recog.cli.styling:gallery"),
    Verb("style sound", "recog.cli.restyling:sound"),
    Verb("style volume", "recog.cli.restyling:volume"),
    Verb("train head", "recog.cli.training:head"),
    Verb("train centres", "recog.cli.centres:centres"),
    Verb("train clean", "recog.cli.training:clean"),
    Verb("train verifier", "recog.cli.verifier:verifier"),
    Verb("evaluate lfw", "recog.cli.evaluations:lfw"),
    Verb("evaluate cfp", "recog.cli.evaluations:cfp"),
    Verb("evaluate ytf", "recog.cli.evaluations:ytf"),
    Verb("evaluate identification", "recog.cli.evaluations:identification"),
    Verb("evaluate knn", "recog.cli.evaluations:knn"),
    Verb("evaluate clusters", "recog.cli.evaluations:clusters"),
    Verb("evaluate detection", "recog.cli.evaluations:detection"),
)
"""Every verb, in the order of the help: to add one, write its function and add a line here."""
