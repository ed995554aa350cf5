"use strict";

// Send a photo that is dropped, pasted or chosen to the API as it is; show the names of its faces, and those nearest.
(() => {
  const root = document.documentElement.dataset.root; // stands before every path
  const SVG = "http://www.w3.org/2000/svg";
  const NEAREST = 8; // faces of the library beside each face of the photo
  const LONGEST = 1600; // pixels of the longer side of what is shown
  const drop = document.querySelector("#drop");
  const asked = document.querySelector("#asked");
  const shown = document.querySelector("#shown");
  const picture = document.querySelector("#picture");
  const boxes = document.querySelector("#boxes");
  const named = document.querySelector("#named");
  let current = new AbortController(); // of the latest photo; answers about earlier ones are not shown

  const percent = (probability) => {
    const value = 100 * probability;
    if (value > 99.9) return `> ${written(99.9, 1)} %`;
    if (value < 0.1) return `< ${written(0.1, 1)} %`;
    return `${written(value, value < 1 || value > 99 ? 1 : 0)} %`;
  };

  // Write out characters that would turn the line around, as recog/printable.py does.
  const printable = (name) =>
    name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) =>
      "\u200c\u200d".includes(one) ? one : `\\u${one.codePointAt(0).toString(16).padStart(4, "0")}`);

  const element = (tag, text, attributes = {}, space = null) => {
    const made = space ? document.createElementNS(space, tag) : document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  const box = (face, { width, height }) => {
    const { left, top, right, bottom } = face.box;
    const across = (value) => `${((100 * value) / width).toFixed(2)}%`;
    const down = (value) => `${((100 * value) / height).toFixed(2)}%`;
    const [from, to, low] = [(100 * left) / width, (100 * right) / width, (100 * bottom) / height];
    const middle = (from + to) / 2;
    const side = middle < 25 ? "start" : middle > 75 ? "end" : "middle"; // so that long names stay on the photo
    const x = `${{ start: from, end: to, middle }[side].toFixed(2)}%`;
    const label = low < 90 ? { y: down(bottom), dy: "1.2em" } : { y: down(top), dy: "-0.5em" };
    const who = face.person ? `${face.number} ${printable(face.person.name)}` : `${face.number}`;
    const place = { x: across(left), y: down(top), width: across(right - left), height: down(bottom - top), rx: 4 };
    boxes.append(
      element("rect", "", { ...place, class: face.person ? "" : "nobody" }, SVG),
      element("text", who, { class: side, x, ...label }, SVG),
    );
  };

  const far = (distance) => gettext("distance %(distance)s", { distance: written(distance, 3) });

  const link = (text, href) => element("a", text, { href });

  const whose = ({ id, name }) => {
    const held = document.createElement("bdi");
    held.append(link(printable(name), `${root}/people/${id}`));
    return held;
  };

  const entry = (face) => {
    const made = document.createElement("li");
    if (face.person) made.append(whose(face.person));
    else made.append(element("b", gettext("Nobody you named")));
    if (face.doubt) made.append(`: ${face.doubt}`);
    if (!face.person && face.nearest_person) made.append("; ", gettext("the nearest is"), " ", whose(face.nearest_person));
    if (face.nearest) {
      made.append(`, ${gettext("probability %(odds)s", { odds: percent(face.probability) })}, ${far(face.nearest.squared_distance)}`);
    }
    if (face.face_id) made.append(". ", link(gettext("It is in the library"), `${root}/faces/${face.face_id}`));
    return made;
  };

  const alike = ({ face, person, probability, squared_distance: distance }) => {
    const who = person ? printable(person.name) : gettext("nobody yet");
    const held = link("", `${root}/faces/${face.id}`);
    const odds = probability === null ? [] : [gettext("probability %(odds)s", { odds: percent(probability) })];
    const words = [who, ...odds, far(distance)].join(", ");
    held.title = words;
    const portrait = element("img", "", { src: `${root}/faces/${face.id}.jpg`, alt: words, width: 112, height: 112 });
    portrait.addEventListener("error", () => portrait.replaceWith(who)); // no thumbnail is stored
    held.append(portrait);
    const made = document.createElement("li");
    made.append(held, element("span", who, { "aria-hidden": true }));
    return made;
  };

  // The nearest faces of the library below each face that was named.
  const similar = async (body, signal) => {
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await fetch(`${root}/api/search?k=${NEAREST}`, { method: "POST", headers, body, signal });
    const told = await answer.json();
    if (signal.aborted) return;
    if (!answer.ok) throw new Error(told.error);
    for (const { number, found } of told.faces) {
      if (!found.length) continue;
      const strip = element("ul", "", { class: "strip nearest", "aria-label": gettext("Nearest faces to face %(number)s", { number }) });
      strip.append(...found.map(alike));
      named.children[number - 1]?.append(strip);
    }
  };

  const show = async (file, signal) => {
    const bitmap = await createImageBitmap(file).catch(() => null); // null: a format that this browser cannot show
    if (!bitmap || signal.aborted) return;
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    [picture.width, picture.height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(scale * side)));
    picture.getContext("2d").drawImage(bitmap, 0, 0, picture.width, picture.height);
    bitmap.close();
    shown.hidden = false;
  };

  const ask = async (file) => {
    if (!file) return;
    current.abort();
    current = new AbortController();
    const { signal } = current;
    shown.hidden = true;
    boxes.replaceChildren();
    named.replaceChildren();
    const most = Number(drop.dataset.most);
    if (file.size > most) {
      drop.ariaBusy = null;
      asked.textContent = gettext("This file is larger than %(size)s MB: give a smaller one.", { size: written(most / 1e6, 1) });
      return;
    }
    asked.textContent = gettext("Looking at the photo…");
    drop.ariaBusy = "true";
    try {
      await show(file, signal);
      const headers = { "Content-Type": "application/octet-stream" };
      const answer = await fetch(`${root}/api/identify`, { method: "POST", headers, body: file, signal });
      const told = await answer.json();
      if (signal.aborted) return;
      if (!answer.ok) throw new Error(told.error);
      for (const face of told.faces) box(face, told);
      named.append(...told.faces.map(entry));
      if (told.faces.length) await similar(file, signal);
      if (signal.aborted) return;
      asked.textContent = ngettext("%(num)s face is on it", "%(num)s faces, from left to right", told.faces.length);
    } catch (error) {
      if (signal.aborted) return;
      asked.textContent = error instanceof TypeError ? gettext("recog does not answer: is 'recog serve' still running?") : error.message;
    } finally {
      if (!signal.aborted) drop.ariaBusy = null;
    }
  };

  document.querySelector("#photo").addEventListener("change", (event) => ask(event.target.files[0]));
  document.addEventListener("paste", (event) => ask(event.clipboardData?.files[0]));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    ask(event.dataTransfer.files[0]);
  });
})();
