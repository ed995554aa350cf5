"use strict";

// Spend the code in the address of this page once, then go to the first page of the library.
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
