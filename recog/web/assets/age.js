// How old somebody was, in the words of recog/render/ages.py.

const IN_MONTHS = 24; // months below which an age is told in months

// The age that somebody born on a day, "YYYY-MM-DD", reached in a month, "YYYY-MM"; "" before the birth.
export const ageInMonth = (born, month) => {
  const [year, monthOfYear] = born.split("-").map(Number);
  const [thenYear, thenMonth] = month.split("-").map(Number);
  const months = 12 * (thenYear - year) + thenMonth - monthOfYear;
  const lastDay = new Date(Date.UTC(thenYear, thenMonth, 0)).getUTCDate();
  const whole = months - (lastDay < Number(born.slice(8)) ? 1 : 0);
  if (months < 0) return "";
  if (whole < 1) return gettext("under a month");
  const years = Math.floor(whole / 12);
  return whole < IN_MONTHS ? ngettext("%(num)s month", "%(num)s months", whole) : ngettext("%(num)s year", "%(num)s years", years);
};
