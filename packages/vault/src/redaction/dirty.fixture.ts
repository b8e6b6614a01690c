import { Sampler } from "./random.fixture.ts";

/** A secret in a text that nobody may see it in. */
export interface DirtySample {
  /** What kind of secret it is, and where it stands. */
  what: string;
  text: string;
  secret: string;
}

/** What has a form of its own: it is found wherever it stands. */
const SHAPES: Readonly<Record<string, (some: Sampler) => string>> = {
  "access token of ours": (some) => `lmg_${some.text(43, "base64url")}`,
  "recovery key": (some) => groups(some, "-"),
  "recovery key with spaces": (some) => groups(some, " "),
  "web token": (some) => webToken(some, 3),
  "encrypted web token": (some) => webToken(some, 5),
  "private key": (some) => privateKey(some, "", "\n"),
  "RSA private key": (some) => privateKey(some, "RSA ", "\n"),
  "private key in JSON": (some) => privateKey(some, "EC ", String.raw`\n`),
  OpenAI: (some) => `sk-proj-${some.text(48, "base64url")}7`,
  "OpenAI of old": (some) => `sk-${some.text(48)}3`,
  Anthropic: (some) => `sk-ant-api03-${some.text(80, "base64url")}AA`,
  OpenRouter: (some) => `sk-or-v1-${some.text(64, "hex")}`,
  Stripe: (some) => `sk_live_${some.text(24)}9`,
  "Stripe restricted": (some) => `rk_test_${some.text(24)}1`,
  "Stripe webhook": (some) => `whsec_${some.text(32)}`,
  GitHub: (some) => `ghp_${some.text(36)}`,
  "GitHub app": (some) => `ghs_${some.text(36)}`,
  "GitHub fine-grained": (some) => `github_pat_${some.text(22)}_${some.text(59)}`,
  GitLab: (some) => `glpat-${some.text(20, "base64url")}`,
  "GitLab deploy": (some) => `gldt-${some.text(20, "base64url")}`,
  Atlassian: (some) => `ATATT3xFfGF0${some.text(60, "base64url")}`,
  Bitbucket: (some) => `ATBB${some.text(32)}`,
  Linear: (some) => `lin_api_${some.text(40)}`,
  Figma: (some) => `figd_${some.text(40, "base64url")}`,
  Notion: (some) => `ntn_${some.text(46)}`,
  "Notion of old": (some) => `secret_${some.text(43)}`,
  Airtable: (some) => `pat${some.text(14)}.${some.text(64, "hex")}`,
  Asana: (some) => `1/${some.text(16, "digits")}:${some.text(32, "hex")}`,
  "Slack bot": (some) =>
    `xoxb-${some.text(12, "digits")}-${some.text(12, "digits")}-${some.text(24)}`,
  "Slack app": (some) =>
    `xapp-1-A${some.text(10, "upperDigits")}-${some.text(13, "digits")}-${some.text(64, "hex")}`,
  Telegram: (some) => `${some.text(10, "digits")}:AA${some.text(33, "base64url")}`,
  Discord: (some) => `M${some.text(25)}.${some.text(6, "base64url")}.${some.text(38, "base64url")}`,
  Twilio: (some) => `SK${some.text(32, "hex")}`,
  SendGrid: (some) => `SG.${some.text(22, "base64url")}.${some.text(43, "base64url")}`,
  Mailgun: (some) => `key-${some.text(32, "hex")}`,
  Mailchimp: (some) => `${some.text(32, "hex")}-us${some.text(2, "digits")}`,
  Resend: (some) => `re_${some.text(8)}_${some.text(24)}`,
  Brevo: (some) => `xkeysib-${some.text(64, "hex")}-${some.text(16)}`,
  "Amazon access key": (some) => `AKIA${some.text(16, "upperDigits")}`,
  "Amazon session key": (some) => `ASIA${some.text(16, "upperDigits")}`,
  "Google API": (some) => `AIza${some.text(35, "base64url")}`,
  "Google access": (some) => `ya29.${some.text(80, "base64url")}`,
  "Google client": (some) => `GOCSPX-${some.text(28, "base64url")}`,
  "Google refresh": (some) => `1//0${some.text(60, "base64url")}`,
  DigitalOcean: (some) => `dop_v1_${some.text(64, "hex")}`,
  Heroku: (some) => `HRKU-${some.text(40, "base64url")}`,
  Fly: (some) => `fo1_${some.text(43, "base64url")}`,
  Supabase: (some) => `sbp_${some.text(40, "hex")}`,
  "Supabase secret": (some) => `sb_secret_${some.text(32, "base64url")}`,
  PlanetScale: (some) => `pscale_tkn_${some.text(40, "base64url")}`,
  Databricks: (some) => `dapi${some.text(32, "hex")}`,
  npm: (some) => `npm_${some.text(36)}`,
  PyPI: (some) => `pypi-AgEIcHlwaS5vcmc${some.text(60, "base64url")}`,
  RubyGems: (some) => `rubygems_${some.text(48, "hex")}`,
  Docker: (some) => `dckr_pat_${some.text(27, "base64url")}`,
  "Hugging Face": (some) => `hf_${some.text(34)}`,
  Groq: (some) => `gsk_${some.text(52)}`,
  Replicate: (some) => `r8_${some.text(37)}`,
  Perplexity: (some) => `pplx-${some.text(48)}`,
  xAI: (some) => `xai-${some.text(80)}`,
  Tavily: (some) => `tvly-${some.text(32)}`,
  Firecrawl: (some) => `fc-${some.text(32, "hex")}`,
  Context7: (some) => `ctx7sk-${some.text(36, "hex")}`,
  Pinecone: (some) => `pcsk_${some.text(60)}`,
  LangSmith: (some) => `lsv2_pt_${some.text(32, "hex")}_${some.text(10, "hex")}`,
  Apify: (some) => `apify_api_${some.text(36)}`,
  Sentry: (some) => `sntrys_${some.text(80)}`,
  Grafana: (some) => `glsa_${some.text(32)}_${some.text(8, "hex")}`,
  "New Relic": (some) => `NRAK-${some.text(27, "upperDigits")}`,
  Postman: (some) => `PMAK-${some.text(24, "hex")}-${some.text(34, "hex")}`,
  CircleCI: (some) => `CCIPAT_${some.text(22)}_${some.text(40, "hex")}`,
  Terraform: (some) => `${some.text(14)}.atlasv1.${some.text(67)}`,
  Vault: (some) => `hvs.${some.text(90, "base64url")}`,
  Doppler: (some) => `dp.pt.${some.text(43)}`,
  Tailscale: (some) => `tskey-auth-${some.text(17)}-${some.text(32)}`,
  Shopify: (some) => `shpat_${some.text(32, "hex")}`,
  Square: (some) => `sq0csp-${some.text(43, "base64url")}`,
};

