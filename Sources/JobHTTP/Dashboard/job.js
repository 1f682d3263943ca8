// One job: what is known of it, what it writes, and what can be done to it.

import { call, throttled } from "./api.js";
import { Output } from "./output.js";
import { ProgressBar, StateBadge, isFinished } from "./parts.js";
import { ago, amounts, bytes, clean, commandLine, date, duration, elapsed, failure, h, left, rate, seconds, setText, title } from "./text.js";

export class JobPage {
  section = "job";

  constructor(app, id) {
    this.app = app;
    this.id = id;
    this.title = `Job ${id}`;
    this.job = null;
    this.estimates = null;
    this.isOpen = true;
    /** While the tab is hidden: nothing is streamed. */
    this.isResting = false;
    /** What is being asked for, and the drawing that is due. */
    this.acting = null;
    this.changed = null;
    /** The attempt whose output was asked for; undefined: the newest. */
    this.chosen = undefined;
    this.refresh = throttled(300, () => this.load());
    this.heading = h("span", {}, "Job");
    this.state = new StateBadge();
    this.progress = new ProgressBar(`Progress of job ${id}`);
    this.message = h("p", { class: "message" });
    this.figures = h("p", { class: "figures" });
    this.error = h("p", { class: "error", role: "alert" });
    this.actions = h("div", { class: "actions" });
    this.facts = h("dl", { class: "facts" });
    this.attempts = h("section", { class: "attempts", hidden: true });
    this.output = new Output(id);
    this.content = h("div", { hidden: true },
      h("div", { class: "card" }, this.progress.element, this.message, this.figures, this.error, this.actions),
      h("section", {},
        h("div", { class: "bar" }, h("h2", {}, "Output"),
          h("a", { href: `jobs/${id}/output?format=plain`, target: "_blank", rel: "noopener" }, "Whole output")),
        this.output.element),
      this.attempts,
      h("section", {}, h("h2", {}, "Details"), this.facts));
    this.element = h("article", { class: "job-page" },
      h("p", { class: "crumb" }, h("a", { href: "#jobs" }, "← Jobs")),
      h("div", { class: "bar" },
        h("h1", {}, this.heading, h("span", { class: "id" }, ` #${id}`)), this.state.element),
      this.content);
    this.refresh();
  }

  async load() {
    try {
      const job = await call("GET", `jobs/${this.id}`);
      if (!this.isOpen) return;
      this.take(job);
      if (job.attempt > 1 || (job.attempt === 1 && job.state === "waiting")) await this.loadAttempts();
    } catch (problem) {
      if (!this.isOpen || !problem.status || problem.status === 401) return;
      if (problem.status === 404) this.close();
      this.content.hidden = problem.status === 404 || !this.job;
      this.app.say(problem.status === 404 ? `There is no job ${this.id} any more.` : problem.message, "error");
    }
  }

  /** Shows an answer, unless events have told what is newer while it was under way. */
  take(job) {
    if (this.isOpen && (!this.job || job.cursor >= this.job.cursor)) this.show(job);
  }

  show(job) {
    const before = this.job;
    this.job = job;
    this.content.hidden = false;
    setText(this.heading, title(job));
    this.heading.parentElement.classList.toggle("command", job.name === null);
    this.state.show(job);
    this.drawProgress();
    this.drawActions();
    this.drawFacts();
    this.followEstimates();
    // A finished job that runs again has more to say.
    const isAgain = before && isFinished(before) && !isFinished(job);
    if (this.isResting) return;
    if (job.attempt > 0 && (isAgain || (this.output.isStopped && !this.output.isComplete))) this.output.start(this.chosen);
  }

  drawProgress() {
    const { job } = this;
    const progress = job.progress;
    this.progress.show(job);
    const short = progress && progress.fraction !== null ? `${Math.floor(progress.fraction * 100)}% ` : "";
    this.app.retitle(`${isFinished(job) ? `${job.state}: ` : short}${title(job)}`);
    setText(this.message, clean(progress?.message ?? ""));
    this.message.hidden = !progress?.message;
    const trouble = [job.error, ...(job.hints ?? [])].filter(Boolean).join(" ");
    setText(this.error, clean(trouble));
    this.error.hidden = !trouble;
    this.tick();
  }

