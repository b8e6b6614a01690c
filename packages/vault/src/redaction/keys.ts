import type { Finder } from "./ranges.ts";

/**
 * How providers write their keys. Everything is bounded, or ends where it can go no further, so that
 * no text takes long. What is too short for a key stays, since words begin like some of them.
 */
const KEYS = [
  // Ours
  String.raw`lmg_[\w-]{4,}`,
  // OpenAI, Anthropic, OpenRouter, Stripe, Clerk, Langfuse and others
  String.raw`(?:sk|pk|rk)[-_](?=[\w-]{0,80}\d)[\w-]{12,}`,
  String.raw`sess-[A-Za-z\d]{20,}`,
  // GitHub, GitLab, Bitbucket, Atlassian, Linear, Figma, Notion, Asana, Airtable
  String.raw`gh[oprsu]_[A-Za-z\d]{16,}`,
  String.raw`github_pat_\w{16,}`,
  String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|feed|imt)-[\w.-]{12,}`,
  String.raw`(?:ATATT|ATCTT|ATBB|ATSTT)[\w=-]{12,}`,
  String.raw`lin_(?:api|oauth|wh)_[A-Za-z\d]{16,}`,
  String.raw`fig[dour]_[\w-]{16,}`,
  String.raw`ntn_[A-Za-z\d]{16,}`,
  String.raw`secret_[A-Za-z\d]{32,}`,
  String.raw`[12]/\d{8,20}(?:/\d{8,20})?:[a-f\d]{32}`,
  String.raw`pat[A-Za-z\d]{14}\.[a-f\d]{40,}`,
  // Slack, Telegram, Discord, Twilio, SendGrid, Mailgun, Mailchimp, Resend, Brevo
  String.raw`xox[a-z](?:\.xox[a-z])?-[\w-]{8,}`,
  String.raw`xapp-[\w-]{12,}`,
  String.raw`\d{8,10}:AA[\w-]{30,}`,
  String.raw`[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,}`,
  String.raw`SK[a-f\d]{32}`,
  String.raw`SG\.[\w-]{12,}\.[\w-]{12,}`,
  String.raw`key-[a-f\d]{32}`,
  String.raw`[a-f\d]{32}-us\d{1,2}`,
  String.raw`re_[A-Za-z\d]{6,12}_[A-Za-z\d]{16,}`,
  String.raw`xkeysib-[a-f\d]{32,}-\w{8,}`,
  // Amazon, Google, Azure, DigitalOcean, Cloudflare, Heroku, Fly, Vercel, Netlify, Supabase
  String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z\d]{12,}`,
  String.raw`AIza[\w-]{20,}`,
  String.raw`ya29\.[\w-]{20,}`,
  String.raw`GOCSPX-[\w-]{16,}`,
  String.raw`1//0[\w-]{24,}`,
  String.raw`[A-Za-z\d_~.-]{3}8Q~[A-Za-z\d_~.-]{31,34}`,
  String.raw`do[opr]_v1_[a-f\d]{32,}`,
  String.raw`cf(?:ut|at|k)_[\w-]{30,}`,
  String.raw`HRKU-[\w-]{30,}`,
  String.raw`(?:fo1_|fm[12]r?_)[\w+/=-]{30,}`,
  String.raw`vc[apikr]_[A-Za-z\d]{20,}`,
  String.raw`nf[cpbuo]_[A-Za-z\d]{30,}`,
  String.raw`sb_(?:secret|publishable)_[\w-]{16,}`,
  String.raw`sbp_[A-Za-z\d]{16,}`,
  String.raw`pscale_(?:tkn|pw|oauth)_[\w.=-]{20,}`,
  String.raw`napi_[A-Za-z\d]{30,}`,
  String.raw`dapi[a-f\d]{32}`,
  // Package registries
  String.raw`npm_[A-Za-z\d]{16,}`,
  String.raw`pypi-[\w-]{16,}`,
  String.raw`rubygems_[a-f\d]{32,}`,
  String.raw`cio[A-Za-z\d]{32}`,
  String.raw`dckr_(?:pat|oat)_[\w-]{16,}`,
  // Models and search
  String.raw`hf_[A-Za-z\d]{16,}`,
  String.raw`gsk_[A-Za-z\d]{16,}`,
  String.raw`r8_[A-Za-z\d]{16,}`,
  String.raw`pplx-[A-Za-z\d]{16,}`,
  String.raw`xai-[A-Za-z\d]{20,}`,
  String.raw`fw_[A-Za-z\d]{20,}`,
  String.raw`nvapi-[\w-]{20,}`,
  String.raw`tvly-[\w-]{16,}`,
  String.raw`fc-[a-f\d]{24,}`,
  String.raw`ctx7sk-[\w-]{16,}`,
  String.raw`smithery-[\w-]{16,}`,
  String.raw`pcsk_\w{20,}`,
  String.raw`lsv2_(?:pt|sk)_\w{20,}`,
  String.raw`apify_api_[A-Za-z\d]{16,}`,
  String.raw`bb_live_[\w-]{16,}`,
  String.raw`e2b_[a-f\d]{20,}`,
  // Watching and building
  String.raw`sntry[su]_[\w=+/-]{20,}`,
  String.raw`gl(?:sa|c)_[\w=+/-]{20,}`,
  String.raw`NRAK-[A-Z\d]{20,}`,
  String.raw`PMAK-[a-f\d]{20,}-[a-f\d]{20,}`,
  String.raw`ph[xs]_[A-Za-z\d]{20,}`,
  String.raw`CCI(?:PAT|PRJ)_[\w-]{16,}`,
  String.raw`bkua_[a-f\d]{20,}`,
  String.raw`pul-[a-f\d]{40}`,
  String.raw`[A-Za-z\d]{14}\.atlasv1\.[\w-]{30,}`,
  String.raw`hv[sbr]\.[\w-]{20,}`,
  String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}`,
  String.raw`ops_eyJ[\w=+/-]{20,}`,
  String.raw`tskey-[a-z]{2,10}-[\w-]{16,}`,
  String.raw`AGE-SECRET-KEY-1[\dA-Z]{20,}`,
  // Shops and payment
  String.raw`shp(?:at|ca|pa|ss)_[A-Za-z\d]{16,}`,
  String.raw`whsec_[\w+/=-]{16,}`,
  String.raw`sq0(?:atp|csp|idp)-[\w-]{20,}`,
  String.raw`EAA[A-Za-z\d]{40,}`,
  String.raw`access_token\$(?:production|sandbox)\$\w{8,20}\$[a-f\d]{32}`,
  String.raw`CFPAT-[\w-]{20,}`,
  String.raw`tfp_\w{20,}`,
  String.raw`sl\.[\w-]{60,}`,
];

const KEY_FORM = new RegExp(String.raw`(?<![A-Za-z\d])(?:${KEYS.join("|")})`, "g");

/** Eight groups of four of Crockford's base32, as a recovery key of ours is printed. */
const RECOVERY_KEY =
  /(?<![\w-])(?=[\w-]{0,38}\d)[\dA-HJKMNP-TV-Z]{4}(?:-[\dA-HJKMNP-TV-Z]{4}){7}(?![\w-])/gi;
const SPACED_RECOVERY_KEY =
  /(?<![\w-])(?=[\w ]{0,38}\d)[\dA-HJKMNP-TV-Z]{4}(?: [\dA-HJKMNP-TV-Z]{4}){7}(?![\w-])/g;

export const findKeys: Finder = (text, add) => {
  const rules = [
    [KEY_FORM, "key"],
    [RECOVERY_KEY, "recovery key"],
    [SPACED_RECOVERY_KEY, "recovery key"],
  ] as const;
  for (const [form, what] of rules) {
    for (const { 0: key, index } of text.matchAll(form)) {
      const name = key.startsWith("lmg_") ? "access token" : what;
      add({ start: index, end: index + key.length, what: name });
    }
  }
};

const TOKEN_RUN = /[\w-]{10,}(?:\.[\w-]+)+\.?/y;
const RUN = /[\w-]*/y;

/** JSON web tokens, signed or encrypted (RFC 7519): what begins as `{"` does in base64. */
export const findWebTokens: Finder = (text, add) => {
  let at = text.indexOf("eyJ");
  while (at !== -1) {
    TOKEN_RUN.lastIndex = at;
    const token = TOKEN_RUN.exec(text)?.[0] ?? "";
    if (token !== "") add({ start: at, end: at + token.length, what: "token" });
    // What begins within the same run ends like it.
    RUN.lastIndex = at;
    const run = RUN.exec(text)?.[0] ?? "";
    at = text.indexOf("eyJ", at + Math.max(run.length, token.length));
  }
};

const PRIVATE_KEY = /-----BEGIN [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const PRIVATE_KEY_END = /-----END [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Private keys in PEM (RFC 7468), to the end of the text where they have none. */
export const findPrivateKeys: Finder = (text, add) => {
  PRIVATE_KEY.lastIndex = 0;
  for (let begin = PRIVATE_KEY.exec(text); begin; begin = PRIVATE_KEY.exec(text)) {
    PRIVATE_KEY_END.lastIndex = PRIVATE_KEY.lastIndex;
    const last = PRIVATE_KEY_END.exec(text);
    const end = last ? last.index + last[0].length : text.length;
    add({ start: begin.index, end, what: "private key" });
    PRIVATE_KEY.lastIndex = end;
  }
};

const CREDENTIALS = /(?<![\w-])(?:Bearer|Basic)[ \t]{1,4}([\w.~+/-]{4,}={0,2})/gi;

/** What follows the scheme in a header. Words that follow it are prose. */
export const findCredentials: Finder = (text, add) => {
  for (const { 0: whole, 1: credentials = "", index } of text.matchAll(CREDENTIALS)) {
    const end = index + whole.length;
    const isWord = credentials
      .split(/[./-]/)
      .every((part) => /^(?:[A-Z]?[a-z]{0,19}|[A-Z]{1,12})$/.test(part));
    // A parameter of a challenge, such as `realm="…"`, opens nothing.
    if (isWord || (credentials.endsWith("=") && text[end] === '"')) continue;
    add({ start: end - credentials.length, end, what: "credentials" });
  }
};