/** Where such a secret is met. */
const PLACES: Readonly<Record<string, (secret: string) => string>> = {
  alone: (secret) => secret,
  "in a sentence": (secret) => `The key ${secret} was refused by the service.`,
  "in quotes": (secret) => `Error: 401 for “${secret}”`,
  "in JSON": (secret) => JSON.stringify({ id: 7, value: secret, next: null }),
  "in JSON within JSON": (secret) => JSON.stringify({ body: JSON.stringify({ v: secret }) }),
  "in a list": (secret) => `argv: [ 'server', '${secret}', '--port', '80' ]`,
  "in a log line": (secret) => `2026-11-21T10:00:00.000Z WARN client(${secret}) retry=3`,
  "at the end of a path": (secret) => `open /tmp/cache/${secret}`,
  "in a stack": (secret) => `Error: no such user\n    at get (/srv/app.js:12:3) ${secret}`,
  "in brackets": (secret) => `[auth] (${secret})`,
};

/** What only says by its name that it is secret. */
const NAMED: Readonly<Record<string, (secret: string, some: Sampler) => string>> = {
  variable: (secret) => `GITHUB_TOKEN=${secret}`,
  "exported variable": (secret) => `export DB_PASSWORD="${secret}"`,
  "variable in a dump": (secret) => `HOME=/root\nOPENAI_API_KEY=${secret}\nPATH=/usr/bin`,
  "variable with a number": (secret) => `API_KEY_2=${secret}`,
  "variable of a stage": (secret) => `SECRET_KEY_BASE=${secret}`,
  "member of JSON": (secret) => JSON.stringify({ user: "ada", password: secret }),
  "member in camel case": (secret) => JSON.stringify({ clientSecret: secret, ok: true }),
  "member of JSON within JSON": (secret) =>
    JSON.stringify({ body: JSON.stringify({ refresh_token: secret, a: "b" }) }),
  "member of JSON three deep": (secret) =>
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ apiKey: secret }) }) }),
  "indented JSON": (secret) => JSON.stringify({ auth: { access_token: secret } }, null, 2),
  "object as Node prints it": (secret) => `{ host: 'db', password: '${secret}', port: 5432 }`,
  "object as Python prints it": (secret) => `{'api_key': '${secret}', 'region': 'eu'}`,
  "object as Ruby prints it": (secret) => `{"api_key"=>"${secret}", "id"=>1}`,
  YAML: (secret) => `auth:\n  client_secret: ${secret}\n  scope: all`,
  "quoted YAML": (secret) => `password: "${secret}"`,
  INI: (secret) => `[db]\npassword = ${secret}\nuser = ada`,
  TOML: (secret) => `secret_key = "${secret}"`,
  properties: (secret) => `spring.datasource.password=${secret}`,
  "authorization header": (secret) => `Authorization: Bearer ${secret}`,
  "basic authorization": (secret) =>
    `authorization: Basic ${Buffer.from(`ada:${secret}`).toString("base64")} ${secret.slice(0, 0)}`,
  "authorization without a scheme": (secret) => `Authorization: ${secret}`,
  "authorization in a command": (secret) => `curl -H "Authorization: token ${secret}" https://x.io`,
  "key header": (secret) => `X-Api-Key: ${secret}`,
  "cookie header": (secret) => `Cookie: sid=${secret}; theme=dark`,
  "set-cookie header": (secret) => `set-cookie: session=${secret}; HttpOnly; Path=/`,
  "session header": (secret) => `Mcp-Session-Id: ${secret}`,
  "list of raw headers": (secret) => `[ 'Host', 'x.io', 'X-Api-Key', '${secret}' ]`,
  "name and value": (secret) => JSON.stringify([{ name: "SLACK_TOKEN", value: secret }]),
  "flag with a blank": (secret) => `npx server --api-key ${secret} --verbose`,
  "flag with a sign": (secret) => `npx server --token=${secret}`,
  "quoted flag": (secret) => `npx server --password "${secret}"`,
  "flag in a list": (secret) => JSON.stringify({ args: ["-y", "server", "--api-key", secret] }),
  "flag in a list of Node": (secret) => `spawnargs: [ '--access-token', '${secret}' ]`,
  "user of a URL": (secret) => `fetch https://ada:${secret}@example.com/x failed`,
  "token of a URL": (secret) => `remote: https://${secret}@github.com/a/b.git`,
  "query of a URL": (secret) => `GET https://api.example.com/v1?key=${secret}&page=2`,
  "fragment of a URL": (secret) => `https://app.example.com/cb#access_token=${secret}`,
  "URL of a database": (secret) => `postgres://ada:${secret}@db.example.com:5432/app`,
  "URL of a cache": (secret) => `redis://:${secret}@127.0.0.1:6379/0`,
  "hook of Slack": (secret) => `POST https://hooks.slack.com/services/T0/B0/${secret}`,
  "connection string": (secret) => `Server=db;User Id=ada;Password=${secret};Encrypt=true`,
  "key of an account": (secret) => `DefaultEndpointsProtocol=https;AccountKey=${secret};`,
  XML: (secret) => `<user>ada</user><password>${secret}</password>`,
  "prompt and answer": (secret) => `Enter your API key: ${secret}`,
  "words and a value": (secret) => `invalid API key: ${secret}`,
  "value at the end": (secret) => `login failed, password: ${secret}`,
};