  tick() {
    const { job } = this;
    if (!job) return;
    const progress = job.progress;
    const start = seconds(job.started_at);
    const parts = [];
    if (isFinished(job)) {
      if (failure(job)) parts.push(failure(job));
      if (start) parts.push(`took ${duration(seconds(job.finished_at) - start)}`);
    } else if (start && job.state === "running") {
      parts.push(`running for ${elapsed(start)}`);
      if (progress) parts.push(rate(progress), left(progress));
    } else if (start && job.state === "paused") {
      parts.push(`started ${ago(job.started_at)}`);
    } else if (job.eligible_at) {
      parts.push(`starts at ${date(job.eligible_at)} or later`);
    }
    if (progress) parts.unshift(amounts(progress));
    if (progress?.source === "history" && !isFinished(job)) parts.push("estimated by earlier runs");
    setText(this.figures, parts.filter((part) => part).join(" · "));
  }

  // Actions

  drawActions() {
    const { job } = this;
    const buttons = [];
    if (this.app.mayControl) {
      const isEnding = job.cancel_requested_at !== null;
      if (!isFinished(job)) {
        buttons.push(isEnding
          ? ["Kill now", "cancel", { signal: "KILL", grace_seconds: 0 }, "danger"]
          : ["Cancel", "cancel", {}, "danger"]);
      }
      if (job.state === "running" && !isEnding) buttons.push(["Pause", "pause"]);
      // Also what somebody else has stopped goes on by it.
      if (job.state === "paused" || (job.state === "running" && job.hints?.length)) buttons.push(["Resume", "resume"]);
      if (isFinished(job)) buttons.push(["Run again", "retry"]);
      if (job.waiting_for === "retry") buttons.push(["Retry now", "retry"]);
    }
    const key = JSON.stringify([buttons, isFinished(job)]);
    if (key === this.actions.dataset.key) return;
    this.actions.dataset.key = key;
    const focused = this.actions.contains(document.activeElement);
    this.actions.replaceChildren(
      ...buttons.map(([text, verb, body, kind]) =>
        h("button", { type: "button", class: kind, "data-verb": verb, click: () => this.act(verb, body) }, text)),
      ...(this.app.mayControl && isFinished(job)
        ? [h("button", { type: "button", class: "danger quiet", "data-verb": "delete", click: () => this.remove() }, "Delete")] : []));
    if (focused) (this.actions.querySelector("button") ?? this.output.view).focus();
  }

  async act(verb, body) {
    // A button that is disabled meanwhile would lose the keyboard's focus.
    if (this.acting === verb) return;
    this.acting = verb;
    try {
      this.take(await call("POST", `jobs/${this.id}/${verb}`, body));
      this.app.say("");
    } catch (problem) {
      this.app.say(problem.message, "error");
      this.refresh();
    } finally {
      if (this.acting === verb) this.acting = null;
    }
  }

