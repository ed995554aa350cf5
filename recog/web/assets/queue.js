"use strict";

// How far the workers of the queue are, on all machines.
(() => {
  const root = document.documentElement.dataset.root;
  const part = (id) => document.querySelector(`#queue-${id}`);
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  const show = (queue) => {
    const over = queue.done === queue.total;
    if (over) clearInterval(looking);
    Object.assign(part("bar"), { max: queue.total, value: queue.done });
    part("counts").textContent = `${queue.done.toLocaleString("en")} of ${counted(queue.total, "photo")}`;
    part("workers").textContent = over ? "The queue is empty." : queue.workers
      ? `${counted(queue.workers, "worker")} on ${counted(queue.machines, "machine")}`
      : "Nobody works on it: recog work does.";
  };

  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(`${root}/api/index/queue`).catch(() => null);
    if (answer?.ok) show(await answer.json());
  };
  const looking = setInterval(look, 2000);
})();
