// The years beside the timeline, as far apart as their photos, and a mark that shows the place and is pulled to another.

const NEAR = 22; // pixels between two years below which the second one is not written
const RESTS = 400; // milliseconds after the last movement until the month is no longer told

export class Scrubber {
  #years;
  #mark = document.createElement("div");
  #bubble = document.createElement("span");
  #months;
  #tops = []; // of the months; those that share a row have one
  #month = -1;
  #resting = 0;

  // toMonth(place) and toShare(share of the page, 0 to 1) go there.
  constructor(years, months, { toMonth, toShare }) {
    this.#years = years;
    this.#months = months;
    const mark = this.#mark;
    mark.className = "mark";
    mark.role = "slider";
    mark.tabIndex = 0;
    mark.ariaLabel = gettext("Month");
    mark.ariaOrientation = "vertical";
    mark.ariaValueMin = 0;
    mark.ariaValueMax = months.length - 1;
    mark.append(this.#bubble);
    const rail = document.createElement("div");
    rail.className = "rail";
    rail.append(mark);
    years.append(rail);
    years.classList.add("scrubber");
    this.#pulled(toShare);
    mark.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 12, PageUp: -12 };
      let to = { Home: 0, End: months.length - 1 }[event.key] ?? this.#month + steps[event.key];
      if (Number.isNaN(to)) return;
      while (this.#tops[to] === this.#tops[this.#month] && to > 0 && to < months.length - 1) to += Math.sign(steps[event.key]);
      event.preventDefault();
      toMonth(Math.min(months.length - 1, Math.max(0, to)));
    });
    years.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (event.detail === 0) toMonth(months.findIndex((month) => month.year === link.textContent)); // by keyboard
    });
  }

  #pulled(toShare) {
    const years = this.#years;
    const pull = ({ clientY }) => {
      const { top, height } = years.getBoundingClientRect();
      toShare(Math.min(1, Math.max(0, (clientY - top) / height)));
    };
    years.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      years.setPointerCapture(event.pointerId);
      years.classList.add("pulled");
      this.#mark.focus({ preventScroll: true });
      pull(event);
    });
    years.addEventListener("pointermove", (event) => years.classList.contains("pulled") && pull(event));
    for (const end of ["pointerup", "pointercancel"]) {
      years.addEventListener(end, () => years.classList.remove("pulled"));
    }
  }

  // Write the years where their photos begin; tops are those of the months, in a page of this height.
  label(tops, height) {
    this.#tops = tops;
    const begins = new Map();
    this.#months.forEach(({ year }, place) => begins.has(year) || begins.set(year, tops[place]));
    let last = -Infinity;
    for (const entry of this.#years.querySelectorAll("li")) {
      const y = (begins.get(entry.textContent) / Math.max(1, height)) * this.#years.clientHeight;
      entry.style.top = `${y}px`;
      entry.classList.toggle("crowded", y - last < NEAR);
      if (y - last >= NEAR) last = y;
    }
  }

  // Show the place: a share of the page, and the month that is there.
  show(share, month) {
    this.#mark.style.top = `${100 * share}%`;
    if (this.#month === month) return;
    this.#month = month;
    this.#mark.ariaValueNow = month;
    this.#mark.ariaValueText = this.#months[month].words;
    this.#bubble.textContent = this.#months[month].words;
  }

  // Tell the month while the page moves; call `rested` when it stands still.
  moves(rested) {
    clearTimeout(this.#resting);
    this.#years.classList.add("moves");
    this.#resting = setTimeout(() => {
      this.#years.classList.remove("moves");
      rested();
    }, RESTS);
  }
}
