import type { PastedServer } from "@local-mcp/contract";
import { CircleX, Lock } from "lucide-react";
import { Checkbox } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { Panel } from "../../components/page.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { MarkedText } from "./paste-marked-text.tsx";
import type { PasteEdit, PasteRow } from "./paste-rows.ts";

interface PastePreviewProps {
  rows: PasteRow[];
  onEdit: (key: string, edit: PasteEdit) => void;
}

/** Each server that was recognised, as it would be added. */
export function PastePreview({ rows, onEdit }: PastePreviewProps) {
  return (
    <Panel>
      {rows.map((row) => (
        <PreviewRow key={row.key} row={row} onEdit={(edit) => onEdit(row.key, edit)} />
      ))}
    </Panel>
  );
}

function PreviewRow({ row, onEdit }: { row: PasteRow; onEdit: (edit: PasteEdit) => void }) {
  const { server, name, chosen, plain, nameProblem } = row;
  const title = server.original === "" ? name : server.original;
  if (server.config === null || server.problem !== null) {
    return (
      <div className="flex gap-3 px-3 py-2">
        <CircleX aria-hidden size={16} strokeWidth={1.75} className="mt-0.5 shrink-0 text-err" />
        <div className="min-w-0 space-y-0.5">
          <p className="font-medium break-words">
            <UntrustedText text={title} />
          </p>
          <p className="text-meta break-words text-text-2">{server.problem}</p>
        </div>
      </div>
    );
  }
  return (
    <div className="flex gap-2 px-3 py-3">
      <div className="flex h-8 items-center">
        <Checkbox
          label={`Add ${title}`}
          hideLabel
          checked={chosen}
          onChange={(next) => onEdit({ chosen: next })}
        />
      </div>
      <div className="min-w-0 flex-1 space-y-2">
        <TextField
          label={`Name of ${title}`}
          hideLabel
          mono
          value={name}
          error={chosen || server.taken ? nameProblem : null}
          onChange={(event) => onEdit({ name: event.target.value })}
        />
        {server.original === "" || server.original === name ? null : (
          <p className="text-meta break-words text-text-2">
            Shown to people as “<UntrustedText text={server.original} />
            ”.
          </p>
        )}
        <Reached config={server.config} />
        {server.config.transport === "stdio" ? (
          <Variables
            names={server.config.env}
            plain={plain}
            onPlain={(next) => onEdit({ plain: next })}
          />
        ) : (
          <Headers names={server.config.headers} />
        )}
        {server.enabled ? null : (
          <p className="text-meta text-text-2">
            It is turned off where it comes from, and stays so.
          </p>
        )}
      </div>
    </div>
  );
}

/** How it is reached: the whole command, or the URL. */
function Reached({ config }: { config: NonNullable<PastedServer["config"]> }) {
  if (config.transport !== "stdio") {
    return (
      <p className="font-mono text-log break-all">
        <MarkedText text={config.url} />
        {config.transport === "sse" ? <span className="text-text-2"> (SSE)</span> : null}
      </p>
    );
  }
  const words = [config.command, ...config.args];
  return (
    <div className="space-y-1">
      <p className="font-mono text-log break-all">
        {words.map((word, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a word is its place
          <span key={index}>
            {index === 0 ? "" : " "}
            <MarkedText text={/^$|\s/.test(word) ? `"${word}"` : word} />
          </span>
        ))}
      </p>
      {config.cwd === null ? null : (
        <p className="text-meta break-all text-text-2">
          in <UntrustedText text={config.cwd} />
        </p>
      )}
    </div>
  );
}

interface VariablesProps {
  names: string[];
  plain: string[];
  onPlain: (plain: string[]) => void;
}

function Variables({ names, plain, onPlain }: VariablesProps) {
  return (
    <ul className="space-y-0.5">
      {names.map((name) => {
        const isPlain = plain.includes(name);
        return (
          <li key={name}>
            <fieldset className="flex flex-wrap items-center gap-x-3">
              <legend className="sr-only">{name}</legend>
              <span aria-hidden className="font-mono text-log break-all">
                <UntrustedText text={name} />
              </span>
              {isPlain ? (
                <span className="text-meta text-text-2">stored in clear</span>
              ) : (
                <ToVault />
              )}
              <Checkbox
                label="Not secret"
                checked={isPlain}
                onChange={(next) =>
                  onPlain(next ? [...plain, name] : plain.filter((one) => one !== name))
                }
              />
            </fieldset>
          </li>
        );
      })}
    </ul>
  );
}

function Headers({ names }: { names: string[] }) {
  return (
    <ul className="space-y-1">
      {names.map((name) => (
        <li key={name} className="flex flex-wrap items-center gap-x-3">
          <span className="font-mono text-log break-all">
            <UntrustedText text={name} />
          </span>
          <ToVault />
        </li>
      ))}
    </ul>
  );
}

function ToVault() {
  return (
    <span className="inline-flex items-center gap-1 text-meta text-text-2">
      <Lock aria-hidden size={12} strokeWidth={1.75} />
      to the vault
    </span>
  );
}
