import { problemOf } from "../app/problem.ts";
import { client } from "../app/api.ts";
import { Banner } from "./banner.tsx";
import { Button } from "./button.tsx";

interface ProblemViewProps {
  /** What was being done, for example “The servers could not be read.” */
  what: string;
  error: unknown;
  onRetry?: () => void;
}

/** Something failed: what, why, the way out, and its code for whoever is asked for help. */
export function ProblemView({ what, error, onRetry }: ProblemViewProps) {
  const { code, message, wayOut } = problemOf(error);
  return (
    <Banner
      level="err"
      title={what}
      actions={
        <>
          {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
          <Button
            kind="quiet"
            onClick={() =>
              void client.desktop.copyText({
                text: `${what}\n${message}\n${wayOut}\nCode: ${code}`,
              })
            }
          >
            Copy details
          </Button>
        </>
      }
    >
      <p>{message}</p>
      <p className="text-text-2">{wayOut}</p>
    </Banner>
  );
}

/** The same for one field or row: a single line. */
export const problemLine = (error: unknown): string => {
  const { message, wayOut } = problemOf(error);
  return `${message} ${wayOut}`;
};
