"""The page for a browser that was not let in: it spends the code in its own address, or says where one is."""

import base64
import hashlib

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.25rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
h1 { font: 500 2rem/1.2 ui-serif, Georgia, serif; }
"""
_SCRIPT = r"""
const code = location.hash.slice(1);
const said = document.getElementById("said");
const kept = (first) => { try { localStorage.setItem("first", first); } catch { /* then it is not kept */ } };
const known = () => { try { return localStorage.getItem("first") ?? ""; } catch { return ""; } };
const enter = async () => {
  const answer = await fetch("/enter", { method: "POST", body: code });
  const told = await answer.json();
  if (!answer.ok) {
    said.textContent = "This address was used before: each works once. The terminal shows the next one.";
    return;
  }
  kept(told.first);
  location.replace(told.first);
};
if (code) {
  history.replaceState(null, "", location.pathname);
  said.textContent = "Opening the library...";
  enter().catch(() => { said.textContent = "recog does not answer: is 'recog serve' still running?"; });
} else if (location.pathname === "/" && /^\/s\/[\w-]+\/$/.test(known())) {
  location.replace(known());
}
"""


def _digest(of: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(of.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_digest(_SCRIPT)}; style-src {_digest(_STYLE)}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Its Content-Security-Policy: it stands alone, for nothing else is served to whoever was not let in."""
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>recog</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    f"<style>{_STYLE}</style></head><body><main><h1>recog</h1>"
    '<p id="said" role="status">Open the address that the terminal with \'recog serve\' shows: it ends in a code that '
    f"lets one browser in, once.</p></main><script>{_SCRIPT}</script></body></html>"
)
