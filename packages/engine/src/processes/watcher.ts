import { type ChildProcess, spawn } from "node:child_process";
import { systemCode } from "../upstream/failure.ts";
import { MARKER } from "./marker.ts";

/** In a list of processes. Not ours, so that who ends everything of that name spares it. */
const NAME = "server-watcher";

/** How long after its end another takes its place, ms: longer each time that one does not last. */
const ANOTHER_MS = { least: 1000, most: 60_000 };

/** Said by a gateway that has ended its servers itself. */
const ALL_ENDED = "all ended";

/**
 * Waits for the end of its input, which comes when the gateway is gone, however it went. Then it
 * ends what carries the marker of that run and the groups of the processes it was told of, which may
 * have thrown the marker away, and nothing else: first left alone for a second, since their input
 * has ended as well, then asked twice, then killed. It gives up after ten rounds, and is done after
 * two that found nothing: one can miss what is forked while it looks.
 *
 * Each is signalled as soon as it is found to be the one, by marker or by when it started, so that
 * its number is still its own. The marker comes by the input and never on a command line or in an
 * environment, where it would make the watcher and its helpers look like members themselves.
 */
const scriptWith = (system: string): string => `
${system}
signal_leaders() {
  while read -r pid at; do
    kill -0 "$pid" || continue
    [ -n "$at" ] && [ "$(started_at "$pid")" = "$at" ] || continue
    kill "-$signal" "-$pid" && echo "$pid"
  done <<LEADERS
$leaders
LEADERS
} 2>/dev/null
IFS= read -r marker || exit 0
leaders=
while read -r said; do
  [ "$said" = "${ALL_ENDED}" ] && exit 0
  leaders="$leaders
$said $(started_at "$said")"
done
round=0
nothing=0
while [ "$round" -lt 10 ] && [ "$nothing" -lt 2 ]; do
  sleep 1
  round=$((round + 1))
  signal=KILL
  [ "$round" -lt 3 ] && signal=TERM
  if [ -n "$(signal_leaders; signal_marked)" ]; then nothing=0; else nothing=$((nothing + 1)); fi
done
`;

/**
 * All environments at once, a variable a line, each with its file above it: not every grep looks
 * beyond the end of the first variable. Those with the marker are looked at once more by themselves,
 * since a variable may hold lines, and the marker counts at its start only.
 */
const ON_LINUX = String.raw`
started_at() { sed -n 's/.*) //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
signal_marked() {
  cd /proc
  head -c 99999999 [0-9]*/environ | tr '\000' '\n' |
    sed -n "/^==> .* <==/h; /^$marker/{g;p;}" |
    while read -r _ file _; do
      tr '\n\000' ' \n' <"$file" | grep -q "^$marker" || continue
      pid=$(dirname "$file")
      kill "-$signal" "$pid" && echo "$pid"
    done
} 2>/dev/null`;

const ON_MAC = `
started_at() { /bin/ps -o lstart= -p "$1" | tr -d ' '; }
signal_marked() {
  /bin/ps -axwwE -o pid=,command= | while read -r pid rest; do
    case "$rest" in *" $marker"*) kill "-$signal" "$pid" && echo "$pid" ;; esac
  done
} 2>/dev/null`;

/**
 * A small process that outlives the gateway, to end its servers where it could not. Linux and
 * macOS: a child of ours on Windows ends with us by the job that Node puts it in.
 */
export class Watcher {
  readonly #prefix: string;
  readonly #onGone: (reason: string) => void;
  /** Those that run. */
  readonly #leaders = new Set<number>();
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #anotherMs = ANOTHER_MS.least;
  #closed = false;

  /** @param prefix how each marker of this run begins */
  constructor(prefix: string, onGone: (reason: string) => void) {
    this.#prefix = prefix;
    this.#onGone = onGone;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Has it run from now on, another one where somebody ends it. */
  start(): void {
    if (this.#closed || this.#child || process.platform === "win32") return;
    const script = scriptWith(process.platform === "darwin" ? ON_MAC : ON_LINUX);
    const child = spawn("/bin/sh", ["-c", script, NAME], {
      // A session of its own, so that what a terminal sends to ours does not reach it.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      env: { PATH: `${process.env["PATH"] ?? ""}:/usr/bin:/bin` },
    });
    this.#child = child;
    this.#startedAt = performance.now();
    child.once("error", (error) => this.#replace(child, systemCode(error) || error.message));
    child.once("exit", (code, signal) => this.#replace(child, `ended with ${signal ?? code}`));
    // It broke because the watcher ended, which is told of by itself.
    child.stdin?.on("error", () => {});
    child.stdin?.write(`${MARKER}=${this.#prefix}\n`);
    for (const leader of this.#leaders) child.stdin?.write(`${leader}\n`);
    // Neither it nor the pipe to it is a reason for us to stay.
    child.unref();
    if (child.stdin && "unref" in child.stdin && typeof child.stdin.unref === "function") {
      child.stdin.unref();
    }
  }

  /** Has a process watched that runs, with its group, whether or not it keeps the marker. */
  watch(leader: ChildProcess): void {
    const { pid } = leader;
    if (pid === undefined) return;
    this.#leaders.add(pid);
    leader.once("exit", () => this.#leaders.delete(pid));
    if (!this.#closed) this.#child?.stdin?.write(`${pid}\n`);
  }

  /** Lets it end, since there is nothing left to watch. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#child?.stdin?.end(`${ALL_ENDED}\n`);
  }

  #replace(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (this.#closed) return;
    this.#onGone(reason);
    if (performance.now() - this.#startedAt > ANOTHER_MS.most) this.#anotherMs = ANOTHER_MS.least;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), this.#anotherMs);
    this.#timer.unref();
    this.#anotherMs = Math.min(this.#anotherMs * 2, ANOTHER_MS.most);
  }
}
