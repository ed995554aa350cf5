"use strict";

// Keys, and where the focus goes after an answer.
(() => {
  const field = document.querySelector("#find");
  const items = () => [...document.querySelectorAll(".item")];
  const isOpen = (item) => item.matches("[tabindex]:not(.done, .outdated)") && item.checkVisibility();

  const focus = (item) => {
    item?.focus({ preventScroll: true });
    item?.scrollIntoView({ block: "nearest" });
  };

  const current = () => document.activeElement?.closest(".item") ?? null;

  const move = (step) => {
    const all = items().filter(isOpen);
    const here = all.indexOf(current());
    focus(all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1)]);
  };

  const press = (name) => {
    const item = current();
    const button = [...(item?.querySelectorAll(`button.${name}`) ?? [])].find((one) => one.checkVisibility());
    button?.click();
  };

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    y: () => press("yes"),
    n: () => press("no"),
    e: () => current()?.querySelector("input[list]")?.focus(),
    u: () => document.querySelector("#last:not([hidden]) #undo:not([hidden])")?.click(),
    "/": () => field?.focus(),
    Enter: () => current() === document.activeElement && current()?.querySelector("a")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat && event.key === "Enter") event.preventDefault(); // it would press a button again and again
    if (event.repeat && event.key !== "j" && event.key !== "k") return;
    const writing = event.target.matches?.("input:not([type=checkbox], [type=file])");
    if (event.key === "Escape" && writing) {
      event.target.closest(".item")?.focus();
      event.target.blur();
    }
    if (writing || !(event.key in keys)) return;
    if (event.key === "Enter" && !event.target.matches?.(".item")) return;
    event.preventDefault();
    keys[event.key]();
  });

  // A closed item passes the focus on; one that now asks for a name keeps it.
  document.addEventListener("answered", (event) => {
    if (event.detail === "answered") return focus(event.target);
    if (event.detail !== "done") return;
    const all = items();
    const after = [...all.slice(all.indexOf(event.target) + 1), ...all.slice(0, all.indexOf(event.target))];
    focus(after.find(isOpen));
  });
})();
