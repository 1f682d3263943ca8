// Parts that several pages show.

import { clean, h, percent, setText } from "./text.js";

/** States in which a job may yet do something. */
export const UNFINISHED = ["waiting", "queued", "running", "paused"];

/** Whether nothing more will happen to a job unless somebody asks for it. */
export function isFinished(job) {
  return !UNFINISHED.includes(job.state);
}

/** A job's state in a word and a colour. */
export class StateBadge {
  constructor() {
    this.element = h("span", { class: "state" });
  }

  show(job) {
    const isEnding = job.cancel_requested_at !== null && !isFinished(job);
    this.element.dataset.state = isEnding ? "cancelled" : job.state;
    setText(this.element, isEnding ? "cancelling" : job.state);
  }
}

/** A bar and how far it is in characters. */
export class ProgressBar {
  constructor(label) {
    this.bar = h("progress", { max: 1, "aria-label": label });
    this.text = h("span", { class: "percent" });
    this.element = h("div", { class: "progress" }, this.bar, this.text);
  }

  show(job) {
    const progress = job.progress;
    this.element.hidden = !progress && job.state !== "running";
    this.bar.dataset.state = job.state;
    this.element.classList.toggle("estimate", progress?.source === "history");
    if (progress && progress.fraction !== null) this.bar.value = progress.fraction;
    else this.bar.removeAttribute("value");
    // How far it came is not known, and it does not go on.
    this.bar.hidden = isFinished(job) && progress?.fraction === null;
    setText(this.text, progress ? percent(progress) : "");
  }
}

/** A form's field with its label, and a place for what is wrong with it. */
export function field(name, label, control, hint) {
  const id = `field-${name}`;
  control.id = id;
  control.name = name;
  control.setAttribute("aria-describedby", `${id}-error`);
  return h("div", { class: "field" },
    h("label", { for: id }, label), control,
    hint ? h("p", { class: "hint" }, hint) : null,
    h("p", { class: "error", id: `${id}-error`, "data-field": name }));
}

/** Shows a problem's errors at the fields they are about; what is about none, as text. */
export function explain(form, problem) {
  const rest = [];
  for (const place of form.querySelectorAll("[data-field]")) place.textContent = "";
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const { field, message } of problem.errors ?? []) {
    const names = [field, field.split(/[.[]/)[0]];
    const place = names.map((name) => form.querySelector(`[data-field="${CSS.escape(name)}"]`))
      .find((found) => found);
    if (!place) {
      rest.push(`${clean(field)} ${clean(message)}`);
      continue;
    }
    place.textContent = `${place.textContent} ${clean(message)}`.trim();
    const control = form.querySelector(`#${CSS.escape(place.id.replace(/-error$/, ""))}`);
    control?.setAttribute("aria-invalid", "true");
  }
  form.querySelector("[aria-invalid]")?.focus();
  return problem.errors?.length ? rest.join(" ") : clean(problem.message);
}
