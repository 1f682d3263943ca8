// A job's output, live.

import { TerminalText } from "./terminal.js";
import { clean, h, setText } from "./text.js";

/** How many lines are asked for, and how many are kept: more would be slow to draw. */
const TAIL = 1000;
const KEPT = 5000;

/** Shows what a job writes; scrolls with it until one scrolls up. */
export class Output {
  constructor(id) {
    this.id = id;
    this.source = null;
    this.pending = [];
    this.changed = new Map();
    this.present = { stdout: "", stderr: "" };
    this.frame = null;
    this.dropped = 0;
    this.attempt = null;
    this.follows = true;
    this.lines = h("div", { class: "lines" });
    this.presents = { stdout: h("div", { class: "line" }), stderr: h("div", { class: "line stderr" }) };
    this.note = h("p", { class: "hint", hidden: true });
    this.view = h("div", { class: "output", tabindex: 0, role: "log", "aria-label": "Output", "aria-live": "off" },
      this.lines, this.presents.stdout, this.presents.stderr);
    this.view.addEventListener("scroll", () => this.scrolled());
    this.jump = h("button", { type: "button", class: "jump", hidden: true, click: () => this.toEnd() }, "↓ Latest");
    this.element = h("div", { class: "output-frame" }, this.note, this.view, this.jump);
  }

  /** Begins with the last lines of an attempt, or of whichever is the newest. */
  start(attempt) {
    this.stop();
    this.clear();
    const chosen = attempt ? `&attempt=${attempt}` : "";
    const source = new EventSource(`jobs/${this.id}/output?tail=${TAIL}${chosen}`);
    this.source = source;
    this.text = new TerminalText({
      line: (text, stream, key) => this.add(text, stream, key),
      change: (key, text) => this.change(key, text),
      present: (text, stream) => { this.present = { ...this.present, [stream]: text }; },
    });
    source.addEventListener("output", (message) => {
      const piece = JSON.parse(message.data);
      const attempt = message.lastEventId.split(":")[0];
      if (this.attempt !== null && attempt !== this.attempt) {
        this.text.end();
        this.add(`── attempt ${attempt} ──`, "mark");
      }
      this.attempt = attempt;
      this.text.feed(piece.text, piece.stream);
      this.draw();
    });
    source.addEventListener("end", () => {
      this.text.end();
      this.draw();
      this.stop();
      this.isComplete = true;
    });
    source.addEventListener("reset", () => {
      // What was being written comes again, too.
      this.text.end();
      this.clear();
    });
    source.addEventListener("damage", (message) => {
      this.text.end();
      this.add(`── ${JSON.parse(message.data).message} ──`, "mark");
      this.draw();
    });
  }

  /** Whether it has to be asked for again: it was refused, or has ended. */
  get isStopped() {
    return this.source === null || this.source.readyState === EventSource.CLOSED;
  }

  stop() {
    this.source?.close();
    this.source = null;
  }

  clear() {
    this.pending = [];
    this.changed = new Map();
    this.present = { stdout: "", stderr: "" };
    this.dropped = 0;
    this.attempt = null;
    this.isComplete = false;
    this.follows = true;
    this.lines.replaceChildren();
    this.draw();
  }

  add(text, stream, key) {
    this.pending.push([text, stream, key]);
    if (this.pending.length > KEPT) this.dropped += this.pending.splice(0, this.pending.length - KEPT).length;
  }

  /** A line was drawn over. */
  change(key, text) {
    this.changed.set(key, text);
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.lines.append(...this.pending.map(([text, stream, key]) => {
        const line = h("div", { class: stream === "stdout" ? "line" : `line ${stream}` }, clean(text) || "\u200b");
        line.key = key;
        return line;
      }));
      this.pending = [];
      // Only the last rows of a screen are drawn over: they are among the last lines.
      for (let line = this.lines.lastElementChild; line && this.changed.size; line = line.previousElementSibling) {
        if (!this.changed.has(line.key)) continue;
        setText(line, clean(this.changed.get(line.key)) || "\u200b");
        this.changed.delete(line.key);
      }
      this.changed.clear();
      while (this.lines.childElementCount > KEPT) {
        this.lines.firstElementChild.remove();
        this.dropped += 1;
      }
      for (const [stream, element] of Object.entries(this.presents)) {
        setText(element, clean(this.present[stream]));
        element.hidden = !this.present[stream];
      }
      this.note.hidden = !this.dropped;
      setText(this.note, `The first lines are not shown; “Whole output” has them.`);
      if (this.follows) this.view.scrollTop = this.view.scrollHeight;
    });
  }

  scrolled() {
    const distance = this.view.scrollHeight - this.view.scrollTop - this.view.clientHeight;
    this.follows = distance < 24;
    this.jump.hidden = this.follows;
  }

  toEnd() {
    this.view.scrollTop = this.view.scrollHeight;
    this.view.focus();
  }

  close() {
    this.stop();
    cancelAnimationFrame(this.frame);
  }
}
