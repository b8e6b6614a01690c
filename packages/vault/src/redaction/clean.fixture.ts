import { readFileSync } from "node:fs";
import { ERRORS } from "@local-mcp/contract";
import { Sampler } from "./random.fixture.ts";

/** What MCP messages of both eras look like on the wire. */
const WIRE = new URL("../../../../e2e/wire/corpus.jsonl", import.meta.url);

/** Names that look as if their values were secret, and are not. */
const NAMES =
  `nextPageToken pageToken progressToken max_tokens maxTokens completion_tokens prompt_tokens
total_tokens token_count tokenCount tokenizer tokenization tokens_per_minute eos_token pad_token
continuationToken syncToken nextToken token_type token_endpoint authorization_endpoint
authorization_servers secretary secretariat secretName passwordless password_hint password_length
passwordPolicy cookieConsent cookies_enabled credentialsType keyId key_id keyboard keyword keywords
monkey turkey primary_key foreign_key sort_key partitionKey cacheKey keystore signature_algorithm
sessionTimeout session_count author authority authored_by compass passenger passport bypass passed
pass_rate patch pattern path patience dispatch cursor nextCursor nonce_count hash digest etag
revision checksum sha256 commit build_id request_id trace_id span_id correlationId installation_id
needsToken allowWithoutToken hasPassword onSecret isSecret`.split(/\s+/);

const SENTENCES = `
The token is not valid here; it may have been revoked.
Enter the password of the database user, then choose Save.
A password has at least 12 characters.
The secret is stored in the vault and never shown again.
No token is sent to a server that the gateway did not configure.
Tokens are counted per request; the limit is 4096 tokens.
The authorization server did not answer within 10 seconds.
Basic authentication is refused when TLS is off.
Bearer tokens are compared in constant time.
The cookie banner was closed by the user.
Use a passphrase of several words, for example four that you choose by chance.
The API key belongs to another project, so the request was refused with 403.
The key file does not exist.
Its signature does not match, so the package was not installed.
They need a token: local-mcp-gateway tokens create --name NAME
Three secrets, two tokens and one password were found.
The private key stays on this computer.
Passwords are hashed with scrypt; the parameters are stored beside the hash.
This server was signed out, because its refresh token had expired.
Press any key to continue.
The session was closed: the client had been idle for 30 minutes.
Whoever holds the token may call every tool of the profile.
The first pass: 12 files were read. The second pass: 3 were changed.
The tokenizer splits text into tokens; nextPageToken is passed on as it is.
Paste the token here: it is kept in memory only.
Credentials are read from the environment, from a file, or from standard input.
The secretary of the meeting wrote the minutes.
Authorization: the client has to send a token with each request.
The password is asked for once, and kept until the gateway stops.
Give --passphrase-file or --passphrase-stdin, not both.
--token is required unless the profile is open
usage: server [--token TOKEN] [--password PASSWORD] [--port PORT]
  --api-key <key>      key of the service (or API_KEY in the environment)
  --token-file <file>  token to use
  --secret <NAME[=V]>  value of \${secret:NAME} in the arguments
const token = await getToken();
if (password === undefined) throw new Error("no password");
headers: { Authorization: \`Bearer \${token}\` },
const { token, expiresAt } = await refresh(session);
export interface Credentials { username: string; password: string; }
self.token = token
password = os.environ["DB_PASSWORD"]
api_key: str | None = None
curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:4444/mcp
docker run -e API_KEY -e GITHUB_TOKEN=\${GITHUB_TOKEN} mcp/github
{"password":{"type":"string","format":"password"},"token":{"type":"string"}}
{"required":["token","password"],"properties":{"secret":{"type":"boolean"}}}
{"secret":true,"password":null,"token":{"set":true,"hint":null}}
{"env":{"GITHUB_TOKEN":{"set":true,"hint":"4f2a"}}}
{"usage":{"prompt_tokens":1200,"completion_tokens":340,"total_tokens":1540}}
{"_meta":{"progressToken":17},"cursor":"eyJvZmZzZXQiOjUwfQ=="}
{"nextPageToken":"CAUQAA","items":[]}
{"_meta":{"progressToken":"6f1c-11"},"name":"echo"}
{"grant_types_supported":["authorization_code","refresh_token"]}
{"token_endpoint_auth_methods_supported":["client_secret_basic","none"]}
www-authenticate: Bearer realm="local-mcp-gateway", error="invalid_token"
SyntaxError: Unexpected token } in JSON at position 17
TypeError: Cannot read properties of undefined (reading 'token')
PASS src/tokens.test.ts (4.12 s)
✓ a token that was revoked opens nothing (12 ms)
npm warn deprecated secret-service@1.2.0: use keytar instead
added 212 packages, and audited 213 packages in 9s
tokens: 4096, temperature: 0.7, top_p: 1
[removed: value] and GITHUB_TOKEN=[removed: key] were removed before
`
  .split("\n")
  .filter((line) => line !== "");

const PATHS = `/usr/lib/node_modules/npm/bin/npm-cli.js
/home/ada/.local-mcp-gateway-data/local-mcp-gateway.db-wal
/home/ada/.ssh/id_ed25519.pub
C:\\Users\\Ada\\AppData\\Roaming\\Local MCP Gateway\\desktop.json
/var/run/secrets/kubernetes.io/serviceaccount
./packages/vault/src/redaction/redactor.ts
/opt/token-server/dist/secret-store/index.js
file:///srv/app/node_modules/undici/lib/dispatcher/client.js
~/Library/Application Support/Claude/claude_desktop_config.json
/proc/1742/environ`.split("\n");

