// Lay out every photo of the timeline, and keep only those near the window in the document.

import { ageInMonth } from "./age.js";
import { dayInWords, photosOf, Rows } from "./rows.js";
import { Scrubber } from "./scrubber.js";

const FLUNG = 1.5; // windows a frame from which on nothing is loaded until it is over
const BAR = 72; // pixels at the top of the window that the bar of the page covers
const root = document.documentElement.dataset.root; // stands before every path
const across = document.dir === "rtl" ? -1 : 1; // where a row goes on: to the right, or to the left

class Timeline {
  #element;
  #query;
  #born; // of the person on the photos, if that is known
  #photos;
  #rows;
  #scrubber;
  #shown = new Map(); // elements in the document, by the photo, or by `m` and the month
  #current = 0; // the photo that the Tab key reaches
  #lastTop = 0;
  #drawing = false;

  constructor(element, photos) {
    this.#element = element;
    this.#query = element.dataset.query;
    this.#born = element.dataset.born;
    this.#photos = photos;
    this.#scrubber = new Scrubber(document.querySelector("#years"), photos.months, {
      toMonth: (month) => this.#goTo(this.#rows.monthTops[month] - BAR),
      toShare: (share) => this.#goTo(share * Math.max(0, this.#rows.height - innerHeight)),
    });
    element.replaceChildren();
    element.role = "group";
    element.ariaLabel = gettext("Photos, the newest first; arrow keys go from one to the next");
    element.classList.add("laid");
    this.#lay();
    this.#lay(); // the scroll bar that is there by now may have made the page narrower
  }

  get #top() {
    return scrollY - this.#element.offsetTop;
  }

  #lay() {
    if (this.#element.clientWidth === this.#rows?.width) return;
    this.#rows = new Rows(this.#photos, this.#element.clientWidth);
    this.#element.style.height = `${this.#rows.height}px`;
    this.#scrubber.label(this.#rows.monthTops, this.#rows.height);
  }

  #goTo(top) {
    scrollTo({ top: top + this.#element.offsetTop, behavior: "instant" });
    this.#draw();
  }

  #heading(month) {
    const made = document.createElement("h2");
    const { words, month: key } = this.#photos.months[month];
    made.textContent = words;
    const age = this.#born && key ? ageInMonth(this.#born, key) : "";
    if (age) made.append(" ", Object.assign(document.createElement("span"), { className: "age", textContent: age }));
    return made;
  }

  #tile(photo) {
    const { numbers, days, months } = this.#photos;
    const made = document.createElement("a");
    made.href = `${root}/photos/${numbers[photo]}${this.#query}`;
    made.dataset.photo = photo;
    made.tabIndex = photo === this.#current ? 0 : -1;
    const picture = document.createElement("img");
    const { month } = months[this.#rows.monthOf(photo)];
    picture.alt = days[photo] ? gettext("Photo of %(day)s", { day: dayInWords(month, days[photo]) }) : gettext("Photo without a date");
    picture.decoding = "async";
    picture.addEventListener("error", () => made.classList.add("lost"));
    picture.addEventListener("load", () => made.classList.add("there"));
    made.append(picture);
    return made;
  }

  // Put an element, which is made if it is not there, where it belongs; returns its key and itself.
  #put(key, make, start, top, width, height) {
    if (!this.#shown.has(key)) this.#shown.set(key, this.#element.appendChild(make()));
    const { style } = this.#shown.get(key);
    style.transform = `translate(${across * start}px, ${top}px)`;
    style.width = width ? `${width}px` : "";
    style.height = `${height}px`;
    return key;
  }

  #load(photo) {
    const picture = this.#shown.get(String(photo)).querySelector("img");
    if (!picture.src) picture.src = `${root}/photos/${this.#photos.numbers[photo]}.webp`;
  }

  // Bring the document up to what is near the window.
  #draw() {
    const rows = this.#rows;
    const [view, top] = [innerHeight, this.#top];
    const flung = Math.abs(top - this.#lastTop) > FLUNG * view;
    this.#lastTop = top;
    const kept = new Set([document.activeElement?.dataset?.photo]);
    for (let line = rows.lineAt(top - view); line < rows.lines && rows.tops[line] < top + 2 * view; line += 1) {
      const [at, tall] = [rows.tops[line], rows.heights[line]];
      for (const month of rows.monthsOf(line)) {
        kept.add(this.#put(`m${month}`, () => this.#heading(month), rows.monthLefts[month], at, 0, tall));
      }
      for (const [photo, left] of rows.of(line)) {
        kept.add(this.#put(String(photo), () => this.#tile(photo), left, at, rows.wide(photo), tall));
        if (!flung) this.#load(photo);
      }
    }
    for (const [key, element] of this.#shown) {
      if (kept.has(key)) continue;
      element.querySelector("img")?.removeAttribute("src"); // what is not there yet is not waited for
      element.remove();
      this.#shown.delete(key);
    }
    const here = rows.firsts[rows.lineAt(Math.max(0, top + BAR + 8))];
    const share = Math.min(1, Math.max(0, top / Math.max(1, rows.height - view)));
    this.#scrubber.show(share, rows.monthOf(Math.min(here, this.#photos.numbers.length - 1)));
    if (flung) this.#drawSoon();
  }

  #drawSoon() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  // Scroll to a photo unless it is in sight; with `focus`, the keys go on from it.
  #reveal(photo, { focus = false } = {}) {
    const line = this.#rows.lineOf[photo];
    const [top, tall] = [this.#rows.tops[line], this.#rows.heights[line]];
    const hidden = top - BAR < this.#top || top + tall > this.#top + innerHeight;
    if (hidden) this.#goTo(top - Math.max(BAR, (innerHeight - tall) / 2));
    else this.#draw();
    if (!focus) return;
    this.#shown.get(String(this.#current))?.setAttribute("tabindex", "-1");
    this.#current = photo;
    const link = this.#shown.get(String(photo));
    link.tabIndex = 0;
    link.focus({ preventScroll: true });
  }

  #press(event) {
    const photo = Number(event.target.dataset.photo);
    if (Number.isNaN(photo) || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.#photos.numbers.length - 1;
    const steps = {
      ArrowRight: () => photo + across,
      ArrowLeft: () => photo - across,
      ArrowDown: () => this.#rows.beside(photo, 1),
      ArrowUp: () => this.#rows.beside(photo, -1),
      Home: () => 0,
      End: () => last,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.#reveal(Math.min(last, Math.max(0, steps[event.key]())), { focus: true });
  }

  // Begin where the page was left, or at the photo that the address names, or at the page that it asks for.
  begin() {
    const { numbers } = this.#photos;
    history.scrollRestoration = "manual";
    const named = numbers.indexOf(Number(/^#photo-(\d+)$/.exec(location.hash)?.[1]));
    const left = numbers.indexOf(history.state?.photo);
    const start = Math.min(Number(this.#element.dataset.start), numbers.length - 1);
    if (left >= 0) this.#goTo(this.#rows.tops[this.#rows.lineOf[left]] + history.state.below);
    else if (named >= 0) this.#reveal(named, { focus: true });
    else if (start > 0) this.#reveal(start);
    else this.#draw();
    this.#element.addEventListener("keydown", (event) => this.#press(event));
    addEventListener("scroll", () => {
      this.#drawSoon();
      this.#scrubber.moves(() => this.#remember());
    }, { passive: true });
    addEventListener("resize", () => {
      this.#scrubber.label(this.#rows.monthTops, this.#rows.height);
      this.#drawSoon();
    });
    new ResizeObserver(() => this.#fill()).observe(this.#element);
  }

  #remember() {
    const line = this.#rows.lineAt(Math.max(0, this.#top + BAR));
    history.replaceState({ photo: this.#photos.numbers[this.#rows.firsts[line]], below: this.#top - this.#rows.tops[line] }, "");
  }

  // Lay all of it anew if the width is another one; what is at the top of the window stays in sight.
  #fill() {
    if (this.#element.clientWidth === this.#rows.width) return;
    const first = this.#rows.firsts[this.#rows.lineAt(Math.max(0, this.#top + BAR))];
    this.#lay();
    if (this.#top > 0) this.#reveal(first);
    else this.#draw();
  }
}

const element = document.querySelector("#timeline");
if (element) {
  const answer = await fetch(`${root}/api/timeline${element.dataset.query}`);
  const photos = answer.ok ? photosOf(await answer.json()) : null;
  if (photos?.numbers.length) { // else the page stays as the server made it, with links to the other photos
    document.querySelector(".turn")?.remove();
    new Timeline(element, photos).begin();
    element.dataset.ready = photos.numbers.length;
  }
}
