// The list of jobs, live.

import { call, query, throttled } from "./api.js";
import { ProgressBar, StateBadge, UNFINISHED, isFinished } from "./parts.js";
import { ago, clean, commandLine, date, duration, elapsed, failure, h, left, rate, seconds, setText, title } from "./text.js";

const PAGE = 50;
const STATES = ["waiting", "queued", "running", "paused", "succeeded", "failed", "cancelled"];

/** A job of the list. */
class Row {
  constructor(job) {
    this.link = h("a", { href: `#job/${job.id}` });
    this.command = h("div", { class: "command" });
    this.state = new StateBadge();
    this.reason = h("div", { class: "detail" });
    this.queue = h("td", { class: "queue", "data-label": "Queue" });
    this.progress = new ProgressBar(`Progress of job ${job.id}`);
    this.message = h("div", { class: "detail message" });
    this.time = h("div");
    this.more = h("div", { class: "detail" });
    this.element = h("tr", { "data-job": job.id },
      h("td", { class: "job" }, h("span", { class: "id" }, `#${job.id}`), " ", this.link, this.command),
      h("td", { class: "standing" }, this.state.element, this.reason),
      this.queue,
      h("td", { class: "how-far" }, this.progress.element, this.message),
      h("td", { class: "when" }, this.time, this.more));
    this.show(job);
  }

  show(job) {
    this.job = job;
    setText(this.link, title(job));
    setText(this.command, job.name === null ? "" : commandLine(job.command));
    this.state.show(job);
    setText(this.queue, clean(job.queue));
    this.progress.show(job);
    const message = job.error ?? job.progress?.message ?? "";
    setText(this.message, clean(message));
    this.message.title = clean(message);
    setText(this.reason, job.state === "waiting" ? waitsFor(job) : failure(job));
    this.tick();
  }

  /** Shows times as they are now. */
  tick() {
    const job = this.job;
    const start = seconds(job.started_at);
    if (isFinished(job)) {
      setText(this.time, job.finished_at ? ago(job.finished_at) : "");
      this.time.title = job.finished_at ? date(job.finished_at) : "";
      setText(this.more, start ? `took ${duration(seconds(job.finished_at) - start)}` : "");
    } else if (job.state === "running") {
      setText(this.time, (job.progress && left(job.progress)) || `running for ${elapsed(start)}`);
      setText(this.more, job.progress ? rate(job.progress) : "");
    } else if (job.state === "paused") {
      setText(this.time, `started ${ago(job.started_at)}`);
      setText(this.more, "");
    } else {
      setText(this.time, job.eligible_at ? ago(job.eligible_at) : ago(job.created_at));
      setText(this.more, "");
    }
  }
}

function waitsFor(job) {
  return { jobs: "for other jobs", time: "for its time", retry: "to retry" }[job.waiting_for] ?? "";
}

export class JobsPage {
  section = "jobs";
  title = "Jobs";

  constructor(app, parameters) {
    this.app = app;
    this.rows = new Map();
    this.older = null;
    this.changed = null;
    this.isOpen = true;
    this.filter = {
      state: parameters.get("state") ?? "", queue: parameters.get("queue") ?? "", q: parameters.get("q") ?? "",
    };
    this.refresh = throttled(1000, () => this.load());
    this.body = h("tbody");
    this.empty = h("p", { class: "empty", hidden: true });
    this.more = h("button", { type: "button", class: "more", hidden: true, click: () => this.loadOlder() }, "Show older jobs");
    this.element = h("section", {},
      h("h1", {}, "Jobs"), this.filters(),
      h("table", { class: "jobs" },
        h("thead", {}, h("tr", {},
          ...["Job", "State", "Queue", "Progress", "Time"].map((name) => h("th", { scope: "col" }, name)))),
        this.body),
      this.empty, this.more);
    this.refresh();
    this.loadQueues();
  }

