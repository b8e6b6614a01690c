import type { OpenApiView, ToolView } from "@local-mcp/contract";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextArea } from "../../components/field.tsx";
import { FileDrop } from "../../components/file-drop.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";
import { useAttempt } from "../../components/use-attempt.ts";
import {
  type ChoiceProblems,
  firstChoice,
  type OpenApiChoice,
  readChoice,
} from "./openapi-choice.ts";
import { OpenApiFields } from "./openapi-fields.tsx";
import { refusedFields } from "./refused-fields.ts";

/** Bytes. */
const LARGEST = 32 * 1024 * 1024;

/** The field of what the gateway refused. */
function placeOf(path: string): string {
  const [first = ""] = path.split(".", 1);
  if (first === "url") return "baseUrl";
  return first === "headers" || first === "query" ? "auth" : first;
}

interface Imported {
  tools: ToolView[];
  skipped: { key: string; problem: string }[];
}

/** Makes tools of an OpenAPI document: the document, what of it, and what came of it. */
export function OpenApiDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [view, setView] = useState<OpenApiView | null>(null);
  const [choice, setChoice] = useState<OpenApiChoice | null>(null);
  const [problems, setProblems] = useState<ChoiceProblems>({});
  const [imported, setImported] = useState<Imported | null>(null);
  const reading = useAttempt();
  const importing = useAttempt();

  const read = (given: string): Promise<void> =>
    reading.attempt(async () => {
      const found = await client.tools.readOpenApi({ text: given });
      setView(found);
      setChoice(firstChoice(found));
      announce(`${count(found.operations.length, "operation")} found.`);
    });
  const refuse = (found: ChoiceProblems): void => {
    flushSync(() => setProblems(found));
    const [first] = Object.keys(found);
    if (first !== undefined) document.getElementById(`openapi-${first}`)?.focus();
  };
  const makeTools = (): Promise<void> =>
    importing.attempt(async () => {
      if (view === null || choice === null) return;
      const { wanted, problems: found } = readChoice(text, view, choice);
      refuse(found ?? {});
      if (wanted === null) return;
      try {
        const made = await client.tools.importOpenApi(wanted);
        setImported(made);
        announce(`${count(made.tools.length, "tool")} made.`);
      } catch (error) {
        const ofField = refusedFields(error, choice.allowPrivateNetwork);
        if (ofField === null) throw error;
        refuse(
          Object.fromEntries(Object.entries(ofField).map(([path, why]) => [placeOf(path), why])),
        );
      }
    });

  if (imported !== null) return <Result imported={imported} onClose={onClose} />;
  if (view === null || choice === null) {
    return (
      <Document
        text={text}
        onText={setText}
        onRead={(given) => void read(given)}
        isReading={reading.isBusy}
        error={reading.error}
        onClose={onClose}
      />
    );
  }
  const chosen = choice.chosen.size;
  return (
    <Dialog
      key="choice"
      open
      onClose={onClose}
      title="Tools from OpenAPI"
      description="Nothing is stored before you import."
      width="wide"
      startsIn="field"
      footer={
        <>
          <Button className="mr-auto" onClick={() => setView(null)}>
            Back
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={importing.isBusy || chosen === 0}
            onClick={() => void makeTools()}
          >
            Import {count(chosen, "tool")}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <OpenApiFields
          view={view}
          choice={choice}
          problems={problems}
          set={(part) => setChoice({ ...choice, ...part })}
        />
        {importing.error === null ? null : (
          <ProblemView what="Nothing was imported." error={importing.error} />
        )}
      </div>
    </Dialog>
  );
}

interface DocumentProps {
  text: string;
  onText: (text: string) => void;
  onRead: (text: string) => void;
  isReading: boolean;
  error: unknown;
  onClose: () => void;
}

/** The first step: the document itself. */
function Document({ text, onText, onRead, isReading, error, onClose }: DocumentProps) {
  const [fileProblem, setFileProblem] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const take = async (file: File): Promise<void> => {
    if (file.size > LARGEST) {
      setFileProblem(`“${file.name}” is larger than 32 MB.`);
      return;
    }
    setFileProblem(null);
    const given = await file.text();
    onText(given);
    onRead(given);
  };
  return (
    <Dialog
      key="document"
      open
      onClose={onClose}
      title="Tools from OpenAPI"
      description="Each operation of an OpenAPI 3 document can become a tool."
      width="wide"
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={isReading || text.trim() === ""}
            onClick={() => onRead(text)}
          >
            Read document
          </Button>
        </>
      }
    >
      <FileDrop onFile={(file) => void take(file)} onChoose={() => chooser.current?.click()}>
        <TextArea
          label="Paste an OpenAPI document"
          hint="JSON or YAML, version 3.0 or 3.1. Nothing that it refers to elsewhere is fetched."
          mono
          rows={10}
          error={fileProblem ?? (error === null ? null : problemLine(error))}
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
        <input
          ref={chooser}
          type="file"
          hidden
          accept=".json,.yaml,.yml,application/json,application/yaml"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file) void take(file);
            // So that the same file can be chosen again.
            target.value = "";
          }}
        />
      </FileDrop>
    </Dialog>
  );
}

function Result({ imported, onClose }: { imported: Imported; onClose: () => void }) {
  const { tools, skipped } = imported;
  return (
    <Dialog
      key="result"
      open
      onClose={onClose}
      title={`${count(tools.length, "tool")} made`}
      width="wide"
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="space-y-3">
        <ul className="space-y-1">
          {tools.map(({ id, name, method, url }) => (
            <li key={id} className="break-words">
              <a href={`#${routeTo("tools", [id])}`} onClick={onClose}>
                <code>{name}</code>
              </a>{" "}
              <span className="text-text-2">
                {method} {url}
              </span>
            </li>
          ))}
        </ul>
        {skipped.length > 0 ? (
          <section className="space-y-1">
            <h3 className="font-medium">Left out</h3>
            <ul className="space-y-1">
              {skipped.map(({ key, problem }) => (
                <li key={key} className="break-words">
                  <code>{key}</code> <span className="text-text-2">{problem}</span>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
      </div>
    </Dialog>
  );
}
