import { useMutation } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";

/** The way out where nothing is recorded. */
export function RecordMetadata({ kind }: { kind: "primary" | "secondary" }) {
  const update = useMutation(api.settings.update.mutationOptions());
  return (
    <>
      <Button
        kind={kind}
        disabled={update.isPending}
        onClick={() => update.mutate({ logLevel: "metadata" })}
      >
        Record metadata
      </Button>
      {update.error ? (
        <span role="alert" className="text-err">
          {problemLine(update.error)}
        </span>
      ) : null}
    </>
  );
}
