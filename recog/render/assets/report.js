"use strict";

// Filter, keys and copy buttons. The page reads in full without them.
(() => {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const items = [...document.querySelectorAll(".item")];
  const field = document.querySelector("#find");
  const found = document.querySelector("#found");
  const spoken = document.querySelector("#spoken");
  const words = new Map();

  const wordsOf = (item) => {
    if (!words.has(item)) {
      const titles = [...item.querySelectorAll("img[title]")].map((held) => held.title);
      words.set(item, plain([item.textContent, ...titles].join(" ")));
    }
    return words.get(item);
  };

  const filter = () => {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      item.hidden = !wanted.every((word) => wordsOf(item).includes(word));
      shown += item.hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll("section")) {
      const own = [...section.querySelectorAll(".item")];
      section.hidden = wanted.length > 0 && own.every((item) => item.hidden);
    }
    found.textContent = wanted.length ? `${shown} of ${items.length}` : "";
  };

  const move = (step) => {
    const visible = items.filter((item) => !item.hidden);
    if (!visible.length) return;
    const here = visible.indexOf(document.activeElement?.closest?.(".item"));
    const next = here < 0 ? (step > 0 ? 0 : visible.length - 1) : here + step;
    const item = visible[Math.min(Math.max(next, 0), visible.length - 1)];
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "center" });
  };

  const copy = async (button) => {
    const command = button.parentElement.querySelector("code");
    let done = true;
    try {
      await navigator.clipboard.writeText(command.textContent);
    } catch {
      getSelection().selectAllChildren(command);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Select it";
    spoken.textContent = done ? `Copied: ${command.textContent}` : "The command is selected; copy it by hand.";
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  };

  for (const held of document.querySelectorAll(".js")) held.hidden = false;
  field.addEventListener("input", filter);
  for (const button of document.querySelectorAll(".command button")) button.addEventListener("click", () => copy(button));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === field) {
      if (event.key === "Escape") {
        field.value = "";
        filter();
        field.blur();
      } else if (event.key === "Enter") {
        field.blur();
        move(1);
      }
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      field.focus();
    } else if (event.key === "j") {
      move(1);
    } else if (event.key === "k") {
      move(-1);
    } else if (event.key === "c" || event.key === "x") {
      const commands = document.activeElement?.closest?.(".item")?.querySelectorAll(".command") ?? [];
      commands[event.key === "c" ? 0 : 1]?.querySelector("button")?.click();
    }
  });
})();
