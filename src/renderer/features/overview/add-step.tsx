import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { TextArea } from "../../components/field.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { openDialog } from "../../stores/dialogs.ts";

const SAMPLE = "npx -y @modelcontextprotocol/server-everything";
/** What the gateway reads of a pasted text, characters. */
const LONGEST = 1024 * 1024;

/** Anything with servers in it, by paste, drop or file. What it is, the dialog shows. */
export function AddStep() {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const choose = useMutation({
    ...api.desktop.openServersFile.mutationOptions(),
    // The file may hold secrets.
    gcTime: 0,
    onSuccess: (file) => {
      if (file) show(file.text);
    },
  });
  const show = (found: string): void => {
    setText("");
    if (found.length > LONGEST) {
      setProblem("That is longer than 1 MB. Paste only the part that lists servers.");
      return;
    }
    setProblem(null);
    openDialog({ type: "add_server", text: found });
  };
  const drop = async (file: File): Promise<void> => {
    try {
      show(await file.text());
    } catch {
      setProblem(`“${file.name}” cannot be read. Check who may read it, or paste what is in it.`);
    }
  };
  return (
    <div
      className="space-y-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        const dropped = event.dataTransfer.getData("text/plain");
        if (file) void drop(file);
        else if (dropped.trim() !== "") show(dropped);
      }}
    >
      <TextArea
        label="Paste a command, a URL, or JSON from any client"
        hint="Nothing is started before you have seen its exact command. A file can be dropped here too."
        error={problem ?? (choose.error ? problemLine(choose.error) : null)}
        mono
        rows={3}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData("text/plain");
          if (text !== "" || pasted.trim() === "") return;
          event.preventDefault();
          show(pasted);
        }}
      />
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" onClick={() => show(text)}>
          Add server…
        </Button>
        <Button icon={FileUp} disabled={choose.isPending} onClick={() => choose.mutate(undefined)}>
          Choose file…
        </Button>
        <Button kind="quiet" onClick={() => show(SAMPLE)}>
          Try a sample server…
        </Button>
      </div>
      <p className="text-meta text-text-2">
        The sample needs the network: npx downloads{" "}
        <span className="font-mono">@modelcontextprotocol/server-everything</span> when it starts.
      </p>
    </div>
  );
}
