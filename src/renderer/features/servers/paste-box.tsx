import type { Recognition } from "@local-mcp/contract";
import { useEffect, useState } from "react";
import { client } from "../../app/api.ts";
import { TextArea } from "../../components/field.tsx";
import { FileDrop } from "../../components/file-drop.tsx";
import { problemLine } from "../../components/problem-view.tsx";

/** What is typed is looked at when typing rests this long, ms. */
const TYPED_MS = 150;
/** Half a text is no mistake yet: what is wrong with it is said after this long, ms. */
const WRONG_MS = 800;
/** More than this is no configuration, bytes. */
const LARGEST = 1024 * 1024;

interface Recognised {
  text: string;
  recognition: Recognition | null;
  /** Why nothing was recognised, as a sentence. */
  problem: string | null;
}

const NOTHING: Recognised = { text: "", recognition: null, problem: null };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What a pasted text is, asked whenever it changes. The text holds secrets: it and the answer stay
 * with the component and go when it goes.
 */
export function useRecognition(text: string): Recognised & { isCurrent: boolean } {
  const [recognised, setRecognised] = useState(NOTHING);
  const isEmpty = text.trim() === "";
  useEffect(() => {
    if (isEmpty) return undefined;
    let isStale = false;
    const recognise = async (): Promise<void> => {
      await pause(TYPED_MS);
      if (isStale) return;
      const answer = await ask(text);
      if (answer.problem !== null) await pause(WRONG_MS - TYPED_MS);
      if (!isStale) setRecognised(answer);
    };
    void recognise();
    return () => {
      isStale = true;
    };
  }, [text, isEmpty]);
  if (isEmpty) return { ...NOTHING, isCurrent: true };
  return { ...recognised, isCurrent: recognised.text === text };
}

async function ask(text: string): Promise<Recognised> {
  try {
    const recognition = await client.servers.recognize({ text });
    return { text, recognition, problem: recognition.problem };
  } catch (error) {
    return { text, recognition: null, problem: problemLine(error) };
  }
}

interface PasteBoxProps {
  text: string;
  onText: (text: string) => void;
  /** Why nothing was recognised, as a sentence. */
  problem: string | null;
  onSubmit: () => void;
}

/** The one box: type or paste into it, drop a file on it, or choose one. */
export function PasteBox({ text, onText, problem, onSubmit }: PasteBoxProps) {
  const [fileProblem, setFileProblem] = useState<string | null>(null);

  const write = (next: string): void => {
    setFileProblem(null);
    onText(next);
  };
  const read = async (file: File): Promise<void> => {
    if (file.size > LARGEST) setFileProblem(`“${file.name}” is larger than 1 MB.`);
    else write(await file.text());
  };
  const choose = async (): Promise<void> => {
    try {
      const file = await client.desktop.openServersFile();
      if (file) write(file.text);
    } catch (error) {
      setFileProblem(problemLine(error));
    }
  };

  return (
    <FileDrop onFile={(file) => void read(file)} onChoose={() => void choose()}>
      <TextArea
        label="Paste a command, a URL, or JSON from any client"
        hint="An npx line, claude mcp add …, mcpServers, servers, TOML. Nothing runs before you have seen it."
        error={fileProblem ?? problem}
        mono
        rows={6}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSubmit();
        }}
      />
    </FileDrop>
  );
}
