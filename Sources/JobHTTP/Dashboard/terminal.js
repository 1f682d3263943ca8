// What a terminal would show of some output, line by line.

// ECMA-48 §5.4 control sequences, §5.6 control strings (OSC ends with BEL too, as
// xterm has it), §5.5 and ISO 2022 the rest.
// eslint-disable-next-line no-control-regex
const ESCAPE = /^(?:\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~])/;
// eslint-disable-next-line no-control-regex
const UNFINISHED = /^\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]{0,4096}\x1b?|[ -/]*)$/;
const LONGEST_LINE = 4000;

/** The line that one stream is writing. */
class Row {
  constructor() {
    this.characters = [];
    this.column = 0;
    this.rest = "";
  }

  put(character) {
    if (this.column < LONGEST_LINE) this.characters[this.column] = character;
    this.column += 1;
  }

  get text() {
    return Array.from(this.characters, (character) => character ?? " ").join("");
  }
}

/**
 * Turns pieces of output into lines: escape sequences go, and a line that is drawn
 * over is what was drawn last. A terminal's other arts are not followed.
 */
export class TerminalText {
  /**
   * - line: is given each line that has ended: text, and stream.
   * - present: is given the line that is being written.
   */
  constructor({ line, present }) {
    this.handlers = { line, present };
    this.rows = { stdout: new Row(), stderr: new Row() };
  }

  /** Takes a piece of one stream. */
  feed(piece, stream) {
    let row = this.rows[stream];
    let text = row.rest + piece;
    row.rest = "";
    while (text) {
      const code = text.charCodeAt(0);
      if (code === 0x1b) {
        const sequence = ESCAPE.exec(text);
        if (sequence) {
          this.obey(row, sequence[0]);
          text = text.slice(sequence[0].length);
          continue;
        }
        if (UNFINISHED.test(text)) {
          row.rest = text;
          break;
        }
      }
      // eslint-disable-next-line no-control-regex
      const run = /^[^\x00-\x1f\x7f-\x9f]+/.exec(text)?.[0];
      if (run) {
        for (const character of run) row.put(character);
        text = text.slice(run.length);
        continue;
      }
      this.control(row, stream, code);
      row = this.rows[stream];
      text = text.slice(1);
    }
    this.handlers.present(row.text, stream);
  }

  control(row, stream, code) {
    switch (code) {
      case 0x0a:
        this.finish(stream);
        break;
      case 0x0d: row.column = 0; break;
      case 0x08: row.column = Math.max(0, row.column - 1); break;
      case 0x09: do row.put(row.characters[row.column] ?? " "); while (row.column % 8); break;
      default: break;
    }
  }

  /** `K` erases in the line, `G` goes to a column (ECMA-48 §8.3.41, §8.3.9). */
  obey(row, sequence) {
    const number = Number.parseInt(sequence.slice(2), 10);
    if (sequence.endsWith("K")) {
      if (number === 2) row.characters = [];
      else if (!number) row.characters.length = Math.min(row.characters.length, row.column);
    } else if (sequence.endsWith("G")) {
      row.column = Math.min(Math.max((number || 1) - 1, 0), LONGEST_LINE);
    }
  }

  finish(stream) {
    this.handlers.line(this.rows[stream].text, stream);
    this.rows[stream] = new Row();
  }

  /** Ends what has not ended. */
  end() {
    for (const stream of ["stdout", "stderr"]) {
      if (this.rows[stream].characters.length) this.finish(stream);
    }
  }
}
