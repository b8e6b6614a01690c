import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { alert, announce } from "../../app/announce.ts";
import { isShortcut, shortcutText } from "../../app/keys.ts";
import { Button } from "../../components/button.tsx";
import { TextArea } from "../../components/field.tsx";
import { problemOf } from "../../app/problem.ts";
import { duration } from "../../components/time.ts";
import { AskBeforeCall } from "./ask-before-call.tsx";
import {
  type CallArguments,
  type CallValues,
  fieldsOf,
  readForm,
  readJson,
  startValues,
  valuesOf,
} from "./call-form.ts";
import { CallFieldControl } from "./call-field.tsx";
import { readResult } from "./call-result.ts";
import { useNow } from "./use-now.ts";

const FORM_PROBLEM = "";

interface CallPanelProps<Answer> {
  name: string;
  inputSchema: unknown;
  /** “Call search”. */
  title: ReactNode;
  /** What the button says. */
  verb: string;
  /** Why it asks before it runs, as a sentence; null where it does not. */
  asks: string | null;
  run: (args: CallArguments, signal: AbortSignal) => Promise<Answer>;
  /** Why it cannot be run now. */
  disabled?: string;
  /** What came of it. */
  children: (answer: Answer | null, error: unknown, cancelled: boolean) => ReactNode;
}

/** Arguments by form or as JSON, and what came of the call that was made with them. */
export function CallPanel<Answer extends { result: Record<string, unknown>; durationMs: number }>({
  name,
  inputSchema,
  title,
  verb,
  asks,
  run,
  disabled,
  children,
}: CallPanelProps<Answer>) {
  const id = useId();
  const fields = fieldsOf(inputSchema);
  const [mode, setMode] = useState<"form" | "json">("form");
  const [values, setValues] = useState<CallValues>(() => startValues(fields));
  const [json, setJson] = useState("{}");
  const [problems, setProblems] = useState<CallValues>({});
  const [asking, setAsking] = useState<CallArguments | null>(null);
  const [cancelled, setCancelled] = useState(false);
  const callButton = useRef<HTMLButtonElement>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const call = useMutation({
    mutationFn: (args: CallArguments) => {
      setCancelled(false);
      running.current = new AbortController();
      return run(args, running.current.signal);
    },
    onSuccess: ({ result, durationMs }) => {
      const said = readResult(result).isError ? "says that it failed" : "answered";
      announce(`${name} ${said}, ${duration(durationMs)}.`);
    },
    onError: (error) => {
      if (!running.current?.signal.aborted) alert(problemOf(error).message);
    },
    gcTime: 0,
  });

  const read = (): CallArguments | null => {
    if (mode === "json") {
      const { value, problem } = readJson(json);
      setProblems(problem === null ? {} : { [FORM_PROBLEM]: problem });
      return value;
    }
    const { value, problems: found } = readForm(fields, values);
    setProblems(found ?? {});
    const [first] = Object.keys(found ?? {});
    if (first !== undefined) document.getElementById(fieldId(id, first))?.focus();
    return value;
  };
  const submit = (): void => {
    if (disabled !== undefined || call.isPending || asking !== null) return;
    const args = read();
    if (args === null) return;
    if (asks === null) call.mutate(args);
    else setAsking(args);
  };
  const cancel = (): void => {
    setCancelled(true);
    running.current?.abort();
    callButton.current?.focus();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isShortcut(event, "mod+enter")) return;
      event.preventDefault();
      submit();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  const toJson = (): void => {
    const { value } = readForm(fields, values);
    if (value !== null) setJson(JSON.stringify(value, null, 2));
    setProblems({});
    setMode("json");
  };
  const toForm = (): void => {
    const { value, problem } = readJson(json);
    const shown = value === null ? null : valuesOf(fields, value);
    if (shown === null) {
      setProblems({ [FORM_PROBLEM]: problem ?? "The form has no field for some of it." });
      return;
    }
    setProblems({});
    setValues(shown);
    setMode("form");
  };

  return (
    <section aria-labelledby={`${id}-title`} className="space-y-3">
      <div className="flex flex-wrap items-center gap-2">
        <h3 id={`${id}-title`} className="flex-1 text-field font-semibold">
          {title}
        </h3>
        <Button
          kind="quiet"
          size="toolbar"
          aria-pressed={mode === "json"}
          onClick={mode === "form" ? toJson : toForm}
        >
          {mode === "form" ? "Write as JSON" : "Use the form"}
        </Button>
      </div>
      {/* No form: Enter in a field must not call anything. */}
      <div className="max-w-form space-y-3">
        {mode === "json" ? (
          <TextArea
            label="Arguments as JSON"
            mono
            rows={6}
            value={json}
            error={problems[FORM_PROBLEM]}
            onChange={(event) => setJson(event.target.value)}
          />
        ) : fields.length === 0 ? (
          <p className="text-text-2">It takes no arguments.</p>
        ) : (
          fields.map((field) => (
            <CallFieldControl
              key={field.name}
              id={fieldId(id, field.name)}
              field={field}
              value={values[field.name] ?? ""}
              error={problems[field.name]}
              onChange={(text) => setValues((all) => ({ ...all, [field.name]: text }))}
            />
          ))
        )}
        <div className="flex items-center gap-2">
          <Button
            ref={callButton}
            kind="primary"
            aria-disabled={call.isPending || disabled !== undefined}
            onClick={submit}
          >
            {verb}
            <kbd className="text-meta">{shortcutText("mod+↵")}</kbd>
          </Button>
          {call.isPending ? <Running onCancel={cancel} /> : null}
          {disabled === undefined ? null : <span className="text-text-2">{disabled}</span>}
        </div>
      </div>
      {call.isPending ? null : children(call.data ?? null, call.error, cancelled)}
      {asking ? (
        <AskBeforeCall
          name={name}
          says={asks ?? ""}
          args={asking}
          onClose={() => setAsking(null)}
          onCall={() => {
            setAsking(null);
            call.mutate(asking);
          }}
        />
      ) : null}
    </section>
  );
}

const fieldId = (form: string, argument: string): string => `${form}-argument-${argument}`;

function Running({ onCancel }: { onCancel: () => void }) {
  const [startedAt] = useState(() => Date.now());
  const now = useNow(1000);
  const seconds = Math.max(0, Math.floor((now - startedAt) / 1000));
  return (
    <>
      <Button onClick={onCancel}>Cancel</Button>
      <span className="text-text-2">{seconds === 0 ? "Calling…" : `Calling, ${seconds} s`}</span>
    </>
  );
}
