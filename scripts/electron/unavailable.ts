/** Why there is no Electron to run; the message is a sentence for a person, with the way out. */
export class ElectronUnavailable extends Error {
  readonly reason: "no_download" | "no_fallback_for_platform" | "no_compiler";

  constructor(reason: ElectronUnavailable["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ElectronUnavailable";
    this.reason = reason;
  }
}
