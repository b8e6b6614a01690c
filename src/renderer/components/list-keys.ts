/** Where a key leads in a list of `count` rows; null for keys that lead nowhere. */
export function rowAfterKey(
  key: string,
  current: number,
  count: number,
  page: number,
): number | null {
  const last = count - 1;
  if (last < 0) return null;
  const within = (index: number): number => Math.min(last, Math.max(0, index));
  switch (key) {
    case "ArrowDown":
      return within(current + 1);
    case "ArrowUp":
      return within(current - 1);
    case "PageDown":
      return within(current + page);
    case "PageUp":
      return within(current - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** Letters within this time are one word, ms. */
const TOGETHER_MS = 700;

/** Remembers what was typed in a list a moment ago. */
export class TypeAhead {
  #typed = "";
  #at = 0;

  /**
   * The row that what was typed leads to, or null. The same letter again goes to the next row that
   * begins with it.
   *
   * @param at when the key was pressed, ms of any clock
   */
  press(letter: string, at: number, texts: readonly string[], current: number): number | null {
    this.#typed = at - this.#at > TOGETHER_MS ? letter : this.#typed + letter;
    this.#at = at;
    const repeated = this.#typed === letter.repeat(this.#typed.length);
    const wanted = (repeated ? letter : this.#typed).toLowerCase();
    // A word that grows may stay where it is; a letter by itself moves on.
    const from = current + (repeated ? 1 : 0);
    for (let step = 0; step < texts.length; step += 1) {
      const index = (from + step) % texts.length;
      if (texts[index]?.toLowerCase().startsWith(wanted)) return index;
    }
    return null;
  }
}
