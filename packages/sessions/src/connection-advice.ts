/** What is wrong and what to do about it. */
export type Advice = readonly [reason: string, action: string];

interface Words {
  /** What to do where nothing answers. */
  server: string;
  /** What to do about a host that is not there. */
  url: string;
  /** What to do about a certificate that nobody known has signed. */
  authority: string;
}

/**
 * What Node's code for a broken connection means.
 *
 * @param code as ECONNREFUSED; undefined is returned for one that is not known
 */
export const connectionAdvice = (
  code: string,
  { server, url, authority }: Words,
): Advice | undefined => {
  const unknownAuthority: Advice = [
    "its certificate is signed by an unknown authority.",
    authority,
  ];
  const advices: Record<string, Advice> = {
    ECONNREFUSED: ["nothing answers there.", server],
    ENOENT: ["there is no such socket.", server],
    ENOTFOUND: ["the name of the host is not known.", url],
    EAI_AGAIN: ["the name of the host cannot be looked up at the moment.", "Look at the network."],
    EHOSTUNREACH: ["there is no way to that host.", "Look at the network."],
    ETIMEDOUT: ["it does not answer.", server],
    ECONNRESET: ["it ended the connection.", server],
    EPIPE: ["it ended the connection.", server],
    DEPTH_ZERO_SELF_SIGNED_CERT: ["its certificate is signed by itself.", authority],
    SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
    CERT_HAS_EXPIRED: ["its certificate has expired.", "Renew it on the server."],
    ERR_TLS_CERT_ALTNAME_INVALID: [
      "its certificate is for another host.",
      "Use the name of the host that the certificate has.",
    ],
  };
  return advices[code];
};

/** The code of an error of Node; empty where it has none. */
export const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "";
