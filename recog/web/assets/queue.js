"use strict";

// How far the workers of the queue are, on all machines.
(() => {
  const root = document.documentElement.dataset.root;
  const part = (id) => document.querySelector(`#queue-${id}`);

  const workersOf = (queue) => {
    const workers = ngettext("%(num)s worker", "%(num)s workers", queue.workers);
    const machines = ngettext("%(num)s machine", "%(num)s machines", queue.machines);
    return gettext("%(workers)s on %(machines)s", { workers, machines });
  };

  const show = (queue) => {
    const over = queue.done === queue.total;
    if (over) clearInterval(looking);
    Object.assign(part("bar"), { max: queue.total, value: queue.done });
    part("counts").textContent = ngettext("%(done)s of %(num)s photo", "%(done)s of %(num)s photos", queue.total, { done: written(queue.done) });
    part("workers").textContent = over ? gettext("The queue is empty.")
      : queue.workers ? workersOf(queue) : gettext("Nobody works on it: recog work does.");
  };

  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(`${root}/api/index/queue`).catch(() => null);
    if (answer?.ok) show(await answer.json());
  };
  const looking = setInterval(look, 2000);
})();
