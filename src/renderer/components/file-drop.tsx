import { FileUp } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.ts";

interface FileDropProps {
  onFile: (file: File) => void;
  onChoose: () => void;
  children: ReactNode;
}

/** A field that takes a file too: dropped on it, or chosen with the button below. */
export function FileDrop({ onFile, onChoose, children }: FileDropProps) {
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    setOver(false);
    onFile(file);
  };
  return (
    <div
      className={classNames(
        "space-y-2 rounded-panel",
        isOver && "outline-2 outline-offset-4 outline-focus outline-dashed",
      )}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {children}
      <div className="flex flex-wrap items-center gap-2">
        <Button size="toolbar" icon={FileUp} onClick={onChoose}>
          Choose file…
        </Button>
        <span className="text-meta text-text-2">or drop one here</span>
      </div>
    </div>
  );
}
