import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The ids of all processes below this one, at this moment. Not for Windows, which has no `ps`. */
export const descendants = (pid: number): number[] => {
  const children = new Map<number, number[]>();
  for (const line of execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split(
    "\n",
  )) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    if (child && parent) children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const below = (id: number): number[] =>
    (children.get(id) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
};

/**
 * Whether the process runs; with a negative id, whether its group has a member. One that has ended
 * and waits to be read by its parent does not run: a first process of a container may take seconds.
 */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return pid < 0 || process.platform !== "linux" || !hasEnded(pid);
};

/** By proc(5): after the name, in parentheses, the state is the first field and threads the 18th. */
function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" && fields[17] === "1";
  } catch {
    // It has gone since it was found.
    return true;
  }
}