const PACKAGES = `@modelcontextprotocol/server-everything@2026.8.31 mcp-server-fetch==2026.1.14 tsx
@playwright/mcp@latest passport-oauth2@1.8.0 jsonwebtoken@9.0.2 tiktoken@1.0.20 secretlint
js-tokens@9.0.1 cookie-parser@1.4.7 password-generator keyv@5.3.3 sk-learn-mcp npm-check-updates`.split(
  /\s+/,
);

const ADDRESSES =
  `http://127.0.0.1:4444/mcp/dev https://mcp.example.com/v1/mcp http://[::1]:4444/health
https://github.com/ada/token-tools/blob/main/README.md https://api.example.com/oauth/token
wss://stream.example.com/socket https://example.com/docs/authorization#token-endpoint
https://registry.example.com/v0/servers https://login.example.com/.well-known/openid-configuration
git+ssh://git@example.com/ada/tools.git`.split(/\s+/);

/** Lines of programs as they are, without a secret. Some are the same but for their numbers. */
export function cleanLines(): string[] {
  const some = new Sampler(7);
  const wire = readFileSync(WIRE, "utf8").split("\n");
  const errors = Object.values(ERRORS).flatMap(({ sentence, wayOut }) => [sentence, wayOut]);
  return [
    ...wire.filter((line) => line !== ""),
    ...errors,
    ...SENTENCES,
    ...Array.from({ length: 1600 }, (_, at) => generated(some, at)),
  ];
}

type Form = (some: Sampler) => string;

const uuid: Form = (some) => [8, 4, 4, 4, 12].map((length) => some.text(length, "hex")).join("-");
const number: Form = (some) => some.text(1 + some.below(6), "digits");
const time: Form = (some) =>
  `2026-11-${10 + some.below(20)}T0${some.below(10)}:17:42.${some.text(3, "digits")}Z`;
const name: Form = (some) => some.one(NAMES);

/** Kinds of lines, taken in turn. */
const FORMS: readonly Form[] = [
  (some) =>
    JSON.stringify({
      time: time(some),
      level: "info",
      message: "server ready",
      server: some.one(PACKAGES),
      era: "legacy",
      implementation: `${some.one(PACKAGES)} 1.${number(some)}.0`,
    }),
  (some) =>
    JSON.stringify({
      time: time(some),
      level: "warn",
      message: "server failed",
      server: "github",
      code: "exited",
      reason: `github stopped: exit code ${some.below(255)}.`,
    }),
  (some) => JSON.stringify({ [name(some)]: Number(number(some)), [name(some)]: uuid(some) }),
  (some) => JSON.stringify({ [name(some)]: some.text(24), type: "string" }),
  (some) =>
    JSON.stringify({
      name: `list_${name(some)}`,
      description: `Lists by ${name(some)}; the answer has a ${name(some)} where there is more.`,
      inputSchema: {
        type: "object",
        properties: {
          [name(some)]: { type: "string", description: `The ${name(some)} to begin at.` },
          password: { type: "string", minLength: 12 },
          token: { type: "string", description: "The token: see the settings of the service." },
        },
        required: [name(some), "token"],
      },
    }),
  (some) => `${name(some)}=${number(some)} ${name(some)}=${uuid(some)}`,
  (some) => `${name(some)}: ${number(some)}`,
  (some) => `    ${name(some)}: ${some.text(12)}`,
  (some) => `commit ${some.text(40, "hex")}`,
  (some) => `${some.text(7, "hex")} Tokens of a profile are forgotten with it (#${number(some)})`,
  (some) => `sha256:${some.text(64, "hex")}  ${some.one(PACKAGES)}.tgz`,
  (some) => `integrity sha512-${some.text(86, "base64")}==`,
  (some) => `data:image/png;base64,iVBORw0KGgo${some.text(400, "base64")}=`,
  (some) => JSON.stringify({ type: "image", data: `/9j/4AAQ${some.text(300, "base64")}` }),
  (some) =>
    `    at ${some.one(["verifyToken", "readSecret", "Vault.open", "async Promise.all"])} (${some.one(PATHS)}:${number(some)}:${some.below(80)})`,
  (some) => `Error: ENOENT: no such file or directory, open '${some.one(PATHS)}'`,
  (some) => `${time(some)} [${uuid(some)}] GET ${some.one(ADDRESSES)} 200 ${number(some)} ms`,
  (some) => `fetch ${some.one(ADDRESSES)} failed: connect ECONNREFUSED 127.0.0.1:${number(some)}`,
  (some) => `npx -y ${some.one(PACKAGES)} --port ${number(some)} --root ${some.one(PATHS)}`,
  (some) => `Installed ${some.one(PACKAGES)} in ${number(some)} ms`,
  (some) => `${some.one(PATHS)} ${some.text(10, "digits")} bytes`,
  (some) => `mcp-protocol-version: 2025-11-25, mcp-method: tools/call, id: ${number(some)}`,
  (some) => `PATH=/usr/local/bin:/usr/bin:/bin LANG=en_US.UTF-8 SHLVL=${some.below(9)}`,
  (some) => `${some.text(8, "lower")} ${some.one(SENTENCES)}`,
  (some) => `[${some.one(["INFO", "DEBUG", "WARNING"])}] ${name(some)} is ${some.text(16, "hex")}`,
];

const generated = (some: Sampler, at: number): string => {
  const form = FORMS[at % FORMS.length];
  if (form === undefined) throw new Error("no form");
  return form(some);
};
