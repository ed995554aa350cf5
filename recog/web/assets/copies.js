"use strict";

// Which file of each group of copies to keep: remembered in this tab over the pages of the list, and in its address.
(() => {
  const KEPT = "kept-copies";
  const list = document.querySelector("#list");
  const address = list?.getAttribute("href");
  const kept = new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));

  const tell = () => {
    sessionStorage.setItem(KEPT, JSON.stringify([...kept]));
    const query = [...kept].map((key) => `keep=${encodeURIComponent(key)}`).join("&");
    list.setAttribute("href", query ? `${address}?${query}` : address);
  };

  document.addEventListener("change", ({ target }) => {
    if (target.type !== "radio") return;
    for (const other of document.getElementsByName(target.name)) kept.delete(other.value);
    if (!target.matches("[data-best]")) kept.add(target.value);
    tell();
  });

  if (!list) return;
  for (const radio of document.querySelectorAll(".copies input")) if (kept.has(radio.value)) radio.checked = true;
  tell();
})();
