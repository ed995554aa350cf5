"use strict";

// Choose many groups or faces by Shift and by dragging, answer them together, and show how far the naming is.
(() => {
  const chosen = document.querySelector("#chosen");
  const words = document.querySelector("#chosen-words");
  const accept = document.querySelector("#accept");
  const bar = document.querySelector("#progress");
  const told = document.querySelector("#progress-words");
  const named = bar ? bar.value : 0;
  const groups = () => [...document.querySelectorAll(".group:not(.done)")];
  const picks = () => groups().map((group) => group.querySelector(".pick input"));
  const isChosen = (group) => group.querySelector(".pick input").checked;

  const facesOf = (group) =>
    JSON.parse(group.dataset.faces).length - group.querySelectorAll("[data-face] input:not(:checked)").length;

  const show = () => {
    const wanted = groups().filter(isChosen);
    chosen.hidden = !wanted.length;
    const faces = wanted.reduce((sum, group) => sum + facesOf(group), 0);
    words.textContent = wanted.length ? [ngettext("%(num)s group", "%(num)s groups", wanted.length), ngettext("%(num)s face", "%(num)s faces", faces)].join(", ") : "";
    const suggested = wanted.filter((group) => !group.matches(".answered")).length;
    accept.hidden = !suggested;
    accept.textContent = ngettext("Yes to the suggested name", "Yes to the suggested names of %(num)s groups", suggested);
    if (!bar) return;
    bar.value = named + document.querySelectorAll(".group.done").length;
    const values = { named: written(bar.value), number: written(bar.max) };
    told.textContent = ngettext("%(named)s of %(number)s group named", "%(named)s of %(number)s groups named", bar.max, values);
  };

  // The boxes that are chosen together with a box: those of all groups, or of one strip of faces.
  const allOf = (box) =>
    box.closest(".pick") ? picks() : [...box.closest(".strip").querySelectorAll("[data-face]:not(.done) input")];

  const between = (boxes, one, other, state) => {
    const [first, last] = [boxes.indexOf(one), boxes.indexOf(other)].sort((a, b) => a - b);
    if (first >= 0) for (const box of boxes.slice(first, last + 1)) box.checked = state;
    show();
  };

  const boxAt = (target) => target.closest?.(".pick, .strip.picked .choice")?.querySelector("input") ?? null;
  let anchor = null; // the box that was changed last
  let shift = false;
  let drag = null; // { box, state }: where the pointer was pressed, and what boxes get

  document.addEventListener("change", ({ target }) => {
    if (!boxAt(target)) return show(); // a face was left out
    if (shift && anchor && allOf(target).includes(anchor)) between(allOf(target), anchor, target, target.checked);
    anchor = target;
    show();
  });
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, (event) => { shift = event.shiftKey; }, true);
  }
  document.addEventListener("pointerdown", (event) => {
    const box = event.button === 0 && event.pointerType === "mouse" ? boxAt(event.target) : null;
    drag = box && !event.shiftKey ? { box, state: !box.checked } : null;
  });
  document.addEventListener("pointerover", (event) => {
    if (!drag) return;
    if (!event.buttons) {
      drag = null;
      return;
    }
    const box = boxAt(event.target);
    if (box && (box !== drag.box || anchor === drag.box)) {
      between(allOf(drag.box), drag.box, box, drag.state);
      anchor = drag.box;
    }
  });
  document.addEventListener("pointerup", () => { drag = null; });
  document.addEventListener("dragstart", (event) => boxAt(event.target) && event.preventDefault());

  const none = () => {
    for (const box of picks()) box.checked = false;
    show();
  };
  document.querySelector("#choose-none").addEventListener("click", none);
  document.querySelector("#choose-likely")?.addEventListener("click", () => {
    for (const box of document.querySelectorAll("#likely .group:not(.done) .pick input")) box.checked = true;
    show();
  });
  accept.addEventListener("click", () => {
    const buttons = groups().filter(isChosen).map((group) => group.querySelector(".asked > .yes"));
    document.dispatchEvent(new CustomEvent("accepted", { detail: buttons.filter((button) => button?.checkVisibility()) }));
  });

  const current = () => document.activeElement?.closest(".group") ?? null;
  const choose = (group, state) => {
    if (!group) return;
    anchor = group.querySelector(".pick input");
    anchor.checked = state;
    show();
  };
  const go = (step) => {
    const all = groups();
    const here = current();
    const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(here) + step))];
    choose(here, true);
    choose(next, true);
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    x: () => choose(current(), !isChosen(current())),
    J: () => go(1),
    K: () => go(-1),
    Y: () => accept.checkVisibility() && accept.click(),
    a: () => !chosen.hidden && document.querySelector("#chosen-name").focus(),
    i: () => current()?.querySelector("button[data-act=ignore]:not(.others)")?.click(),
    o: () => current()?.querySelector("details")?.toggleAttribute("open"),
    Escape: none,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches?.("input:not([type=checkbox], [type=file])")) return;
    const which = document.activeElement?.closest(".between:not(.done)")?.querySelectorAll("button.that");
    const boxes = which ?? current()?.querySelectorAll("[data-face] input");
    const meant = /^[1-9]$/.test(event.key) ? boxes?.[Number(event.key) - 1] : null;
    if (meant) meant.click();
    else if (event.key in keys && (current() || "aJKYEscape".includes(event.key))) keys[event.key]();
    else return;
    event.preventDefault();
  });

  // Answers and their undoing close and open groups.
  new MutationObserver(show).observe(document.querySelector("main"), { subtree: true, attributeFilter: ["class"] });
  show();
})();
