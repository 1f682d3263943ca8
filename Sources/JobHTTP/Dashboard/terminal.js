// What a terminal would show of some output, line by line.

/** Longer lines are cut. */
const LONGEST_LINE = 4000;
/** How many rows up the cursor may go, as with the daemon's plain output. */
const SCREEN = 40;
/** ECMA-48 sequences and control strings that are longer are none: what follows counts again. */
const LONGEST_SEQUENCE = 256;
const LONGEST_STRING = 4096;

/** A row of one stream. */
class Row {
  constructor() {
    this.characters = [];
    this.column = 0;
    /** Names it once it was given away as a line; null before. */
    this.key = null;
    /** Whether it was changed after that. */
    this.isChanged = false;
  }

  put(character) {
    if (this.column < LONGEST_LINE) {
      // What was skipped is blank, and no hole (an array with holes is slow).
      while (this.characters.length < this.column) this.characters.push(" ");
      this.characters[this.column] = character;
      this.isChanged = true;
    }
    this.column += 1;
  }

  erase(from, to) {
    for (let column = from; column < Math.min(to, this.characters.length); column += 1) {
      this.characters[column] = " ";
    }
    if (to >= this.characters.length) this.characters.length = Math.min(from, this.characters.length);
    this.isChanged = true;
  }

  get text() {
    return this.characters.join("");
  }
}

/** The last rows of one stream, and where in an escape sequence it is. */
class Screen {
  constructor() {
    this.rows = [new Row()];
    this.index = 0;
    this.state = "text";
    this.parameters = "";
    this.length = 0;
  }

  get row() {
    return this.rows[this.index];
  }
}

/**
 * Turns pieces of output into lines: escape sequences go, and what is drawn over is
 * what was drawn last, also some rows up. Each character costs the same, whatever came
 * before it.
 */
export class TerminalText {
  /**
   * - line: is given each line that has ended: text, stream, and a key of its own.
   * - change: is given the key of a line that was drawn over, and its text.
   * - present: is given the line that is being written, and its stream.
   */
  constructor({ line, change, present }) {
    this.handlers = { line, change, present };
    this.screens = { stdout: new Screen(), stderr: new Screen() };
    this.keys = 0;
  }

  /** Takes a piece of one stream. */
  feed(piece, stream) {
    const screen = this.screens[stream];
    for (const character of piece) this.take(character, screen, stream);
    for (const row of screen.rows) {
      if (row.key !== null && row.isChanged) this.handlers.change?.(row.key, row.text);
      row.isChanged = false;
    }
    this.handlers.present(screen.rows.at(-1).text, stream);
  }

  take(character, screen, stream) {
    const code = character.codePointAt(0);
    switch (screen.state) {
      case "text":
        if (code === 0x1b) screen.state = "escape";
        else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) this.control(code, screen, stream);
        else screen.row.put(character);
        break;
      case "escape":
        screen.parameters = "";
        screen.length = 0;
        if (character === "[") screen.state = "sequence";
        else if ("]PX^_".includes(character)) screen.state = "string";
        else if (code < 0x20 || code > 0x2f) screen.state = "text";
        break;
      case "sequence":
        // ECMA-48 §5.4: a final byte ends it.
        if (code >= 0x40 && code <= 0x7e) {
          screen.state = "text";
          this.obey(character, screen);
        } else if (code < 0x20 || code > 0x7e || (screen.length += 1) > LONGEST_SEQUENCE) {
          screen.state = "text";
          if (code < 0x20) this.take(character, screen, stream);
        } else {
          screen.parameters += character;
        }
        break;
      case "string":
        // ECMA-48 §5.6; OSC ends with BEL too, as xterm has it.
        if (code === 0x07 || (screen.length += 1) > LONGEST_STRING) screen.state = "text";
        else if (code === 0x1b) screen.state = "escape";
        break;
      default:
        screen.state = "text";
    }
  }

  control(code, screen, stream) {
    const { row } = screen;
    switch (code) {
      case 0x0a: this.down(screen, stream); break;
      case 0x0d: row.column = 0; break;
      case 0x08: row.column = Math.max(0, row.column - 1); break;
      case 0x09: do row.put(row.characters[row.column] ?? " "); while (row.column % 8); break;
      default: break;
    }
  }

  /** To the row below, which may be a new one. */
  down(screen, stream) {
    const { row } = screen;
    if (row.key === null) {
      this.keys += 1;
      row.key = this.keys;
      row.isChanged = false;
      this.handlers.line(row.text, stream, row.key);
    }
    if (screen.index + 1 < screen.rows.length) {
      screen.index += 1;
    } else {
      screen.rows.push(new Row());
      if (screen.rows.length > SCREEN) {
        const [gone] = screen.rows.splice(0, 1);
        if (gone.isChanged) this.handlers.change?.(gone.key, gone.text);
      }
      screen.index = screen.rows.length - 1;
    }
    // As a terminal's driver does it (termios(3), ONLCR).
    screen.row.column = 0;
  }

  /** ECMA-48 §8.3: A and F go up, B and E down, G to a column, K and J erase. */
  obey(final, screen) {
    const { row } = screen;
    const number = Number.parseInt(screen.parameters, 10);
    const count = Math.min(Math.max(number || 1, 1), SCREEN);
    const go = (rows) => {
      const { column } = screen.row;
      screen.index = Math.min(Math.max(screen.index + rows, 0), screen.rows.length - 1);
      screen.row.column = column;
    };
    switch (final) {
      case "A": go(-count); break;
      case "B": go(count); break;
      case "E": go(count); screen.row.column = 0; break;
      case "F": go(-count); screen.row.column = 0; break;
      case "C": row.column = Math.min(row.column + Math.max(number || 1, 1), LONGEST_LINE); break;
      case "D": row.column = Math.max(row.column - Math.max(number || 1, 1), 0); break;
      case "G": row.column = Math.min(Math.max((number || 1) - 1, 0), LONGEST_LINE); break;
      case "K":
        if (number === 1) row.erase(0, row.column + 1);
        else row.erase(number === 2 ? 0 : row.column, Infinity);
        break;
      case "J":
        if (number === 1) break;
        row.erase(number === 2 ? 0 : row.column, Infinity);
        for (const below of screen.rows.slice(screen.index + 1)) below.erase(0, Infinity);
        break;
      default: break;
    }
  }

  /** Ends what has not ended. */
  end() {
    for (const [stream, screen] of Object.entries(this.screens)) {
      const last = screen.rows.at(-1);
      if (last.key === null && last.characters.length) {
        this.keys += 1;
        this.handlers.line(last.text, stream, this.keys);
      }
      this.screens[stream] = new Screen();
      this.handlers.present("", stream);
    }
  }
}
