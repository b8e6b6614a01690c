import { problemOf } from "../app/problem.ts";
import { Banner } from "./banner.tsx";
import { Button } from "./button.tsx";

interface SaveProblemProps {
  error: unknown;
  /** Saves it all the same, and lets the stored secrets go to the new URL. */
  onKeep: () => void;
}

/** Why nothing was saved; where that is for stored secrets and a new URL, a person may say so. */
export function SaveProblem({ error, onKeep }: SaveProblemProps) {
  const { code, message, wayOut } = problemOf(error);
  if (code !== "secrets_would_move") return <Banner level="err" title={`${message} ${wayOut}`} />;
  return (
    <Banner
      level="warn"
      title={message}
      actions={<Button onClick={onKeep}>Send them there</Button>}
    >
      <p>Enter them anew to use others there. Nothing was saved yet.</p>
    </Banner>
  );
}
