import type { RootView } from "@local-mcp/contract";

/**
 * The order in which all roots are shown: those of the profile in its order, then the others. What
 * was shown before stays where it was as long as that agrees with the profile, so that a root that
 * is turned on or off does not leave its place.
 * @param shown ids as they were shown; empty at first
 * @param chosen ids of the profile, in order
 * @param all ids of all there are
 */
export function arranged(
  shown: readonly string[],
  chosen: readonly string[],
  all: readonly string[],
): string[] {
  const chosenSet = new Set(chosen);
  const there = new Set(all);
  const kept = shown.filter((id) => there.has(id));
  const agrees =
    kept.filter((id) => chosenSet.has(id)).join(" ") ===
    chosen.filter((id) => there.has(id)).join(" ");
  const first = agrees ? kept : chosen.filter((id) => there.has(id));
  return [...first, ...all.filter((id) => !first.includes(id))];
}

/** What a root is called: as a person named it, otherwise by its URI. */
export const rootTitle = ({ name, uri }: Pick<RootView, "name" | "uri">): string => name ?? uri;

/** The URI of a folder or file by its absolute path, on Windows too. */
export function fileUri(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  const parts = slashed.split("/").map(encodeURIComponent).join("/");
  const drive = parts.replace(/^([A-Za-z])%3A(?=\/|$)/, "$1:");
  return drive.startsWith("//")
    ? `file:${drive}`
    : `file://${drive.startsWith("/") ? "" : "/"}${drive}`;
}
