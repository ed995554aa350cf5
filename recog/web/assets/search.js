"use strict";

// Offer names while somebody writes into the search box: a combobox as the ARIA practices describe it.
(() => {
  const form = document.querySelector("#search");
  const field = document.querySelector("#find");
  const names = document.querySelector("#names");
  if (!field) return;
  const MOST = 8; // names that are offered
  const WORDS = 5; // words before the cursor that may begin a name
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const list = document.createElement("ul");
  let offered = []; // { name, start, end }: what of the text a name would replace
  let chosen = -1;
  list.id = "offers";
  list.className = "offers";
  list.role = "listbox";
  list.ariaLabel = gettext("Names");
  list.hidden = true;
  form.append(list);
  field.role = "combobox";
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);

  // The names that the words before the cursor begin, or a word of which they begin; the most words first.
  const matches = () => {
    const end = field.selectionStart;
    const before = field.value.slice(0, end);
    const starts = [...before.matchAll(/[^\s,()"]+/gu)].map((found) => found.index).slice(-WORDS);
    if (!starts.length || /[\s,()"]$/u.test(before)) return [];
    const known = [...names.options].map(({ value }) => ({ name: value, key: plain(value) }));
    for (const start of starts) {
      const wanted = plain(before.slice(start));
      const fitting = known.filter(({ key }) => key.startsWith(wanted) || key.includes(` ${wanted}`));
      fitting.sort((one, other) => other.key.startsWith(wanted) - one.key.startsWith(wanted));
      const from = start - (before[start - 1] === '"');
      if (fitting.length === 1 && fitting[0].key === wanted) return [];
      if (fitting.length) return fitting.slice(0, MOST).map(({ name }) => ({ name, start: from, end }));
    }
    return [];
  };

  const choose = (place) => {
    chosen = place;
    [...list.children].forEach((one, at) => one.setAttribute("aria-selected", at === place));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[place].id);
  };

  const show = (found) => {
    offered = found;
    list.replaceChildren(...found.map(({ name }, at) => {
      const made = document.createElement("li");
      const held = document.createElement("bdi");
      held.textContent = name;
      made.append(held);
      made.role = "option";
      made.id = `offer-${at}`;
      return made;
    }));
    list.hidden = !found.length;
    field.ariaExpanded = String(found.length > 0);
    choose(-1);
  };

  const put = ({ name, start, end }) => {
    const written = /^\p{L}[\p{L}\p{M}]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
    field.setRangeText(`${written} `, start, end, "end");
    show([]);
    field.focus();
  };

  field.addEventListener("input", () => show(matches()));
  field.addEventListener("blur", () => show([]));
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose((chosen + 1 + step + offered.length + 1) % (offered.length + 1) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      put(offered[chosen]);
    } else if (event.key === "Escape") {
      event.stopPropagation(); // the field keeps the focus
      event.preventDefault();
      show([]);
    }
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) put(offered[place]);
  });
  field.ariaExpanded = "false";
})();
