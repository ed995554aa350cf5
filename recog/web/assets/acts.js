"use strict";

// A click is one POST to the API; its answer is one sentence, with an undo. See recog/web/templates/answers.html.
(() => {
  const root = document.documentElement.dataset.root; // stands before the path of whatever is asked
  const ABOUT_FACES = new Set(["confirm", "reject", "ignore", "unignore"]);
  const bar = document.querySelector("#last");
  const did = document.querySelector("#did");
  const undo = document.querySelector("#undo");
  const spoken = document.querySelector("#spoken");
  const names = document.querySelector("#names");
  const made = []; // acts that stand, the latest last: { id, sentence, restore }, restore null where the page is shown anew

  // Pages that come back from the browser's memory show what was; and people may have been erased since.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // The second click of a double click is not meant: what it would hit has changed since the first.
  document.addEventListener("click", (event) => {
    if (event.detail < 2 || !event.target.closest("main button, #undo")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // As recog/store/people/names.py has it: in a word that is Turkish, or may be, I is the capital of dotless ı.
  const lowered = (word) => {
    const turkish = /[ıİğĞşŞ]/.test(word) || (/[ÇÖÜ]/.test(word) && word === word.toUpperCase());
    return (turkish ? word.replaceAll("I", "ı") : word).replaceAll("İ", "i").toLowerCase();
  };
  const key = (name) => name.normalize("NFC").split(/\s+/).filter(Boolean).map(lowered).join(" ");
  const isKnown = (name) => [...names.options].some((option) => key(option.value) === key(name));

  const say = (sentence, { failed = false, label = failed ? "" : "Undo" } = {}) => {
    const latest = made.at(-1);
    did.textContent = sentence;
    spoken.textContent = sentence;
    bar.hidden = false;
    bar.classList.toggle("failed", failed);
    undo.hidden = !latest || !label;
    undo.textContent = label;
    undo.title = latest ? `Undo: ${latest.sentence}` : "";
  };

  const ask = async (act, body) => {
    let answer;
    try {
      answer = await fetch(`${root}/api/${act}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    } catch {
      throw new Error("recog does not answer: is 'recog serve' still running?");
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const error = new Error(told.error ?? `recog answered ${answer.status}`);
      error.near = answer.status === 428;
      throw error;
    }
    return told;
  };

  const cellsOf = (item, which) =>
    [...item.querySelectorAll(`[data-face]:not(.done)${which === "picked" ? ":has(input:checked)" : ""}`)];

  // The faces that an item means, and the cells that show them.
  const facesOf = (item) => {
    const given = item.dataset.faces;
    if (given === "picked" || given === "open") {
      const cells = cellsOf(item, given);
      return { cells, ids: cells.map((cell) => Number(cell.dataset.face)) };
    }
    const out = new Set([...item.querySelectorAll("input[type=checkbox]:not(:checked)")].map((box) => Number(box.value)));
    return { cells: [], ids: JSON.parse(given).filter((id) => !out.has(id)) };
  };

  const line = (item, sentence) => {
    const said = document.createElement("p");
    said.className = "outcome";
    said.textContent = sentence;
    item.append(said);
    return said;
  };

  const mark = (items, state) => {
    for (const item of items) item.classList.add(state);
    return () => items.forEach((item) => item.classList.remove(state));
  };

  // What follows on the page, and how to put it back.
  const follow = (button, item, cells, sentence) => {
    const then = button.dataset.then;
    if (then === "picked") {
      for (const cell of cells) for (const box of cell.querySelectorAll("input")) box.checked = false;
      return mark(cells, "done");
    }
    const back = mark([item], then);
    const said = then === "done" && item.matches("article") ? line(item, sentence) : null;
    return () => {
      back();
      said?.remove();
    };
  };

  // Other items that show somebody, or a group, that is no more.
  const outdate = (item, { act: done, body }) => {
    const labels = JSON.parse(item.dataset.labels ?? "[]");
    const gone = done === "merge" ? [body.source] : done === "confirm" ? labels.filter((one) => one !== body.name) : [];
    const others = [...document.querySelectorAll("[data-labels]:not(.done, .outdated)")].filter(
      (other) => other !== item && JSON.parse(other.dataset.labels).some((label) => gone.includes(label)),
    );
    const back = mark(others, "outdated");
    const said = others.map((other) => line(other, "Your answer changes this one too: look again later."));
    return () => {
      back();
      said.forEach((one) => one.remove());
    };
  };

  const bodyOf = (button, item) => {
    const body = JSON.parse(button.dataset.body);
    const form = button.type === "submit" ? button.form : null;
    for (const field of form?.querySelectorAll("input[name]") ?? []) body[field.name] = field.value;
    if (!ABOUT_FACES.has(button.dataset.act)) return { body, cells: [] };
    const { ids, cells } = facesOf(item);
    if (button.dataset.act === "confirm") body.new = !isKnown(body.name);
    return { body: { ...body, face_ids: ids }, cells };
  };

  // Another page tells what was done, and the focus returns to where it was. The item stays busy until it is gone.
  const ACTED = "acted";
  const leave = (item, go) => {
    sessionStorage.setItem(ACTED, item?.id ?? "");
    go();
  };
  const arrive = () => {
    const acted = sessionStorage.getItem(ACTED);
    if (acted === null) return;
    sessionStorage.removeItem(ACTED);
    spoken.textContent = did.textContent;
    document.getElementById(acted)?.focus({ preventScroll: true });
  };

  // Faces that were somebody else's by a word that this page may not have known of.
  const taken = (item, { faces = [] }) => {
    if (item.closest("#confirmed")) return "";
    const count = faces.filter((face) => face.was).length;
    return count ? ` ${count === 1 ? "1 face was" : `${count} faces were`} confirmed as somebody else until now.` : "";
  };

  const act = async (button) => {
    const item = button.closest(".item");
    const { body, cells } = bodyOf(button, item);
    const given = body.name ?? body.new;
    if (given !== undefined && button.dataset.asked === given) body.near = true; // asked before, and pressed again
    if (body.face_ids?.length === 0) return say("No face is chosen: pick one first.", { failed: true });
    if (item.ariaBusy) return;
    item.ariaBusy = "true";
    let leaves = false;
    try {
      const told = await ask(button.dataset.act, body);
      leaves = button.dataset.then === "person" || button.dataset.then === "reload";
      if (button.dataset.then === "person") return leave(item, () => location.assign(`${root}/people/${told.result.id}`));
      if (button.dataset.then === "reload") return leave(item, () => location.reload());
      const sentence = told.act ? `You ${told.act.sentence}.${taken(item, told.result)}` : "Nothing changed: it was so before.";
      const parts = [follow(button, item, cells, sentence), outdate(item, { act: button.dataset.act, body })];
      const restore = () => parts.forEach((back) => back());
      if (told.act) made.push({ id: told.act.id, sentence: told.act.sentence, restore, item });
      made.sort((one, other) => one.id - other.id);
      if (body.new) names.append(new Option("", body.name));
      say(sentence);
      item.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: button.dataset.then }));
    } catch (error) {
      if (error.near) button.dataset.asked = given;
      const sentence = error.near ? error.message.replace(/ \("near".*$/, " Press again for somebody else.") : error.message;
      say(sentence, { failed: true });
    } finally {
      if (!leaves) item.ariaBusy = null;
    }
  };

  undo.addEventListener("click", async () => {
    const latest = made.at(-1);
    if (!latest || bar.ariaBusy) return;
    bar.ariaBusy = "true";
    try {
      const told = await ask("undo", { act: latest.id });
      made.pop();
      if (!latest.restore) return leave(null, () => location.reload());
      latest.restore();
      latest.item.focus();
      say(`Undone: ${told.act.sentence}.`, { label: "Undo the act before" });
    } catch (error) {
      say(error.message, { failed: true, label: undo.textContent });
    } finally {
      bar.ariaBusy = null;
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act][type=button]");
    if (button) act(button);
  });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter ?? event.target.querySelector("button[type=submit]");
    if (button) act(button);
  });
  document.addEventListener("input", ({ target }) => {
    const button = target.name === "name" ? target.form.querySelector("button.give") : null;
    if (button) button.textContent = key(target.value) && !isKnown(target.value) ? "New person" : "Name";
  });

  if (undo.dataset.id) made.push({ id: Number(undo.dataset.id), sentence: undo.dataset.sentence, restore: null });
  arrive();
})();
