import { GatewayError, MAX_IMPORT_BYTES } from "@local-mcp/contract";
import { useRef, useState } from "react";
import { problemOf } from "../../app/problem.ts";
import { Button } from "../../components/button.tsx";
import { TextArea } from "../../components/field.tsx";
import { FileDrop } from "../../components/file-drop.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { sizeText } from "../../components/size.ts";
import { refuseFile, takeFile, useImport } from "./use-import.ts";

/** The first step: which file. */
export function ImportSource({ error }: { error: unknown }) {
  const [text, setText] = useState(() => useImport.getState().file?.text ?? "");
  const chooser = useRef<HTMLInputElement>(null);
  const take = async (file: File): Promise<void> => {
    if (file.size <= MAX_IMPORT_BYTES) takeFile(file.name, await file.text());
    else refuseFile(tooBig(file.name));
  };
  return (
    <div className="max-w-prose space-y-4">
      {error === null ? null : (
        <div role="alert">
          <ProblemView what={headline(error)} error={error} />
        </div>
      )}
      <p>
        You see what would change before anything does. What is there now is kept, so that an import
        can be undone.
      </p>
      <FileDrop onFile={(file) => void take(file)} onChoose={() => chooser.current?.click()}>
        <TextArea
          label="Paste a configuration"
          hint="An export of this program or of ContextForge, or the configuration of an MCP client: mcpServers, servers, TOML."
          mono
          rows={10}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <input
          ref={chooser}
          type="file"
          hidden
          accept=".json,.jsonc,.toml,.txt,application/json"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file) void take(file);
            // So that the same file can be chosen again.
            target.value = "";
          }}
        />
      </FileDrop>
      <Button kind="primary" disabled={text.trim() === ""} onClick={() => takeFile(null, text)}>
        Read configuration
      </Button>
    </div>
  );
}

const tooBig = (name: string): { data: unknown } => {
  const { code, message, wayOut, params } = new GatewayError("import_too_big", {
    name,
    limit: sizeText(MAX_IMPORT_BYTES),
  });
  return { data: { code, message, wayOut, params } };
};

const HEADLINES: Record<string, string> = {
  import_unreadable: "This file cannot be read.",
  import_too_big: "This file is too big.",
  import_unknown_format: "This is no file that can be imported.",
  import_newer: "This file is of a newer version.",
  import_nothing: "There is nothing in this file.",
};

const headline = (error: unknown): string =>
  HEADLINES[problemOf(error).code] ?? "The file was not read.";
