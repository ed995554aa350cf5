"use strict";

// Hovering, touching or walking by keys shows the face under the dot.
(() => {
  const { places, thumbnails, people } = JSON.parse(document.querySelector("#faces").textContent);
  const card = document.querySelector("#card");
  const picture = card.querySelector("img");
  const words = card.querySelector("p");

  const show = (index) => {
    card.hidden = index < 0;
    if (index < 0) return;
    const [, , person] = places[index];
    const thumbnail = thumbnails[index];
    words.textContent = people[person][0];
    picture.hidden = !thumbnail;
    if (thumbnail) picture.src = `data:image/jpeg;base64,${thumbnail}`;
    picture.alt = people[person][0];
  };

  const plane = planeOf(document.querySelector("#plane"), {
    xs: Float32Array.from(places, ([x]) => x),
    ys: Float32Array.from(places, ([, y]) => y),
    colours: Uint32Array.from(places, ([, , person]) => pixelOf(people[person][1])),
    pointed: show,
  });
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    plane.point((plane.here + step + places.length) % places.length);
  });
})();
