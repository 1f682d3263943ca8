// The queues and what is in them.

import { call, throttled } from "./api.js";
import { clean, h } from "./text.js";

export class QueuesPage {
  section = "queues";
  title = "Queues";

  constructor(app) {
    this.app = app;
    this.isOpen = true;
    this.refresh = throttled(1000, () => this.load());
    this.list = h("div", { class: "queues" });
    this.element = h("section", {}, h("h1", {}, "Queues"), this.list);
    this.refresh();
  }

  event(kind) {
    if (kind === "state" || kind === "end") this.refresh();
  }

  // Slots and pauses of queues are no events.
  tick() {
    if (Math.floor(Date.now() / 1000) % 5 === 0) this.refresh();
  }

  async load() {
    try {
      const { queues } = await call("GET", "queues");
      const key = JSON.stringify(queues);
      if (!this.isOpen || key === this.key) return;
      this.key = key;
      const focused = document.activeElement?.dataset?.queue;
      this.list.replaceChildren(...queues.map((queue) => this.card(queue)));
      if (focused) this.list.querySelector(`[data-queue="${CSS.escape(focused)}"]`)?.focus();
    } catch (problem) {
      if (this.isOpen && problem.status) this.app.say(problem.message, "error");
    }
  }

  card(queue) {
    const resources = Object.entries(queue.resources).map(([name, resource]) => {
      const held = queue.in_use[name];
      return Array.isArray(resource)
        ? `${name}: ${(held ?? []).length} of ${resource.length}` : `${name}: ${held ?? 0} of ${resource}`;
    });
    const verb = queue.paused ? "Resume" : "Pause";
    return h("div", { class: "card queue-card" },
      h("div", { class: "bar" },
        h("h2", {}, h("a", { href: `#jobs?queue=${encodeURIComponent(queue.name)}` }, clean(queue.name))),
        queue.paused ? h("span", { class: "state", "data-state": "paused" }, "paused") : null),
      h("label", {}, `${queue.running} of ${queue.slots} slots in use`,
        h("meter", { min: 0, max: Math.max(queue.slots, queue.running, 1), value: queue.running })),
      h("p", { class: "detail" }, `${queue.queued} queued · ${queue.waiting} waiting`),
      resources.length ? h("p", { class: "detail" }, resources.map(clean).join(" · ")) : null,
      this.app.isAdmin
        ? h("div", { class: "actions" }, h("button", {
          type: "button", "data-queue": queue.name, "aria-label": `${verb} queue ${queue.name}`,
          click: (event) => this.setPaused(event.target, queue),
        }, verb)) : null);
  }

  async setPaused(button, queue) {
    button.disabled = true;
    try {
      await call("PUT", `queues/${encodeURIComponent(queue.name)}`, { paused: !queue.paused });
      this.app.say("");
    } catch (problem) {
      this.app.say(problem.message, "error");
    }
    button.disabled = false;
    this.key = null;
    await this.load();
  }

  close() {
    this.isOpen = false;
    this.refresh.stop();
  }
}