  filters() {
    const states = [["", "All states"], [UNFINISHED.join(","), "Not finished"], ...STATES.map((state) => [state, state])];
    this.state = h("select", { "aria-label": "State", change: () => this.filterChanged() },
      ...states.map(([value, text]) => h("option", { value }, text)));
    this.state.value = this.filter.state;
    this.queue = h("select", { "aria-label": "Queue", change: () => this.filterChanged() }, h("option", { value: "" }, "All queues"));
    this.text = h("input", { type: "search", placeholder: "Name or command", "aria-label": "Name or command", value: this.filter.q });
    let typing = null;
    this.text.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.filterChanged(), 250);
    });
    return h("form", { class: "filters", role: "search", submit: (event) => event.preventDefault() },
      this.text, this.state, this.queue);
  }

  async loadQueues() {
    try {
      const { queues } = await call("GET", "queues");
      this.queue.append(...queues.map(({ name }) => h("option", { value: name }, clean(name))));
      this.queue.value = this.filter.queue;
    } catch {
      // The list says what is wrong.
    }
  }

  filterChanged() {
    this.filter = { state: this.state.value, queue: this.queue.value, q: this.text.value };
    history.replaceState(null, "", `#jobs${query(this.filter)}`);
    this.clear();
    this.refresh();
  }

  clear() {
    this.rows.clear();
    this.body.replaceChildren();
    this.older = null;
  }

  get address() {
    return `jobs${query({ ...this.filter, limit: PAGE })}`;
  }

  async load() {
    const address = this.address;
    try {
      const page = await call("GET", address);
      if (!this.isOpen || address !== this.address) return;
      // What lies within the page and is not in it has gone. A page of a search may
      // have none, and more after it.
      const oldest = page.next === null ? 0 : Number(/[?&]before=(\d+)/.exec(page.next)[1]);
      const ids = new Set(page.jobs.map((job) => job.id));
      for (const [id, row] of this.rows) {
        if (id < oldest || ids.has(id)) continue;
        row.element.remove();
        this.rows.delete(id);
      }
      for (const job of page.jobs) this.put(job);
      if (this.older === null || page.next === null) this.setOlder(page.next);
      this.show();
    } catch (problem) {
      if (this.isOpen && problem.status) this.app.say(problem.message, "error");
    }
  }

  async loadOlder() {
    const address = this.address;
    this.more.disabled = true;
    try {
      const page = await call("GET", this.older);
      if (!this.isOpen || address !== this.address) return;
      const first = page.jobs.find((job) => !this.rows.has(job.id));
      for (const job of page.jobs) this.put(job);
      this.setOlder(page.next);
      this.show();
      this.rows.get(first?.id)?.link.focus();
    } catch (problem) {
      this.app.say(problem.message, "error");
    } finally {
      this.more.disabled = false;
    }
  }

  /** Links are absolute paths, which may not be ours behind a proxy. */
  setOlder(next) {
    this.older = next === null ? null : next.slice(next.lastIndexOf("/") + 1);
  }

  show() {
    this.more.hidden = this.older === null;
    this.empty.hidden = this.rows.size > 0;
    const isFiltered = Object.values(this.filter).some((value) => value);
    setText(this.empty, isFiltered ? "No job is like that." : "There are no jobs yet.");
  }

  /** Adds a job in its place, the newest first, or changes it. */
  put(job) {
    const row = this.rows.get(job.id);
    if (row) {
      // An answer may be older than the events that came while it was under way.
      if (job.cursor >= row.job.cursor) row.show(job);
      return;
    }
    const added = new Row(job);
    this.rows.set(job.id, added);
    let next = this.body.firstElementChild;
    while (next && Number(next.dataset.job) > job.id) next = next.nextElementSibling;
    this.body.insertBefore(added.element, next);
  }

  /** Takes an event: what it says is shown at once, the rest asked for. */
  event(kind, event) {
    const row = this.rows.get(event.job);
    if (!row) {
      if (kind !== "progress") this.refresh();
      return;
    }
    if (event.id <= row.job.cursor) return;
    const job = { ...row.job, cursor: event.id };
    if (kind === "progress") {
      job.progress = event;
    } else {
      job.state = event.state;
      job.waiting_for = event.waiting_for ?? null;
      job.failure = event.failure ?? null;
      job.exit_code = event.exit_code ?? null;
      job.signal = event.signal ?? null;
      if (event.attempt !== job.attempt) {
        Object.assign(job, { attempt: event.attempt, started_at: event.time, progress: null, error: null });
      }
      if (kind === "end") job.finished_at = event.time;
      this.refresh();
    }
    row.job = job;
    row.isChanged = true;
    this.changed ??= requestAnimationFrame(() => {
      this.changed = null;
      for (const row of this.rows.values()) {
        if (row.isChanged) row.show(row.job);
        row.isChanged = false;
      }
    });
  }

  tick() {
    for (const row of this.rows.values()) row.tick();
    // Estimates are no events: whoever wants to see them has to look.
    const isEstimated = [...this.rows.values()].some(({ job }) =>
      job.state === "running" && job.name !== null && (!job.progress || job.progress.source === "history"));
    if (isEstimated && Math.floor(Date.now() / 1000) % 3 === 0) this.refresh();
  }

  close() {
    this.isOpen = false;
    this.refresh.stop();
    cancelAnimationFrame(this.changed);
  }
}
