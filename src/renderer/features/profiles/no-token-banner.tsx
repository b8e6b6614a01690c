import type { ProfileView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { pageHeading } from "./focus.ts";
import { keepProfile } from "./profile-data.ts";

/** Stays as long as a profile can be used without a token. */
export function NoTokenBanner({ profile }: { profile: ProfileView }) {
  const require = useMutation(
    api.profiles.update.mutationOptions({
      onSuccess: (view) => {
        keepProfile(view);
        announce(`“${view.name}” needs a token now.`);
        pageHeading()?.focus();
      },
    }),
  );
  return (
    <Banner
      level="warn"
      title={`Any program on this computer can use “${profile.name}” without a token.`}
      actions={
        <Button
          disabled={require.isPending}
          onClick={() =>
            require.mutate({ profile: profile.id, changes: { allowWithoutToken: false } })
          }
        >
          Require a token
        </Button>
      }
    >
      {require.error ? <p>{problemLine(require.error)}</p> : null}
    </Banner>
  );
}
