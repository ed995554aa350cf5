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
    said.textContent = said.dataset.used;
    return;
  }
  kept(told.first);
  location.replace(told.first);
};
if (code) {
  history.replaceState(null, "", location.pathname);
  said.textContent = said.dataset.opening;
  enter().catch(() => { said.textContent = said.dataset.silent; });
} else if (location.pathname === "/" && /^\/s\/[\w-]+\/$/.test(known())) {
  location.replace(known());
}
