"use strict";

// The map of the library's faces: point at one to see it, draw around many to name or ignore them. See plane.js.
(async () => {
  const root = document.documentElement.dataset.root;
  const LISTED = 60; // chosen faces that are shown, and may be left out
  const VIEW = "map-view";
  const part = (id) => document.getElementById(id);
  const [card, chosen, list, words, legend] = ["card", "chosen", "chosen-faces", "chosen-words", "legend"].map(part);

  const answer = await fetch(`${root}/api/map`);
  if (!answer.ok) return;
  const told = await answer.json();
  const unpacked = (text, Kind) => new Kind(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);
  const ids = unpacked(told.face_ids, Float64Array);
  const owners = unpacked(told.person_ids, Float64Array);
  const people = new Map(told.people.map(({ person_id, name }, place) => [person_id, { name, hue: (place * 137.508) % 360 }]));
  const colourOf = new Map([...people].map(([id, { hue }]) => [id, pixelOf(hue)]));
  const nobody = pixelOf(null);
  const nameOf = (index) => people.get(owners[index])?.name ?? gettext("Nobody yet");
  const picture = (index) => `${root}/faces/${ids[index]}.jpg`;

  const pointed = (index, x, y) => {
    card.hidden = index < 0;
    if (index < 0) return;
    const [image, name] = card.children;
    card.href = `${root}/faces/${ids[index]}`;
    image.src = picture(index);
    name.textContent = nameOf(index);
    const { clientWidth, clientHeight } = part("plane");
    card.style.left = `${Math.min(x + 14, clientWidth - 140)}px`;
    card.style.top = `${Math.max(0, Math.min(y + 14, clientHeight - 170))}px`;
  };

  // One chosen face, in the form of faces.html's `choice`: acts.js leaves out those whose box is not checked.
  const cell = (index) => {
    const [item, label, box, image] = ["li", "label", "input", "img"].map((name) => document.createElement(name));
    item.dataset.face = ids[index];
    label.className = "choice";
    Object.assign(box, { type: "checkbox", value: ids[index], checked: true, autocomplete: "off" });
    Object.assign(image, { src: picture(index), alt: gettext("%(name)s, face %(number)s", { name: nameOf(index), number: ids[index] }), loading: "lazy", className: "face" });
    label.append(box, image);
    item.append(label);
    return item;
  };

  const lassoed = (indexes) => {
    plane.choose(indexes);
    chosen.hidden = !indexes.length;
    chosen.dataset.faces = JSON.stringify(indexes.map((index) => ids[index]));
    words.textContent = indexes.length ? ngettext("%(num)s face", "%(num)s faces", indexes.length) : "";
    list.replaceChildren(...indexes.slice(0, LISTED).map(cell));
    if (indexes.length > LISTED) {
      const more = document.createElement("li");
      more.className = "numbers";
      more.textContent = ngettext("and %(num)s more face", "and %(num)s more faces", indexes.length - LISTED);
      list.append(more);
    }
  };

  const scaled = (text, of) => Float32Array.from(unpacked(text, Uint16Array), of);
  const plane = planeOf(part("plane"), {
    xs: scaled(told.x, (value) => value / 65535),
    ys: scaled(told.y, (value) => 1 - value / 65535),
    colours: Uint32Array.from(owners, (owner) => colourOf.get(owner) ?? nobody),
    pointed,
    lassoed,
    moved: () => sessionStorage.setItem(VIEW, JSON.stringify(plane.view)),
  });
  const before = JSON.parse(sessionStorage.getItem(VIEW));
  if (before) plane.view = before;

  const drag = (mode) => {
    plane.mode = mode;
    part("drag-chooses").ariaPressed = String(mode === "choose");
    part("drag-moves").ariaPressed = String(mode === "move");
    part("plane").classList.toggle("moves", mode === "move");
  };
  const presses = {
    "drag-chooses": () => drag("choose"),
    "drag-moves": () => drag("move"),
    "zoom-in": () => plane.zoom(1.5),
    "zoom-out": () => plane.zoom(1 / 1.5),
    whole: () => plane.whole(),
    seen: () => lassoed(plane.seen()),
    "choose-none": () => lassoed([]),
  };
  for (const [id, press] of Object.entries(presses)) part(id).addEventListener("click", press);

  const NAMED = 24;
  for (const [id, { name }] of [...people].slice(0, NAMED)) {
    const [item, dot, link] = ["li", "span", "a"].map((one) => document.createElement(one));
    const colour = colourOf.get(id);
    dot.style.background = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
    link.href = `${root}/people/${id}`;
    link.textContent = name;
    item.append(dot, link);
    legend.append(item);
  }
  legend.closest("section").hidden = !people.size;
  document.documentElement.dataset.drawn = ids.length; // tells that the map is there
})();
