// Rows of photos that are as wide as the page.

export const GAP = 4; // pixels between photos
const HEADING = 64; // pixels of a month's heading
const APART = 28; // pixels between two months that share a row
const WORDS = 180; // pixels of the widest words of a heading
const [NARROWEST, WIDEST] = [333, 6000]; // thousandths of the height: what is beyond is cut, so that it can be seen and hit
const [LOWEST, HIGHEST] = [108, 220]; // pixels of a row; a fifth of the width between them
const NO_DATE = gettext("Without a date");
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // 14 July 2019
const monthWords = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
const dayWords = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

const wordsOf = (month) => (month === null ? NO_DATE : monthWords.format(new Date(`${month}-01T00:00:00Z`)));

// A day of a month, "YYYY-MM", in words.
export const dayInWords = (month, day) => dayWords.format(new Date(`${month}-${String(day).padStart(2, "0")}T00:00:00Z`));

// What the server packed: see PhotoLayout in recog/library/browsing/timeline.py.
const unpacked = (packed, Kind) => {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return new Kind(bytes.buffer);
};

// Return the photos, the newest first: arrays of numbers, ratios and days, and months of { words, year, first, photos }.
export const photosOf = ({ months: given, numbers, ratios, days }) => {
  let first = 0;
  const months = given.map(({ month, photos }) => {
    const one = { month, words: wordsOf(month), year: month === null ? NO_DATE : month.slice(0, 4), first, photos };
    first += photos;
    return one;
  });
  return {
    numbers: unpacked(numbers, Float64Array),
    ratios: unpacked(ratios, Uint16Array).map((ratio) => Math.min(WIDEST, Math.max(NARROWEST, ratio))),
    days: unpacked(days, Uint8Array),
    months,
  };
};

// The last of sorted values that is not above `wanted`, or the first one; `at` gives the value of each place.
const lastUpTo = (wanted, count, at) => {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(middle) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
};

// All lines of the page: a heading for each month, then its photos. A row ends where its height comes nearest to the
// wanted one; the last row of a month is not stretched. Months of few photos share a row and the line of headings.
export class Rows {
  constructor({ numbers, ratios, months }, width) {
    this.photos = { numbers, ratios, months };
    this.width = width;
    this.height = 0;
    this.tops = [];
    this.heights = [];
    this.firsts = []; // the first photo of each line
    this.headings = []; // the first month whose heading is on a line, or -1
    this.monthTops = [];
    this.monthLefts = [];
    this.shared = new Set(); // lines of photos of several months
    this.lineOf = new Uint32Array(numbers.length);
    const wanted = Math.min(HIGHEST, Math.max(LOWEST, width / 5));
    for (let place = 0; place < months.length; place = this.monthTops.length) {
      const lefts = this.#together(place, wanted);
      const [first, last] = [months[place], months[place + lefts.length - 1]];
      const end = last.first + last.photos;
      this.monthTops.push(...lefts.map(() => this.height));
      this.monthLefts.push(...lefts);
      this.#line(HEADING, first.first, place);
      if (lefts.length > 1) this.#share(first.first, end, wanted);
      else this.#fill(first.first, end, wanted);
    }
    this.firsts.push(numbers.length);
  }

  get lines() {
    return this.tops.length;
  }

  #line(tall, first, heading) {
    this.tops.push(this.height);
    this.heights.push(tall);
    this.firsts.push(first);
    this.headings.push(heading);
    this.height += tall + (heading < 0 ? GAP : 0);
  }

  // Where the months begin that share a row with the one at a place, from the left; that one alone begins at 0.
  #together(place, wanted) {
    const { ratios, months } = this.photos;
    const lefts = [];
    let left = 0;
    for (const { first, photos } of months.slice(place, place + Math.ceil(this.width / WORDS))) {
      let wide = GAP * (photos - 1);
      for (let photo = first; photo < first + photos && wide <= this.width; photo += 1) wide += (wanted * ratios[photo]) / 1000;
      if (lefts.length && left + Math.max(wide, WORDS) > this.width) break;
      lefts.push(left);
      left += Math.max(wide, WORDS) + APART;
    }
    return lefts;
  }

  #share(first, end, wanted) {
    this.lineOf.fill(this.lines, first, end);
    this.shared.add(this.lines);
    this.#line(wanted, first, -1);
  }

  #fill(start, end, wanted) {
    const { ratios } = this.photos;
    const tall = (ratio, many) => (this.width - GAP * (many - 1)) / ratio;
    for (let first = start; first < end; ) {
      let sum = ratios[first] / 1000;
      let after = first + 1;
      while (after < end && tall(sum, after - first) > wanted) {
        const more = sum + ratios[after] / 1000;
        const [here, there] = [tall(sum, after - first), tall(more, after + 1 - first)];
        if (there < wanted && wanted / there > here / wanted) break;
        sum = more;
        after += 1;
      }
      this.lineOf.fill(this.lines, first, after);
      this.#line(Math.min(tall(sum, after - first), after === end ? wanted : 1.6 * wanted), first, -1);
      first = after;
    }
  }

  // The last line that begins at or above a place.
  lineAt(top) {
    return lastUpTo(top, this.lines, (line) => this.tops[line]);
  }

  monthOf(photo) {
    return lastUpTo(photo, this.photos.months.length, (month) => this.photos.months[month].first);
  }

  wide(photo) {
    return Math.min(this.width, (this.heights[this.lineOf[photo]] * this.photos.ratios[photo]) / 1000);
  }

  // The months whose headings are on a line.
  *monthsOf(line) {
    for (let month = this.headings[line]; month >= 0 && this.monthTops[month] === this.tops[line]; month += 1) yield month;
  }

  // The photos of a line, each with its distance from the left.
  *of(line) {
    if (this.headings[line] >= 0) return;
    let left = 0;
    for (let photo = this.firsts[line]; photo < this.firsts[line + 1]; photo += 1) {
      const month = this.shared.has(line) ? this.monthOf(photo) : -1;
      if (month >= 0 && this.photos.months[month].first === photo) left = this.monthLefts[month];
      yield [photo, left];
      left += this.wide(photo) + GAP;
    }
  }

  // The photo below (step 1) or above (step -1) a photo; the photo itself at the ends.
  beside(photo, step) {
    let line = this.lineOf[photo] + step;
    while (line >= 0 && line < this.lines && this.headings[line] >= 0) line += step;
    if (line < 0 || line >= this.lines) return photo;
    const middles = (where) => [...this.of(where)].map(([one, left]) => [one, left + this.wide(one) / 2]);
    const [, here] = middles(this.lineOf[photo]).find(([one]) => one === photo);
    const far = ([, middle]) => Math.abs(middle - here);
    return middles(line).reduce((best, one) => (far(one) < far(best) ? one : best))[0];
  }
}
