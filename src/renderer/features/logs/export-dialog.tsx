import { exportedFilter, type LogFormat } from "@local-mcp/contract";
import { useEffect, useId, useRef, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { ProgressBar } from "../../components/progress-bar.tsx";
import { RadioList } from "../../components/radio-list.tsx";
import { count } from "../../components/time.ts";
import { toast } from "../../components/toast.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import { rowsText } from "./recording-words.ts";
import { useCount } from "./use-count.ts";

const FORMATS: readonly { value: LogFormat; label: string; hint: string }[] = [
  {
    value: "jsonl",
    label: "JSON Lines",
    hint: "One row a line, with everything that is known of it.",
  },
  {
    value: "har",
    label: "HAR",
    hint: "What clients asked, for the network tools of browsers and proxies.",
  },
];

const CONTENTS = [
  {
    value: "without",
    label: "Without contents",
    hint: "What was called, when, and what came of it; of messages only their shape and size.",
  },
  {
    value: "with",
    label: "With contents as recorded",
    hint: "Arguments and results too. Known secrets were removed; anything else is in it.",
  },
] as const;

interface ExportDialogProps {
  /** What is exported; empty for everything. */
  filter: string;
  onClose: () => void;
}

/** Debug logs to a file: as what, with or without what was said, asked twice for the latter. */
export function ExportDialog({ filter, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<LogFormat>("jsonl");
  const [contents, setContents] = useState<(typeof CONTENTS)[number]["value"]>("without");
  const [isAsking, setAsking] = useState(false);
  const { rows, isCounting, error: countError } = useCount(exportedFilter(filter, format));
  const what = rowsText(rows, filter, format === "har" ? "request" : "row");
  const { write, cancel, written, error } = useWriting(onClose);
  const start = (): void => {
    setAsking(false);
    write({ filter, format, contents: contents === "with" });
  };

  if (isAsking) {
    return (
      <Dialog
        key="asking"
        open
        onClose={onClose}
        title="Export what was said?"
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Back</Button>
            <Button kind="primary" onClick={start}>
              Export with contents…
            </Button>
          </>
        }
      >
        <div className="space-y-2">
          <p>
            The file holds arguments and results of {what}: texts, names, whatever tools were given
            and gave back. Secrets that the gateway knew were removed; those it did not know are in
            it.
          </p>
          <p>Look through it before you give it to anybody.</p>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      key="export"
      open
      onClose={() => {
        cancel();
        onClose();
      }}
      staysOpen={written !== null}
      title="Export debug logs"
      description={
        isCounting
          ? "Counting what the file will hold…"
          : rows !== undefined && `The file holds ${what}.`
      }
      footer={
        written === null ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="primary"
              disabled={isCounting || rows === 0}
              onClick={contents === "with" ? () => setAsking(true) : start}
            >
              Export…
            </Button>
          </>
        ) : (
          <Button onClick={cancel}>Cancel export</Button>
        )
      }
    >
      <div className="space-y-4">
        {error ? <ProblemView what="Nothing was exported." error={error} /> : null}
        {countError ? (
          <ProblemView what="How many rows there are is not known." error={countError} />
        ) : null}
        <RadioList
          label="Format"
          value={format}
          items={FORMATS}
          disabled={written !== null}
          onChange={setFormat}
        />
        <RadioList
          label="Messages"
          value={contents}
          items={CONTENTS}
          disabled={written !== null}
          onChange={setContents}
        />
        {written === null ? null : <Progress written={written} total={rows ?? 0} />}
      </div>
    </Dialog>
  );
}

function Progress({ written, total }: { written: number; total: number }) {
  const label = useId();
  return (
    <div className="space-y-2">
      <p id={label} role="status">
        {written === 0
          ? "Waiting for a place to save it…"
          : `${written.toLocaleString()} of ${count(total, "row")} written…`}
      </p>
      {/* More may come while it is written. */}
      <ProgressBar
        label={label}
        percent={written === 0 || total === 0 ? null : Math.min(100, (100 * written) / total)}
      />
    </div>
  );
}

type Wish = Parameters<typeof client.desktop.saveLogs>[0];

/** Writes the file, says how many rows it has so far, and closes the dialog when it is there. */
function useWriting(onDone: () => void) {
  const { error, attempt } = useAttempt();
  const [written, setWritten] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const follow = async (wish: Wish, signal: AbortSignal): Promise<void> => {
    let name: string | null = null;
    let rows = 0;
    for await (const step of await client.desktop.saveLogs(wish, { signal })) {
      ({ rows, name } = step);
      setWritten(rows);
    }
    if (name === null) return;
    const text = `${count(rows, "row")} written to ${name}.`;
    toast({ key: "logs exported", text });
    announce(text);
    onDone();
  };
  const write = (wish: Wish): void => {
    running.current = new AbortController();
    const { signal } = running.current;
    setWritten(0);
    void attempt(async () => {
      try {
        await follow(wish, signal);
      } catch (problem) {
        if (!signal.aborted) throw problem;
        announce("The export was cancelled. Nothing was written.");
      } finally {
        setWritten(null);
      }
    });
  };
  return { write, cancel: () => running.current?.abort(), written, error };
}
