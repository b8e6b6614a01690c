import type { ServerView } from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { hostOf } from "./sign-in-facts.ts";
import { useRemedies } from "./use-remedies.ts";

/** How a server is signed in to, quietly. Nothing where its trouble says it, or nobody signs in. */
export function SignInLine({ server }: { server: ServerView }) {
  const { run, error } = useRemedies(server);
  const { state, reason, signIn } = server.status;
  if (signIn === null || state === "off" || reason?.message === signIn.message) return null;
  const { message, issuer, scopes, waiting } = signIn;
  const where = issuer === null ? "" : ` At ${hostOf(issuer)}.`;
  const allowed = scopes.length === 0 ? "" : ` Allowed: ${scopes.join(", ")}.`;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 text-meta text-text-2">
      <p className="min-w-0 break-words">
        <UntrustedText text={`${message}${where}${allowed}`} />
      </p>
      {waiting ? (
        <>
          <Button size="toolbar" onClick={() => run("sign_in")}>
            Continue…
          </Button>
          <Button size="toolbar" onClick={() => run("cancel_sign_in")}>
            Cancel sign-in
          </Button>
        </>
      ) : null}
      {error ? (
        <p role="alert" className="text-err">
          {problemLine(error)}
        </p>
      ) : null}
    </div>
  );
}
