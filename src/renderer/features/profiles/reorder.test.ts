import { describe, expect, test } from "vitest";
import { dropPlace, givesWay, move, SPOKEN } from "./reorder.ts";

describe("moving one of several", () => {
  const letters = ["a", "b", "c", "d"];

  test.each([
    [0, 2, "bcad"],
    [3, 0, "dabc"],
    [1, 1, "abcd"],
    [2, 9, "abdc"],
    [2, -1, "cabd"],
  ])("from %i to %i", (from, to, expected) => {
    expect(move(letters, from, to).join("")).toBe(expected);
    expect(letters.join("")).toBe("abcd");
  });

  test("the rows between give way by one, the others stay", () => {
    const ways = (from: number, to: number): number[] =>
      [0, 1, 2, 3].map((index) => givesWay(index, { from, to }));
    expect(ways(0, 2)).toEqual([0, -1, -1, 0]);
    expect(ways(3, 1)).toEqual([0, 1, 1, 0]);
    expect(ways(2, 2)).toEqual([0, 0, 0, 0]);
  });

  test("shown while it is on its way is where it lands", () => {
    for (const from of [0, 1, 2, 3]) {
      for (const to of [0, 1, 2, 3]) {
        const shown = letters
          .map((letter, index) => ({
            letter,
            at: index === from ? to : index + givesWay(index, { from, to }),
          }))
          .sort((a, b) => a.at - b.at)
          .map(({ letter }) => letter);
        expect(shown).toEqual(move(letters, from, to));
      }
    }
  });

  test("a drag lands on the row that is nearest, never outside of the list", () => {
    expect(dropPlace(1, 19, 40, 4)).toBe(1);
    expect(dropPlace(1, 21, 40, 4)).toBe(2);
    expect(dropPlace(1, 900, 40, 4)).toBe(3);
    expect(dropPlace(1, -900, 40, 4)).toBe(0);
  });

  test("what is spoken counts from one", () => {
    expect(SPOKEN.dropped("GitHub", 0, 3)).toBe("GitHub dropped, position 1 of 3.");
  });
});
