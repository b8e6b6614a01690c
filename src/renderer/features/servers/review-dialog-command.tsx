import type { ServerReview } from "@local-mcp/contract";
import { DetailList } from "../../components/detail-list.tsx";
import { ago } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { MarkedText } from "./paste-marked-text.tsx";

/** The whole command, nothing cut off, and what it is given. */
export function ReviewedCommand({ title, review }: { title: string; review: ServerReview }) {
  const { command, args, path, version, cwd, env, addedAt } = review;
  return (
    <div className="space-y-2">
      <CommandWords title={title} words={[command, ...args]} />
      <DetailList
        items={[
          {
            name: "Runs",
            value:
              path === null ? (
                <span className="text-warn">
                  “<UntrustedText text={command} />” was not found. It cannot start until it is
                  installed.
                </span>
              ) : (
                <span className="font-mono text-log break-all">
                  {path}
                  {version === null ? null : <span className="text-text-2"> · {version}</span>}
                </span>
              ),
          },
          {
            name: "In",
            value:
              cwd === null ? (
                "the folder the gateway runs in"
              ) : (
                <span className="font-mono text-log break-all">
                  <UntrustedText text={cwd} />
                </span>
              ),
          },
          {
            name: "Is given",
            value:
              env.length === 0 ? (
                "no variables of its own"
              ) : (
                <span className="font-mono text-log break-all">
                  <UntrustedText text={env.join(", ")} />
                </span>
              ),
          },
          { name: "Added", value: ago(addedAt) },
        ]}
      />
    </div>
  );
}

/** A command as it is run: its words, one a line, each whole. */
export function CommandWords({ title, words }: { title: string; words: readonly string[] }) {
  return (
    <ol
      aria-label={`Command of ${title}, one argument per line`}
      className="rounded-panel bg-sunken px-3 py-2 font-mono text-log"
    >
      {words.map((word, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- an argument is its place
        <li key={index} className={index === 0 ? "break-all" : "pl-4 break-all"}>
          {word === "" ? <span className="text-text-3">(empty)</span> : <MarkedText text={word} />}
        </li>
      ))}
    </ol>
  );
}
