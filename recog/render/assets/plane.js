"use strict";

// Dots on a canvas, 100,000 and more: one loop writes all their pixels, so that a frame takes a few milliseconds.
const planeOf = (canvas, { xs, ys, colours, pointed = () => {}, lassoed = null, moved = () => {} }) => {
  const INK = 0xff1f1fd8; // ABGR: what is chosen
  const NEAR = 12; // CSS pixels from a dot in which the pointer means it
  const context = canvas.getContext("2d", { alpha: true });
  const chosen = new Uint8Array(xs.length);
  let view = { zoom: 1, x: 0.5, y: 0.5 }; // the point of the map (0 to 1) in the middle of the canvas
  let path = null; // of the lasso, in CSS pixels
  let from = null; // of a drag that moves the map
  let here = -1;
  let waiting = false;
  let pixels = null;

  const box = () => canvas.getBoundingClientRect();
  const side = () => Math.min(canvas.clientWidth, canvas.clientHeight) * 0.94 * view.zoom; // of the map, in CSS pixels
  const across = (index) => (xs[index] - view.x) * side() + canvas.clientWidth / 2;
  const down = (index) => (ys[index] - view.y) * side() + canvas.clientHeight / 2;

  const draw = () => {
    waiting = false;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    if (pixels?.width !== width || pixels?.height !== height) pixels = context.createImageData(width, height);
    const words = new Uint32Array(pixels.data.buffer).fill(0);
    const scale = side() * ratio;
    const [left, top] = [width / 2 - view.x * scale, height / 2 - view.y * scale];
    const few = xs.length < 2_000 ? 3 : xs.length < 20_000 ? 2 : 1.5;
    const size = Math.max(1, Math.round(few * ratio * Math.min(2.5, Math.sqrt(view.zoom))));
    const dot = (index, colour, wide) => {
      const x = Math.round(xs[index] * scale + left - wide / 2);
      const y = Math.round(ys[index] * scale + top - wide / 2);
      if (x < 0 || y < 0 || x + wide >= width || y + wide >= height) return;
      for (let row = y * width + x, end = row + wide * width; row < end; row += width) words.fill(colour, row, row + wide);
    };
    for (let index = 0; index < xs.length; index += 1) if (!chosen[index]) dot(index, colours[index], size);
    for (let index = 0; index < xs.length; index += 1) if (chosen[index]) dot(index, INK, size + 2);
    if (here >= 0) dot(here, INK, size + 6);
    context.putImageData(pixels, 0, 0);
    if (path?.length > 1) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.beginPath();
      for (const [x, y] of path) context.lineTo(x, y);
      context.closePath();
      context.strokeStyle = "#d81f1f";
      context.lineWidth = 2;
      context.stroke();
      context.setTransform(1, 0, 0, 1, 0, 0);
    }
  };
  const redraw = () => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  };

  const nearest = (x, y) => {
    let [found, least] = [-1, NEAR ** 2];
    for (let index = 0; index < xs.length; index += 1) {
      const distance = (across(index) - x) ** 2 + (down(index) - y) ** 2;
      if (distance < least) [found, least] = [index, distance];
    }
    return found;
  };

  // Even-odd rule: a ray from the dot crosses the lasso an odd number of times.
  const encloses = (x, y) => {
    let inside = false;
    for (let at = 0, before = path.length - 1; at < path.length; before = at, at += 1) {
      const [[ax, ay], [bx, by]] = [path[at], path[before]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
  };

  const point = (index) => {
    if (index === here) return;
    here = index;
    pointed(index, index < 0 ? 0 : across(index), index < 0 ? 0 : down(index));
    redraw();
  };
  const all = (wanted) => [...xs.keys()].filter((index) => wanted(across(index), down(index)));

  const plane = {
    get view() {
      return { ...view };
    },
    set view(given) {
      view = { ...given };
      redraw();
    },
    mode: lassoed ? "choose" : "move",
    draw,
    redraw,
    point,
    get here() {
      return here;
    },
    placeOf: (index) => [across(index), down(index)],
    seen: () => all((x, y) => x >= 0 && y >= 0 && x < canvas.clientWidth && y < canvas.clientHeight),
    choose(indexes) {
      chosen.fill(0);
      for (const index of indexes) chosen[index] = 1;
      redraw();
    },
    zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
      const [dx, dy] = [(x - canvas.clientWidth / 2) / side(), (y - canvas.clientHeight / 2) / side()];
      const zoom = Math.min(400, Math.max(1, view.zoom * factor));
      const kept = 1 - view.zoom / zoom; // what lies below the pointer stays there
      view = { zoom, x: view.x + dx * kept, y: view.y + dy * kept };
      moved();
      redraw();
    },
    move(dx, dy) {
      const clip = (value) => Math.min(1.1, Math.max(-0.1, value));
      view = { ...view, x: clip(view.x + dx / side()), y: clip(view.y + dy / side()) };
      moved();
      redraw();
    },
    whole() {
      view = { zoom: 1, x: 0.5, y: 0.5 };
      moved();
      redraw();
    },
  };

  const at = (event) => [event.clientX - box().left, event.clientY - box().top];
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    plane.zoom(2 ** (-event.deltaY / 300), ...at(event));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    if (plane.mode === "choose" && !event.shiftKey) path = [at(event)];
    else from = at(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = at(event);
    if (path) path.push(place);
    else if (from) {
      plane.move(from[0] - place[0], from[1] - place[1]);
      from = place;
    } else point(nearest(...place));
    if (path) redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const wide = path && Math.max(...[0, 1].map((axis) => Math.max(...path.map((one) => one[axis])) - Math.min(...path.map((one) => one[axis]))));
    if (path && wide > 4) lassoed(all(encloses));
    else if (path) {
      const one = nearest(...at(event));
      lassoed(one < 0 ? [] : [one]);
    }
    [path, from] = [null, null];
    redraw();
  });
  canvas.addEventListener("pointercancel", () => {
    [path, from] = [null, null];
    redraw();
  });
  canvas.addEventListener("pointerleave", () => point(-1));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
    const factor = { "+": 1.5, "=": 1.5, "-": 1 / 1.5 }[event.key];
    if (!step && !factor && event.key !== "0") return;
    event.preventDefault();
    if (step) plane.move(...step);
    else if (factor) plane.zoom(factor);
    else plane.whole();
    point(nearest(canvas.clientWidth / 2, canvas.clientHeight / 2));
  });
  new ResizeObserver(redraw).observe(canvas);
  return plane;
};

// The colour of a hue in degrees as a pixel, ABGR; null is nobody's.
const pixelOf = (hue) => {
  if (hue === null) return 0xff97a0a8;
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.48 - 0.33 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return ((255 << 24) | (part(4) << 16) | (part(8) << 8) | part(0)) >>> 0;
};
