// Draw a box around a face that was missed, with the mouse, a finger or the keys, and say who it is.

import { float } from "./float.js";

const LEAST = 8; // pixels of the photo: the shortest side of a box
const FIRST = 0.2; // side of the box that the keys begin with, over the shorter side of the photo
const STEP = 0.01; // how far an arrow moves a side, over the longer side of the photo
const SVG = "http://www.w3.org/2000/svg";
const stage = document.querySelector("#stage");
const picture = document.querySelector("#picture");
const boxes = document.querySelector("#boxes");
const card = document.querySelector("#mark");
const hint = document.querySelector("#hint");
const tool = document.querySelector("[data-tool=mark]");
const [width, height] = ["width", "height"].map((side) => Number(picture?.getAttribute(side)));

let drawing = false;
let box = null; // left, top, right, bottom in pixels of the photo
let pulled = null; // the pointer that draws, and where it began
const shape = document.createElementNS(SVG, "rect");
shape.id = "drawn";

const fields = ["left", "top", "width", "height"].map((name) => card?.querySelector(`[name=${name}]`));

const show = () => {
  const { left, top, right, bottom } = box;
  const places = { x: left / width, y: top / height, width: (right - left) / width, height: (bottom - top) / height };
  for (const [name, share] of Object.entries(places)) shape.setAttribute(name, `${100 * share}%`);
  boxes.append(shape);
  [left, top, right - left, bottom - top].forEach((value, place) => (fields[place].value = Math.round(value)));
};

const stop = () => {
  if (!drawing) return;
  drawing = false;
  box = pulled = null;
  shape.remove();
  if (card.contains(document.activeElement)) document.activeElement.blur(); // the keys are for the photo again
  hint.hidden = card.hidden = true;
  stage.classList.remove("drawing");
  tool.ariaPressed = false;
};

const ask = () => {
  hint.hidden = true;
  card.hidden = false;
  float(card, shape.getBoundingClientRect());
};

// Begin; by keyboard with a box in the middle, which the arrows move.
const start = ({ byKey = false } = {}) => {
  document.dispatchEvent(new Event("drawing")); // closes another card
  drawing = true;
  hint.hidden = false;
  stage.classList.add("drawing");
  tool.ariaPressed = true;
  if (!byKey) return;
  const half = (FIRST * Math.min(width, height)) / 2;
  box = { left: width / 2 - half, top: height / 2 - half, right: width / 2 + half, bottom: height / 2 + half };
  show();
};

const toggle = (event) => (drawing ? stop() : start({ byKey: event.detail === 0 }));

const within = (value, most) => Math.min(most, Math.max(0, value));

// Where a pointer is, in pixels of the photo, which may be zoomed.
const placeOf = ({ clientX, clientY }) => {
  const seen = picture.getBoundingClientRect();
  return [
    within(((clientX - seen.left) / seen.width) * width, width),
    within(((clientY - seen.top) / seen.height) * height, height),
  ];
};

const pull = (event) => {
  const [[x, y], [fromX, fromY]] = [placeOf(event), pulled.from];
  box = { left: Math.min(x, fromX), top: Math.min(y, fromY), right: Math.max(x, fromX), bottom: Math.max(y, fromY) };
  show();
};

const move = (across, down) => {
  const { left, top, right, bottom } = box;
  const [x, y] = [within(left + across, width - right + left) - left, within(top + down, height - bottom + top) - top];
  box = { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
  show();
};

const grow = (across, down) => {
  box.right = within(Math.max(box.left + LEAST, box.right + across), width);
  box.bottom = within(Math.max(box.top + LEAST, box.bottom + down), height);
  show();
};

const press = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input")) return;
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = STEP * Math.max(width, height);
  if (!drawing) {
    if (event.key !== "m" || event.repeat) return;
    start({ byKey: true });
  } else if (event.key === "Escape" || event.key === "m") stop();
  else if (!box || event.target.closest?.("#mark")) return;
  else if (event.key === "Enter") ask();
  else if (event.key in arrows) (event.shiftKey ? grow : move)(...arrows[event.key].map((one) => one * step));
  else return;
  event.preventDefault();
  event.stopImmediatePropagation(); // these keys mean something else to the photo
};

const watch = () => {
  tool.hidden = false;
  tool.addEventListener("click", toggle);
  document.querySelector("#missed").addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!drawing) toggle(event);
  });
  document.querySelector("#unmark").addEventListener("click", stop);
  card.addEventListener("closed", stop);
  document.addEventListener("keydown", press, true);
  stage.addEventListener("pointerdown", (event) => {
    if (!drawing || event.button !== 0 || event.target.closest(".step")) return;
    event.stopPropagation();
    event.preventDefault();
    if (pulled) return;
    card.hidden = true;
    pulled = { id: event.pointerId, from: placeOf(event) };
    stage.setPointerCapture(event.pointerId);
  }, true);
  stage.addEventListener("pointermove", (event) => pulled?.id === event.pointerId && pull(event));
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, (event) => {
      if (pulled?.id !== event.pointerId) return;
      pulled = null;
      if (box && Math.min(box.right - box.left, box.bottom - box.top) >= LEAST) ask();
    });
  }
  stage.addEventListener("click", (event) => {
    if (drawing && !event.target.closest(".step")) event.stopPropagation();
  }, true);
  card.addEventListener("input", ({ target }) => {
    if (!fields.includes(target)) return;
    const [left, top, wide, tall] = fields.map((field) => Number(field.value));
    box = { left, top, right: left + wide, bottom: top + tall };
    const written = target.value;
    show();
    target.value = written;
  });
};

if (picture && card) watch();
