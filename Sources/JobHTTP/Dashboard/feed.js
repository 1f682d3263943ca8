// What happens to all jobs, live, over one connection.

import { call } from "./api.js";

/**
 * The events of all jobs from one on, each once. EventSource resumes by itself;
 * this also starts anew where that has given up, and says when it is cut off.
 */
export class Feed {
  /**
   * - event: is given each event, with its kind.
   * - reset: is called when events may be missing.
   * - connection: is told whether there is a connection.
   */
  constructor({ event, reset, connection }) {
    this.handlers = { event, reset, connection };
    this.source = null;
    this.cursor = 0;
    this.failures = 0;
    this.retry = null;
    window.addEventListener("online", () => this.source && this.open());
  }

  /** Begins with the events that are not there yet. */
  async start() {
    this.stop();
    const page = await call("GET", "events?limit=1");
    this.cursor = page.next_after ?? 0;
    this.open();
  }

  stop() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  open() {
    this.stop();
    const source = new EventSource(`events?after=${this.cursor}`);
    this.source = source;
    const take = (kind) => (message) => {
      const event = JSON.parse(message.data);
      this.cursor = event.id;
      this.handlers.event(kind, event);
    };
    source.onmessage = take("progress");
    for (const kind of ["state", "action", "end"]) source.addEventListener(kind, take(kind));
    source.addEventListener("reset", () => this.handlers.reset());
    source.onopen = () => {
      this.failures = 0;
      this.handlers.connection(true);
    };
    source.onerror = () => {
      this.handlers.connection(false);
      // It tries again by itself, unless it was refused.
      if (source.readyState === EventSource.CLOSED) this.openLater();
    };
  }

  openLater() {
    const pause = Math.min(1000 * 2 ** this.failures, 30_000);
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(async () => {
      try {
        // This shows the sign-in when that is what is missing.
        await call("GET", "queues");
        this.open();
      } catch (problem) {
        if (problem.status !== 401) this.openLater();
      }
    }, pause);
  }
}