/** Every shape in some places, and values without a shape under every kind of name. */
export function dirtySamples(): DirtySample[] {
  const some = new Sampler(20261121);
  const places = Object.entries(PLACES);
  const shaped = Object.entries(SHAPES).flatMap(([kind, make]) =>
    [0, 1, 2, 3].map((): DirtySample => {
      const secret = make(some);
      const [place, put] = some.one(places);
      return { what: `${kind} ${place}`, text: put(secret), secret: coreOf(secret) };
    }),
  );
  const named = Object.entries(NAMED).flatMap(([kind, put]) =>
    [some.text(20), some.text(32, "hex"), `${some.text(9, "lower")}-${some.text(4, "digits")}`].map(
      (secret): DirtySample => ({ what: kind, text: put(secret, some), secret }),
    ),
  );
  return [...shaped, ...named];
}

/** How many kinds of secrets and of places there are. */
export const DIRTY_KINDS =
  Object.keys(SHAPES).length + Object.keys(PLACES).length + Object.keys(NAMED).length;

/** A part that no text has by chance: what a private key has between its two lines. */
const coreOf = (secret: string): string =>
  secret.startsWith("-----") ? secret.slice(45, 75) : secret.slice(-16);

const groups = (some: Sampler, separator: string): string =>
  `7${some.text(3, "crockford")}${Array.from({ length: 7 }, () => separator + some.text(4, "crockford")).join("")}`;

const webToken = (some: Sampler, parts: number): string =>
  [
    `eyJ${some.text(30, "base64url")}`,
    ...Array.from({ length: parts - 1 }, () => some.text(43, "base64url")),
  ].join(".");

function privateKey(some: Sampler, kind: string, newline: string): string {
  const lines = Array.from({ length: 6 }, () => some.text(64, "base64"));
  const name = `${kind}PRIVATE KEY`;
  return [`-----BEGIN ${name}-----`, ...lines, `-----END ${name}-----`].join(newline);
}
