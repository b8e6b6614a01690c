import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";

interface PathFieldProps {
  /** A program to run, or the folder it runs in. */
  kind: "program" | "folder";
  id?: string;
  value: string;
  error?: string | null;
  onChange: (path: string) => void;
}

/** A path that is typed, or chosen with the system's own dialog. */
export function PathField({ kind, id, value, error, onChange }: PathFieldProps) {
  const program = kind === "program";
  const choose = async (): Promise<void> => {
    const { path } = await (program
      ? client.desktop.chooseProgram()
      : client.desktop.chooseFolder());
    if (path !== null) onChange(path);
  };
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <TextField
          id={id}
          label={program ? "Command" : "Folder"}
          mono
          placeholder={program ? undefined : "Where the gateway runs"}
          error={error}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      <Button className="mt-6" onClick={() => void choose()}>
        {program ? "Choose file…" : "Choose folder…"}
      </Button>
    </div>
  );
}
