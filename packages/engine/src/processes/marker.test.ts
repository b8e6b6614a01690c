import { describe, expect, it } from "vitest";
import { MARKER, markerIn, Markers } from "./marker.ts";

describe("a marker", () => {
  it("is another for each process, and the same run's", () => {
    const markers = new Markers("aa");
    const [one, other] = [markers.next(), markers.next()];
    expect(one).not.toBe(other);
    for (const marker of [one, other]) {
      expect(marker.startsWith(markers.ofThisRun)).toBe(true);
      expect(markers.isLeftover(marker)).toBe(false);
    }
  });

  it("is a leftover of another run over the same data directory, and of no other", () => {
    const earlier = new Markers("aa").next();
    expect(new Markers("aa").isLeftover(earlier)).toBe(true);
    expect(new Markers("aab").isLeftover(earlier)).toBe(false);
    expect(new Markers("a").isLeftover(earlier)).toBe(false);
  });

  it.each([
    ["first", `${MARKER}=a.b.1\0HOME=/`, "a.b.1"],
    ["last", `HOME=/\0${MARKER}=a.b.1\0`, "a.b.1"],
    ["alone, without an end", `${MARKER}=a.b.1`, "a.b.1"],
    ["part of another name", `MY_${MARKER}=a.b.1\0`, null],
    ["inside of a value", `TEXT=${MARKER}=a.b.1\0`, null],
    ["not there", "HOME=/\0", null],
    ["in nothing", "", null],
  ])("is found in an environment: %s", (_, environment, marker) => {
    expect(markerIn(environment, "\0")).toBe(marker);
  });
});
