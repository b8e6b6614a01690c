/** Texts as calls have them: some words are everywhere, most are rare. The same in every run. */

const SYLLABLES =
  "ba be bi bo da de di do fa fe ka ke ki la le li lo ma me mi na ne no pa re ri ro sa se si so ta te ti to va ve vi za zo".split(
    " ",
  );
const VOCABULARY = 8000;

const wordAt = (index: number): string => {
  let word = "";
  for (let rest = index + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[rest % SYLLABLES.length];
  }
  return word;
};
const WORDS = Array.from({ length: VOCABULARY }, (_, index) => wordAt(index));

/** Numbers that look like chance, from 0 to below 1 (mulberry32). */
export const chance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** The n-th most frequent word. */
export const frequentWord = (place: number): string => WORDS[place] ?? "";

/** Of the length, characters; a word is the rarer the later in the vocabulary it stands. */
export const prose = (length: number, random: () => number): string => {
  let text = "";
  while (text.length < length) text += `${WORDS[Math.floor(VOCABULARY ** random()) - 1] ?? ""} `;
  return text.slice(0, length);
};

/** A word that only this call has. */
export const wordOfCall = (call: number): string => `call${call.toString(36).padStart(6, "0")}q`;
