"use strict";

// A click is one POST to the API; its answer is one sentence, with an undo. See recog/web/templates/answers.html.
(() => {
  const root = document.documentElement.dataset.root; // stands before every path
  const ABOUT_FACES = new Set(["confirm", "reject", "ignore", "unignore"]);
  const bar = document.querySelector("#last");
  const did = document.querySelector("#did");
  const undo = document.querySelector("#undo");
  const dismiss = document.querySelector("#dismiss");
  const spoken = document.querySelector("#spoken");
  const names = document.querySelector("#names");
  const made = []; // acts that stand, the latest last: { id, sentence, restore }; restore is null if the page loads again

  // A page from the browser's back-forward cache is out of date, and may show people who were erased since.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // Ignore the second click of a double click: the button below the pointer may be another one by then.
  document.addEventListener("click", (event) => {
    if (event.detail < 2 || !event.target.closest("main button, main a, #last button")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // The rule of recog/store/people/names.py: in a word that is or may be Turkish, I is the capital of dotless ı.
  const lowered = (word) => {
    const turkish = /[ıİğĞşŞ]/.test(word) || (/[ÇÖÜ]/.test(word) && word === word.toUpperCase());
    return (turkish ? word.replaceAll("I", "ı") : word).replaceAll("İ", "i").toLowerCase();
  };
  const key = (name) => name.normalize("NFC").split(/\s+/).filter(Boolean).map(lowered).join(" ");
  const isKnown = (name) => [...names.options].some((option) => key(option.value) === key(name));

  // What was done is told for a while, in a corner; whoever points at it, or writes in it, may take longer.
  const TOLD = 20_000; // milliseconds
  const DISMISSED = "dismissed";
  let telling = 0;
  const hide = () => {
    bar.hidden = true;
    sessionStorage.setItem(DISMISSED, made.at(-1)?.id ?? "");
  };
  const tell = () => {
    clearTimeout(telling);
    bar.hidden = false;
    if (!bar.matches(".failed")) telling = setTimeout(() => (bar.matches(":hover, :focus-within") ? tell() : hide()), TOLD);
  };

  const say = (sentence, { failed = false, label = failed ? "" : gettext("Undo") } = {}) => {
    const latest = made.at(-1);
    did.textContent = sentence;
    spoken.textContent = sentence;
    bar.classList.toggle("failed", failed);
    tell();
    undo.hidden = !latest || !label;
    undo.textContent = label;
    undo.title = latest ? gettext("Undo: %(deed)s", { deed: latest.sentence }) : "";
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
      throw new Error(gettext("recog does not answer: is 'recog serve' still running?"));
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const error = new Error(told.error ?? gettext("recog answered %(status)s", { status: answer.status }));
      error.near = answer.status === 428;
      throw error;
    }
    return told;
  };

  const cellsOf = (item, which) =>
    [...item.querySelectorAll(`[data-face]:not(.done)${which === "picked" ? ":has(input:checked)" : ""}`)];

  // The faces that an item is about, and the cells that show them.
  const facesOf = (item) => {
    const given = item.dataset.faces;
    if (given === "groups") {
      const cells = [...document.querySelectorAll(".group:not(.done):has(.pick input:checked)")];
      return { cells, ids: cells.flatMap((cell) => facesOf(cell).ids) };
    }
    if (given === "picked" || given === "open") {
      const cells = cellsOf(item, given);
      return { cells, ids: cells.map((cell) => Number(cell.dataset.face)) };
    }
    const out = new Set([...item.querySelectorAll("[data-face] input:not(:checked)")].map((box) => Number(box.value)));
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

  // Show what follows from an answer; returns what undoes it on the page.
  const follow = (button, item, cells, sentence) => {
    const then = button.dataset.then;
    if (then === "picked") {
      const chosen = cells.flatMap((cell) => [...cell.querySelectorAll(cell.matches(".group") ? ".pick input" : "input")]);
      for (const box of chosen) box.checked = false;
      return mark(cells, "done");
    }
    const back = mark([item], then);
    const said = then === "done" && item.matches("article") ? line(item, sentence) : null;
    if (said && button.dataset.act === "confirm") said.append(...[...item.querySelectorAll(".others")].map((one) => one.cloneNode(true)));
    return () => {
      back();
      said?.remove();
    };
  };

  // Close other items that show a person or a group that no longer exists.
  const outdate = (item, { act: done, body }) => {
    const labels = JSON.parse(item.dataset.labels ?? "[]");
    const gone = done === "merge" ? [body.source] : done === "confirm" ? labels.filter((one) => one !== body.name) : [];
    const others = [...document.querySelectorAll("[data-labels]:not(.done, .outdated)")].filter(
      (other) => other !== item && JSON.parse(other.dataset.labels).some((label) => gone.includes(label)),
    );
    const back = mark(others, "outdated");
    const said = others.map((other) => line(other, gettext("Your answer changes this one too: look again later.")));
    return () => {
      back();
      said.forEach((one) => one.remove());
    };
  };

  const bodyOf = (button, item) => {
    const body = JSON.parse(button.dataset.body);
    const form = button.type === "submit" ? button.form : null;
    for (const field of form?.querySelectorAll("input[name]") ?? []) {
      body[field.name] = field.type === "number" ? field.valueAsNumber : field.value;
    }
    if (!ABOUT_FACES.has(button.dataset.act)) return { body, cells: [] };
    const { ids, cells } = facesOf(item);
    if (button.dataset.act === "confirm") body.new = !isKnown(body.name);
    return { body: { ...body, face_ids: ids }, cells };
  };

  // The next page says what was done, and the focus returns to the same item. The item stays busy until then.
  const ACTED = "acted";
  const BEFORE = gettext("Undo the act before");
  const NAMED_SINCE = gettext("Nothing changed: these faces were named or ignored before.");
  const leave = (item, go, said = "", label = gettext("Undo")) => {
    sessionStorage.setItem(ACTED, JSON.stringify({ id: item?.id ?? "", said, label }));
    go();
  };
  const arrive = () => {
    const acted = JSON.parse(sessionStorage.getItem(ACTED));
    sessionStorage.removeItem(ACTED);
    if (!acted && undo.dataset.id === sessionStorage.getItem(DISMISSED)) bar.hidden = true;
    else if (!bar.hidden) tell();
    if (acted?.said) say(acted.said, { label: acted.label });
    else if (acted) spoken.textContent = did.textContent;
    if (!acted) return;
    document.documentElement.dataset.acted = acted.id; // nothing more is asked about it
    document.getElementById(acted.id)?.focus({ preventScroll: true });
  };

  // Count faces that were confirmed as somebody else, which this page may not have known.
  const taken = (item, { faces = [] }) => {
    if (item.closest("#confirmed, .known")) return "";
    const count = faces.filter((face) => face.was).length;
    const was = ["%(num)s face was confirmed as somebody else until now.", "%(num)s faces were confirmed as somebody else until now."];
    return count ? ` ${ngettext(...was, count)}` : "";
  };

  const undid = ({ sentence }) => gettext("Undone: %(deed)s.", { deed: sentence });

  // Somebody has nearly this name: the API says who, in English.
  const nearly = (name, told) => {
    const alike = /did you mean (['"])(.*)\1\?/.exec(told)?.[2];
    return gettext("nobody is called '%(name)s'; did you mean '%(alike)s'? Press again for somebody else.", { name, alike });
  };

  const act = async (button) => {
    const item = button.closest(".item");
    const { body, cells } = bodyOf(button, item);
    const given = body.name ?? body.new;
    if (given !== undefined && button.dataset.asked === given) body.near = true; // the user was asked, and pressed again
    if (body.face_ids?.length === 0) return say(gettext("No face is chosen: pick one first."), { failed: true });
    if (item.ariaBusy) return;
    item.ariaBusy = "true";
    let leaves = false;
    try {
      const told = await ask(button.dataset.act, body);
      leaves = button.dataset.then === "person" || button.dataset.then === "reload";
      if (button.dataset.then === "person") return leave(item, () => location.assign(`${root}/people/${told.result.id}`));
      const undone = button.dataset.act === "undo";
      const changed = told.act && (undone ? undid(told.act) : gettext("You %(deed)s.", { deed: told.act.sentence }) + taken(item, told.result));
      const sentence = changed || (body.nameless ? NAMED_SINCE : gettext("Nothing changed: it was so before."));
      if (button.dataset.then === "reload") return leave(item, () => location.reload(), sentence, changed && !undone ? gettext("Undo") : BEFORE);
      const parts = [follow(button, item, cells, sentence), outdate(item, { act: button.dataset.act, body })];
      const restore = () => parts.forEach((back) => back());
      if (told.act) made.push({ id: told.act.id, sentence: told.act.sentence, restore, item });
      made.sort((one, other) => one.id - other.id);
      if (body.new) names.append(new Option("", body.name));
      say(sentence);
      item.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: button.dataset.then }));
    } catch (error) {
      if (error.near) button.dataset.asked = given;
      const sentence = error.near ? nearly(given, error.message) : error.message;
      say(sentence, { failed: true });
    } finally {
      if (!leaves) item.ariaBusy = null;
    }
  };

  // Press many buttons one after the other; what they do is told and undone together.
  document.addEventListener("accepted", async ({ detail: buttons }) => {
    const earlier = new Set(made);
    for (const button of buttons) {
      await act(button);
      if (bar.matches(".failed")) break;
    }
    const done = made.filter((one) => !earlier.has(one));
    if (done.length < 2) return;
    for (const one of done) one.together = done;
    if (bar.matches(".failed")) return;
    say(ngettext("You said yes to %(num)s group.", "You said yes to %(num)s groups.", done.length), { label: gettext("Undo all") });
  });

  // Undo the latest act; and those before it that were done together with it.
  const takeBack = async () => {
    const latest = made.at(-1);
    let sentence = "";
    for (const one of [...(latest.together ?? [latest])].reverse()) {
      if (made.at(-1) !== one) break;
      sentence = undid((await ask("undo", { act: one.id })).act);
      made.pop();
      if (!one.restore) return leave(null, () => location.reload(), sentence, BEFORE);
      one.restore();
      one.item.focus();
    }
    say(latest.together ? gettext("All of it is undone.") : sentence, { label: BEFORE });
  };

  undo.addEventListener("click", async () => {
    if (!made.length || bar.ariaBusy) return;
    bar.ariaBusy = "true";
    try {
      await takeBack();
    } catch (error) {
      say(error.message, { failed: true, label: undo.textContent });
    } finally {
      bar.ariaBusy = null;
    }
  });

  dismiss.addEventListener("click", hide);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act][type=button]");
    if (button) act(button);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "search" || event.target.method === "post") return; // what works without scripts
    event.preventDefault();
    const button = event.submitter ?? event.target.querySelector("button[type=submit]");
    if (button) act(button);
  });
  document.addEventListener("input", ({ target }) => {
    const button = target.name === "name" ? target.form.querySelector("button.give") : null;
    if (button) button.textContent = key(target.value) && !isKnown(target.value) ? gettext("New person") : gettext("Name");
  });

  if (undo.dataset.id) made.push({ id: Number(undo.dataset.id), sentence: undo.dataset.sentence, restore: null });
  arrive();
})();
