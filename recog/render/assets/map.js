"use strict";

// Hovering, touching or walking by keys shows the face under the dot.
(() => {
  const faces = JSON.parse(document.querySelector("#faces").textContent);
  const card = document.querySelector("#card");
  const picture = card.querySelector("img");
  const words = card.querySelector("p");
  const dots = [...document.querySelectorAll("circle")];

  const show = (dot) => {
    const [name, thumbnail] = faces[Number(dot.dataset.place)];
    words.textContent = name;
    picture.hidden = !thumbnail;
    if (thumbnail) picture.src = `data:image/jpeg;base64,${thumbnail}`;
    picture.alt = name;
    card.hidden = false;
    for (const other of document.querySelectorAll(".here")) other.classList.remove("here");
    dot.classList.add("here");
  };

  for (const dot of dots) {
    dot.addEventListener("pointerenter", () => show(dot));
    dot.addEventListener("click", () => show(dot));
  }
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = dots.findIndex((dot) => dot.classList.contains("here"));
    show(dots[(here + step + dots.length) % dots.length]);
  });
})();
