import { type SettingKey, settingsChange } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { api, queryClient } from "../../app/api.ts";
import { announce } from "../../app/announce.ts";
import type { SettingValue } from "./setting-values.ts";

/** Saves one setting; null goes back to its default. What is stored then is shown at once. */
export function useSetting(key: SettingKey, label: string) {
  const { mutate, error, isPending, reset } = useMutation(
    api.settings.update.mutationOptions({
      onSuccess: (views) => {
        queryClient.setQueryData(api.settings.list.queryKey(), views);
        announce(`${label} saved.`);
      },
    }),
  );
  return {
    save: (value: SettingValue | null, onSaved?: () => void): void =>
      mutate(settingsChange.parse({ [key]: value }), { onSuccess: onSaved }),
    error,
    isPending,
    forgetError: reset,
  };
}