  remove() {
    const dialog = h("dialog", { class: "card", "aria-labelledby": "remove-title" },
      h("h2", { id: "remove-title" }, `Delete job ${this.id}?`),
      h("p", {}, "Its history and its output go with it."),
      h("form", { method: "dialog", class: "actions" },
        h("button", { value: "delete", class: "danger" }, "Delete"), h("button", { value: "" }, "Keep")));
    dialog.addEventListener("close", async () => {
      dialog.remove();
      if (dialog.returnValue !== "delete") return;
      try {
        await call("DELETE", `jobs/${this.id}`);
        location.hash = "#jobs";
      } catch (problem) {
        this.app.say(problem.message, "error");
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  // Events

  event(kind, event) {
    if (event.job !== Number(this.id) || !this.job || event.id <= this.job.cursor) return;
    if (kind === "progress") {
      this.job = { ...this.job, cursor: event.id, progress: event };
      this.changed ??= requestAnimationFrame(() => {
        this.changed = null;
        this.drawProgress();
      });
      if (event.fraction !== null || event.done !== null) this.stopEstimates();
    } else {
      this.refresh();
    }
  }

  /** An estimate is no event; a job's own stream has it, for jobs that tell no numbers. */
  followEstimates() {
    const { job } = this;
    const isSilent = !job.progress || job.progress.source === "history"
      || (job.progress.fraction === null && job.progress.done === null);
    if (this.isResting || isFinished(job) || job.name === null || !isSilent) {
      this.stopEstimates();
    } else if (!this.estimates) {
      this.estimates = new EventSource(`jobs/${this.id}/progress?after=${job.cursor}`);
      this.estimates.addEventListener("end", () => this.stopEstimates());
      this.estimates.onmessage = (message) => {
        const progress = JSON.parse(message.data);
        if (progress.id !== undefined || !this.job || isFinished(this.job)) return;
        this.job = { ...this.job, progress };
        this.drawProgress();
      };
    }
  }

  stopEstimates() {
    this.estimates?.close();
    this.estimates = null;
  }

  // Details

  drawFacts() {
    const { job } = this;
    const links = (ids) => ids.flatMap((id, index) => [index ? ", " : "", h("a", { href: `#job/${id}` }, `#${id}`)]);
    const pairs = (object) => Object.entries(object).map(([name, value]) => `${clean(name)}=${clean(value)}`).join(", ");
    const time = (value) => value && date(value);
    const span = (value) => (value === null ? null : duration(value));
    const rows = [
      ["Command", h("code", { class: "command" }, commandLine(job.command))],
      ["Submitted by", job.owner && clean(job.owner)],
      ["Definition", job.definition && `${clean(job.definition)} ${pairs(job.parameters ?? {})}`],
      ["Queue", h("a", { href: `#jobs?queue=${encodeURIComponent(job.queue)}` }, clean(job.queue))],
      ["Priority", job.priority || null],
      ["Labels", pairs(job.labels)],
      ["Directory", job.cwd && clean(job.cwd)],
      ["Runs as", job.run_as && pairs(job.run_as)],
      ["Secret variables", job.secret_env?.map(clean).join(", ")],
      ["After", job.after.length ? h("span", {}, links(job.after)) : null],
      ["Not before", time(job.not_before)],
      ["Submitted", time(job.created_at)],
      ["Started", time(job.started_at)],
      ["Finished", time(job.finished_at)],
      ["Attempt", job.max_attempts > 1 || job.attempt > 1 ? `${job.attempt} of ${job.max_attempts}` : null],
      ["Exit code", job.exit_code],
      ["Signal", job.signal],
      ["Time limit", span(job.timeout_seconds)],
      ["Stall limit", span(job.stall_timeout_seconds)],
      ["Limits", job.limits && pairs(Object.fromEntries(Object.entries(job.limits).filter(([, limit]) => limit !== null)))],
      ["Resources", pairs(job.granted ?? job.resources)],
      ["Processor time", job.usage && duration(job.usage.cpu_seconds)],
      ["Memory", job.usage && bytes(job.usage.max_rss_bytes)],
      ["Output", job.usage && bytes(job.usage.output_bytes)],
    ];
    this.facts.replaceChildren(...rows
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value instanceof Node ? value : String(value))]));
  }

  async loadAttempts() {
    const { attempts } = await call("GET", `jobs/${this.id}/attempts`);
    if (!this.isOpen) return;
    this.attempts.hidden = false;
    const key = JSON.stringify(attempts);
    if (key === this.attempts.dataset.key) return;
    this.attempts.dataset.key = key;
    this.attempts.replaceChildren(
      h("h2", {}, "Attempts"),
      h("ol", {}, ...attempts.map((attempt) => h("li", {},
        h("button", {
          type: "button", class: "link", click: () => {
            this.chosen = attempt.number;
            this.output.start(attempt.number);
            this.output.view.focus();
          },
        }, `Attempt ${attempt.number}`),
        ` ${attempt.outcome ?? "running"}${failure(attempt) ? `, ${failure(attempt)}` : ""} · ${date(attempt.started_at)}`,
        attempt.finished_at ? ` · took ${duration(seconds(attempt.finished_at) - seconds(attempt.started_at))}` : ""))));
  }

  /** The tab is hidden. */
  rest() {
    this.isResting = true;
    this.stopEstimates();
    if (!this.output.isComplete) this.output.stop();
  }

  wake() {
    this.isResting = false;
    if (this.job) this.show(this.job);
  }

  close() {
    this.isOpen = false;
    this.refresh.stop();
    this.stopEstimates();
    this.output.close();
    cancelAnimationFrame(this.changed);
  }
}
