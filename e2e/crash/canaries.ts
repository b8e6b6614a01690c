/** No secret in clear in any file that was ever written, also of those that are gone again. */
import { findIn } from "../canaries/finder.ts";
import { MARKER } from "../canaries/samples.ts";
import type { Section } from "../leaks/section.ts";
import { CONTROL } from "./stage.ts";
import type { Recording } from "./states.ts";

/** Everything that was written to a file, one after the other, so that no secret is cut in two. */
function filesOf({ writes }: Recording): Map<string, Buffer> {
  const pieces = new Map<string, Buffer[]>();
  for (const { path, bytes } of writes) pieces.set(path, [...(pieces.get(path) ?? []), bytes]);
  return new Map([...pieces].map(([path, some]) => [path, Buffer.concat(some)]));
}

export function canaries(recordings: readonly Recording[]): Section {
  const control = CONTROL.slice(MARKER.length);
  const faults = new Set<string>();
  let searched = 0;
  let files = 0;
  let isSeen = false;
  for (const recording of recordings) {
    for (const [path, bytes] of filesOf(recording)) {
      searched += bytes.length;
      files += 1;
      for (const { id, form } of findIn(bytes)) {
        if (id === control) isSeen = true;
        else faults.add(`${recording.name}: ${id} ${form} in ${path}`);
      }
    }
  }
  if (!isSeen) faults.add("what is no secret was not seen either");
  return {
    name: "secrets in what was written",
    figures: [
      ["files", String(files)],
      ["KiB searched", String(Math.round(searched / 1024))],
    ],
    faults: [...faults],
  };
}
