"use strict";

// How far an index run is, from server-sent events. The page loads again when its buttons change.
(() => {
  const root = document.documentElement.dataset.root;
  const part = (id) => document.querySelector(`#run-${id}`);
  const buttons = { looking: "run", indexing: "run" }; // the phases with the same buttons
  let shown = "";
  let events = null;

  const time = (seconds) => {
    const whole = Math.round(seconds);
    if (whole < 60) return `${whole} s`;
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  };

  const show = (run) => {
    const now = buttons[run.phase] ?? run.phase;
    if (shown && now !== shown) return location.reload();
    shown = now;
    part("phase").textContent = { looking: gettext("Looking through the folders"), indexing: gettext("Indexing") }[run.phase] ?? part("phase").textContent;
    if (!run.total) return;
    Object.assign(part("bar"), { max: run.total, value: run.done });
    const failed = run.failed ? [ngettext("%(num)s failed", "%(num)s failed", run.failed)] : [];
    const done = ngettext("%(done)s of %(num)s photo", "%(done)s of %(num)s photos", run.total, { done: written(run.done) });
    part("counts").textContent = [done, ngettext("%(num)s new face", "%(num)s new faces", run.faces), ...failed].join(", ");
    const left = run.seconds_left === null ? [] : [gettext("%(time)s left", { time: time(run.seconds_left) })];
    const rate = run.rate ? [gettext("%(rate)s photos a second", { rate: written(run.rate, 1) }), ...left] : [];
    part("rate").textContent = rate.join(", ");
  };

  // A browser has six connections to a server: a page that nobody sees holds none.
  const listen = () => {
    events?.close();
    events = document.hidden ? null : new EventSource(`${root}/api/index/events`);
    if (events) events.onmessage = (event) => show(JSON.parse(event.data));
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => events?.close());
  listen();
})();
