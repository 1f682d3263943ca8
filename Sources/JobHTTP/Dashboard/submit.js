// A new job: a command, or a definition with its parameters.

import { call } from "./api.js";
import { explain, field } from "./parts.js";
import { clean, h } from "./text.js";

const COMMAND = "";

export class SubmitPage {
  section = "submit";
  title = "New job";

  constructor(app, parameters) {
    this.app = app;
    this.isOpen = true;
    this.definitions = [];
    this.wanted = parameters.get("definition") ?? COMMAND;
    this.kind = h("select", { change: () => this.drawFields() });
    this.fields = h("div");
    this.error = h("p", { class: "error", role: "alert" });
    this.button = h("button", { class: "primary" }, "Submit");
    this.form = h("form", { class: "card", novalidate: true, submit: (event) => this.submit(event) });
    this.element = h("section", {}, h("h1", {}, "New job"), this.form);
    this.load();
  }

  async load() {
    const given = async (path, name) => {
      try {
        return (await call("GET", path))[name] ?? [];
      } catch {
        // A daemon without definitions has none; without queues the field stays empty.
        return [];
      }
    };
    [this.definitions, this.queues] = await Promise.all([given("definitions", "definitions"), given("queues", "queues")]);
    if (!this.isOpen) return;
    const mayCommand = this.app.session.definitions === null;
    if (!mayCommand && !this.definitions.length) {
      this.form.replaceChildren(h("p", {}, "This token may start only definitions, and there is none of those that it may."));
      return;
    }
    this.kind.replaceChildren(
      ...(mayCommand ? [h("option", { value: COMMAND }, "A command")] : []),
      ...this.definitions.map(({ name }) => h("option", { value: name }, clean(name))));
    if (this.definitions.some(({ name }) => name === this.wanted)) this.kind.value = this.wanted;
    this.form.replaceChildren(
      this.definitions.length ? field("definition", "What", this.kind) : "",
      this.fields, this.error, h("div", { class: "actions" }, this.button));
    this.drawFields();
  }

  get definition() {
    return this.definitions.find(({ name }) => name === this.kind.value);
  }

  drawFields() {
    this.error.textContent = "";
    this.fields.replaceChildren(...(this.definition ? this.definitionFields() : this.commandFields()));
  }

  // A command

  commandFields() {
    this.command = h("textarea", { rows: 3, spellcheck: "false", autocapitalize: "none", class: "command" });
    this.notation = h("select", {},
      h("option", { value: "shell" }, "Shell: a line for /bin/sh -c"),
      h("option", { value: "arguments" }, "Arguments: one a line, no shell"));
    this.queue = h("select", {}, ...this.queues.map(({ name }) => h("option", { value: name }, clean(name))));
    this.queue.value = "default";
    this.name = h("input", { maxlength: 255 });
    this.cwd = h("input", { placeholder: "/", spellcheck: "false" });
    this.timeout = h("input", { type: "number", min: 0, step: "any" });
    this.priority = h("input", { type: "number", step: 1, placeholder: "0" });
    this.tty = h("input", { type: "checkbox" });
    return [
      field("command", "Command", this.command), field("form", "Written as", this.notation),
      field("name", "Name", this.name, "Earlier runs of the same name give an estimate."),
      field("queue", "Queue", this.queue),
      h("details", {}, h("summary", {}, "More"),
        field("cwd", "Directory", this.cwd), field("timeout_seconds", "Time limit in seconds", this.timeout),
        field("priority", "Priority", this.priority), field("tty", "Give it a terminal", this.tty)),
    ];
  }

  commandRequest() {
    const lines = this.command.value.split("\n");
    while (lines.length > 1 && lines.at(-1) === "") lines.pop();
    const request = { command: this.notation.value === "shell" ? this.command.value : lines };
    if (this.name.value) request.name = this.name.value;
    if (this.queue.value) request.queue = this.queue.value;
    if (this.cwd.value) request.cwd = this.cwd.value;
    if (this.timeout.value) request.timeout_seconds = Number(this.timeout.value);
    if (this.priority.value) request.priority = Number(this.priority.value);
    if (this.tty.checked) request.tty = true;
    return request;
  }

  // A definition

  definitionFields() {
    const { description, parameters } = this.definition;
    this.parameters = parameters.map((parameter) => ({ parameter, control: control(parameter) }));
    this.name = h("input", { maxlength: 255 });
    return [
      description ? h("p", {}, clean(description)) : "",
      ...this.parameters.map(({ parameter, control }) => field(
        `parameters.${parameter.name}`, `${clean(parameter.name)}${parameter.required ? "" : " (optional)"}`,
        control, parameter.description && clean(parameter.description))),
      field("name", "Name (optional)", this.name),
    ];
  }

  definitionRequest() {
    const parameters = {};
    for (const { parameter, control } of this.parameters) {
      const value = read(parameter, control);
      if (value !== undefined) parameters[parameter.name] = value;
    }
    const request = { definition: this.definition.name, parameters };
    if (this.name.value) request.name = this.name.value;
    return request;
  }

  async submit(event) {
    event.preventDefault();
    this.button.disabled = true;
    this.error.textContent = "";
    try {
      const request = this.definition ? this.definitionRequest() : this.commandRequest();
      const text = JSON.stringify(request);
      // Sent again because the answer was lost, it is still one job.
      if (text !== this.sent) this.key = crypto.getRandomValues(new Uint32Array(4)).join("-");
      this.sent = text;
      const job = await call("POST", "jobs", request, { "Idempotency-Key": this.key });
      location.hash = `#job/${job.id}`;
    } catch (problem) {
      this.error.textContent = explain(this.form, problem);
    } finally {
      this.button.disabled = false;
    }
  }

  close() {
    this.isOpen = false;
  }
}

/** What a parameter is entered by. */
function control(parameter) {
  const { type, choices, required, secret } = parameter;
  const standard = parameter.default ?? "";
  let made;
  if (choices) {
    made = h("select", {}, required ? null : h("option", { value: "" }, "–"),
      ...choices.map((choice) => h("option", { value: String(choice) }, clean(choice))));
  } else if (type === "boolean") {
    made = h("select", {}, required ? null : h("option", { value: "" }, "–"),
      h("option", { value: "true" }, "yes"), h("option", { value: "false" }, "no"));
  } else if (type === "integer" || type === "number") {
    made = h("input", { type: "number", step: type === "integer" ? 1 : "any", min: parameter.range?.[0], max: parameter.range?.[1] });
  } else {
    made = h("input", { type: secret ? "password" : "text", autocomplete: "off", spellcheck: "false", maxlength: parameter.max_length });
  }
  if (!secret) made.value = String(standard);
  if (required) made.required = true;
  return made;
}

/** What was entered; undefined for nothing. */
function read({ type, choices }, control) {
  if (control.value === "") return undefined;
  if (choices) return choices.find((choice) => String(choice) === control.value);
  if (type === "boolean") return control.value === "true";
  if (type === "integer" || type === "number") return Number(control.value);
  return control.value;
}
