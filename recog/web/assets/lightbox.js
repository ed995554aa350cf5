// One photo: fit it into its stage, zoom, go to its neighbours, and ask who a face is where it is.

import { float } from "./float.js";

(() => {
  const stage = document.querySelector("#stage");
  const figure = document.querySelector("#figure");
  const picture = document.querySelector("#picture");
  const boxes = document.querySelector("#boxes");
  const tools = document.querySelector("#tools");
  const MOST = 8; // times the size that fits
  const STEP = 1.5; // times, with each press of a button
  const CLOSE = 1.3; // times from which on the photo is loaded with more pixels
  const FEW = 1600; // pixels of the longer side of the photo that is loaded first
  const SWIPE = 60; // pixels
  let zoom = 1;
  let [x, y] = [0, 0]; // how far the middle of the photo is from that of the stage
  let fit = { width: 0, height: 0 };

  const go = (selector) => document.querySelector(selector)?.click();
  const floating = () => document.querySelector(".on-photo.floating");

  const size = () => {
    const [wide, tall] = [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];
    const scale = Math.min(stage.clientWidth / wide, stage.clientHeight / tall, Math.max(1, 320 / Math.max(wide, tall)));
    fit = { width: wide * scale, height: tall * scale };
    figure.style.width = `${fit.width}px`;
    figure.style.height = `${fit.height}px`;
    look();
  };

  // Keep the photo in the stage: it moves only as far as it is larger.
  const look = () => {
    const most = (photo, room) => Math.max(0, (photo * zoom - room) / 2);
    const [across, down] = [most(fit.width, stage.clientWidth), most(fit.height, stage.clientHeight)];
    x = Math.min(across, Math.max(-across, x));
    y = Math.min(down, Math.max(-down, y));
    figure.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    figure.style.setProperty("--zoom", zoom);
    stage.classList.toggle("zoomed", zoom > 1);
    const [wide, tall] = [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];
    if (zoom < CLOSE || Math.max(wide, tall) <= FEW || picture.dataset.close) return;
    picture.dataset.close = 1;
    const close = new Image();
    close.src = `${picture.src}?side=4096`;
    close.decode().then(() => (picture.src = close.src), () => {});
  };

  // Zoom so that what is at a place of the window stays there; without one, the middle stays.
  const zoomTo = (wanted, at = null) => {
    const now = Math.min(MOST, Math.max(1, wanted));
    if (at) {
      const { left, top, width, height } = stage.getBoundingClientRect();
      const [across, down] = [at.clientX - left - width / 2, at.clientY - top - height / 2];
      x = across - ((across - x) * now) / zoom;
      y = down - ((down - y) * now) / zoom;
    }
    zoom = now;
    close();
    look();
  };

  const close = () => {
    const card = floating();
    if (!card) return false;
    card.classList.remove("floating");
    card.style.left = card.style.top = "";
    if (card.contains(document.activeElement)) document.activeElement.blur();
    card.dispatchEvent(new Event("closed"));
    return true;
  };

  // Ask who a face is: its card floats beside it.
  const ask = (id) => {
    close();
    const card = document.getElementById(id);
    const rect = boxes?.querySelector(`a[href="#${CSS.escape(id)}"] rect`);
    if (card && rect) float(card, rect.getBoundingClientRect());
  };

  document.addEventListener("drawing", close);

  const names = () => {
    const button = tools.querySelector("[data-tool=names]");
    const shown = button.ariaPressed !== "true";
    button.ariaPressed = shown;
    boxes?.classList.toggle("nameless", !shown);
    localStorage.setItem("names", shown);
  };

  const acts = { in: () => zoomTo(zoom * STEP), out: () => zoomTo(zoom / STEP), names };
  tools.addEventListener("click", (event) => acts[event.target.closest("button")?.dataset.tool]?.());

  const back = () => {
    if (close()) return;
    if (zoom > 1) {
      [x, y] = [0, 0];
      zoomTo(1);
    } else go("#close");
  };

  const keys = {
    ArrowLeft: () => go("#before"),
    ArrowRight: () => go("#after"),
    "+": acts.in,
    "=": acts.in,
    "-": acts.out,
    0: () => zoomTo(1),
    f: names,
    Escape: back,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const writing = event.target.matches?.("input");
    if (writing && event.key === "Escape") return close();
    if (writing || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }, true);

  // The browser takes the focus to what the address names, even after the question was asked.
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(".floating")) target.querySelector("input[list]").focus({ preventScroll: true });
  });

  document.addEventListener("click", (event) => {
    const place = event.target.closest("#boxes a");
    if (place) {
      event.preventDefault();
      if (!moved) ask(place.getAttribute("href").slice(1));
      return;
    }
    const edit = event.target.closest("button.edit");
    if (edit) edit.closest(".item").querySelector("input[list]").focus();
    else if (!event.target.closest(".floating, #last")) close();
  });

  // A finger or the mouse: two zoom, one moves what is larger than the stage, else it swipes to a neighbour.
  const pointers = new Map();
  let moved = false;
  let from = null;

  const between = () => {
    const [one, other] = [...pointers.values()];
    return {
      far: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
      clientX: (one.clientX + other.clientX) / 2,
      clientY: (one.clientY + other.clientY) / 2,
    };
  };

  const begin = () => {
    from = pointers.size === 2 ? { ...between(), zoom } : { ...[...pointers.values()][0], x, y };
  };

  const watch = () => {
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest(".step")) return;
      const { clientX, clientY, pointerType } = event;
      if (!pointers.size) moved = false;
      pointers.set(event.pointerId, { clientX, clientY, pointerType });
      begin();
    });
    addEventListener("pointermove", (event) => {
      if (!pointers.has(event.pointerId)) return;
      const { clientX, clientY, pointerType } = event;
      pointers.set(event.pointerId, { clientX, clientY, pointerType });
      if (pointers.size === 2) {
        moved = true;
        zoomTo((from.zoom * between().far) / from.far, between());
        return;
      }
      const [across, down] = [clientX - from.clientX, clientY - from.clientY];
      if (Math.hypot(across, down) > 6) moved = true;
      if (zoom === 1 || !moved) return;
      close();
      [x, y] = [from.x + across, from.y + down];
      look();
    });
    const end = (event) => {
      if (!pointers.delete(event.pointerId)) return;
      if (pointers.size) return begin();
      const [across, down] = [event.clientX - from.clientX, event.clientY - from.clientY];
      if (event.type !== "pointerup" || zoom > 1 || event.pointerType === "mouse" || from.zoom) return;
      if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) go(across > 0 ? "#before" : "#after");
    };
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoomTo(zoom * 1.0015 ** -event.deltaY, event);
    }, { passive: false });
    stage.addEventListener("dblclick", (event) => {
      if (event.target.closest(".step, #boxes a")) return;
      zoomTo(zoom > 1 ? 1 : 2.5, event);
    });
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    new ResizeObserver(size).observe(stage);
  };

  // A file may be gone or changed since it was indexed: the server says so in a sentence.
  const lost = async () => {
    const answer = await fetch(picture.src).catch(() => null);
    const told = answer?.ok ? {} : ((await answer?.json().catch(() => ({}))) ?? {});
    const said = document.createElement("p");
    said.className = "lost-photo";
    said.role = "status";
    said.textContent = told.error ?? gettext("The photo cannot be loaded: is 'recog serve' still running?");
    figure.replaceWith(said);
  };

  // The neighbours are decoded while one looks at this photo.
  const ahead = () => {
    for (const selector of ["#after", "#before"]) {
      const link = document.querySelector(selector);
      if (link) new Image().src = `${new URL(link.href).pathname}.jpg`;
    }
  };

  document.documentElement.classList.add("viewing");
  if (localStorage.getItem("names") === "false") names();
  if (!picture) return;
  watch();
  size();
  if (!picture.complete) {
    picture.addEventListener("load", ahead, { once: true });
    picture.addEventListener("error", lost, { once: true });
  } else if (picture.naturalWidth) ahead();
  else lost();
  const askNamed = () => ask(location.hash.slice(1));
  if (location.hash && document.documentElement.dataset.acted === undefined) askNamed();
  addEventListener("hashchange", askNamed);
})();
