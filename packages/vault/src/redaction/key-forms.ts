import { eachMatch, type Finder, wordStart } from "./ranges.ts";

/** How keys of one kind begin, one of several words, and how they go on. */
type KeyForm = readonly [starts: string, rest: string];

/**
 * How providers write their keys. Everything is bounded, or ends where it can go no further, so that
 * no text takes long. What is too short for a key stays, since words begin like some of them.
 */
export const KEYS: readonly KeyForm[] = [
  // Ours
  ["lmg_", String.raw`[\w-]{4,}`],
  // OpenAI, Anthropic, OpenRouter, Stripe, Clerk, Langfuse and others
  ["sk- sk_ pk- pk_ rk- rk_", String.raw`(?=[\w-]{0,80}\d)[\w-]{12,}`],
  ["sess-", String.raw`[A-Za-z\d]{20,}`],
  // GitHub, GitLab, Bitbucket, Atlassian, Linear, Figma, Notion, Asana, Airtable
  ["gho_ ghp_ ghr_ ghs_ ghu_", String.raw`[A-Za-z\d]{16,}`],
  ["github_pat_", String.raw`\w{16,}`],
  ["gl", String.raw`(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|feed|imt)-[\w.-]{12,}`],
  ["ATATT ATCTT ATBB ATSTT", String.raw`[\w=-]{12,}`],
  ["lin_", String.raw`(?:api|oauth|wh)_[A-Za-z\d]{16,}`],
  ["figd_ figo_ figu_ figr_", String.raw`[\w-]{16,}`],
  ["ntn_", String.raw`[A-Za-z\d]{16,}`],
  ["secret_", String.raw`[A-Za-z\d]{32,}`],
  ["1/ 2/", String.raw`\d{8,20}(?:/\d{8,20})?:[a-f\d]{32}`],
  ["pat", String.raw`[A-Za-z\d]{14}\.[a-f\d]{40,}`],
  // Slack, Discord, Twilio, SendGrid, Mailgun, Resend, Brevo
  ["xox", String.raw`[a-z](?:\.xox[a-z])?-[\w-]{8,}`],
  ["xapp-", String.raw`[\w-]{12,}`],
  ["M N O", String.raw`[A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,}`],
  ["SK", String.raw`[a-f\d]{32}`],
  ["SG.", String.raw`[\w-]{12,}\.[\w-]{12,}`],
  ["key-", String.raw`[a-f\d]{32}`],
  ["re_", String.raw`[A-Za-z\d]{6,12}_[A-Za-z\d]{16,}`],
  ["xkeysib-", String.raw`[a-f\d]{32,}-\w{8,}`],
  // Amazon, Google, DigitalOcean, Cloudflare, Heroku, Fly, Vercel, Netlify, Supabase
  ["AKIA ASIA ABIA ACCA", String.raw`[A-Z\d]{12,}`],
  ["AIza", String.raw`[\w-]{20,}`],
  ["ya29.", String.raw`[\w-]{20,}`],
  ["GOCSPX-", String.raw`[\w-]{16,}`],
  ["1//0", String.raw`[\w-]{24,}`],
  ["doo_v1_ dop_v1_ dor_v1_", String.raw`[a-f\d]{32,}`],
  ["cfut_ cfat_ cfk_", String.raw`[\w-]{30,}`],
  ["HRKU-", String.raw`[\w-]{30,}`],
  ["fo1_ fm1_ fm1r_ fm2_ fm2r_", String.raw`[\w+/=-]{30,}`],
  ["vca_ vcp_ vci_ vck_ vcr_", String.raw`[A-Za-z\d]{20,}`],
  ["nfc_ nfp_ nfb_ nfu_ nfo_", String.raw`[A-Za-z\d]{30,}`],
  ["sb_secret_ sb_publishable_", String.raw`[\w-]{16,}`],
  ["sbp_", String.raw`[A-Za-z\d]{16,}`],
  ["pscale_", String.raw`(?:tkn|pw|oauth)_[\w.=-]{20,}`],
  ["napi_", String.raw`[A-Za-z\d]{30,}`],
  ["dapi", String.raw`[a-f\d]{32}`],
  // Package registries
  ["npm_", String.raw`[A-Za-z\d]{16,}`],
  ["pypi-", String.raw`[\w-]{16,}`],
  ["rubygems_", String.raw`[a-f\d]{32,}`],
  ["cio", String.raw`[A-Za-z\d]{32}`],
  ["dckr_pat_ dckr_oat_", String.raw`[\w-]{16,}`],
  // Models and search
  ["hf_ gsk_ r8_", String.raw`[A-Za-z\d]{16,}`],
  ["pplx-", String.raw`[A-Za-z\d]{16,}`],
  ["xai- fw_", String.raw`[A-Za-z\d]{20,}`],
  ["nvapi-", String.raw`[\w-]{20,}`],
  ["tvly-", String.raw`[\w-]{16,}`],
  ["fc-", String.raw`[a-f\d]{24,}`],
  ["ctx7sk- smithery-", String.raw`[\w-]{16,}`],
  ["pcsk_", String.raw`\w{20,}`],
  ["lsv2_pt_ lsv2_sk_", String.raw`\w{20,}`],
  ["apify_api_", String.raw`[A-Za-z\d]{16,}`],
  ["bb_live_", String.raw`[\w-]{16,}`],
  ["e2b_", String.raw`[a-f\d]{20,}`],
  // Watching and building
  ["sntrys_ sntryu_", String.raw`[\w=+/-]{20,}`],
  ["glsa_ glc_", String.raw`[\w=+/-]{20,}`],
  ["NRAK-", String.raw`[A-Z\d]{20,}`],
  ["PMAK-", String.raw`[a-f\d]{20,}-[a-f\d]{20,}`],
  ["phx_ phs_", String.raw`[A-Za-z\d]{20,}`],
  ["CCIPAT_ CCIPRJ_", String.raw`[\w-]{16,}`],
  ["bkua_", String.raw`[a-f\d]{20,}`],
  ["pul-", String.raw`[a-f\d]{40}`],
  ["hvs. hvb. hvr.", String.raw`[\w-]{20,}`],
  ["dp.", String.raw`(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}`],
  ["ops_eyJ", String.raw`[\w=+/-]{20,}`],
  ["tskey-", String.raw`[a-z]{2,10}-[\w-]{16,}`],
  ["AGE-SECRET-KEY-1", String.raw`[\dA-Z]{20,}`],
  // Shops and payment
  ["shpat_ shpca_ shppa_ shpss_", String.raw`[A-Za-z\d]{16,}`],
  ["whsec_", String.raw`[\w+/=-]{16,}`],
  ["sq0atp- sq0csp- sq0idp-", String.raw`[\w-]{20,}`],
  ["EAA", String.raw`[A-Za-z\d]{40,}`],
  ["access_token$", String.raw`(?:production|sandbox)\$\w{8,20}\$[a-f\d]{32}`],
  ["CFPAT-", String.raw`[\w-]{20,}`],
  ["tfp_", String.raw`\w{20,}`],
  ["sl.", String.raw`[\w-]{60,}`],
];

/** Those that are known by what they have within them: Telegram, Mailchimp, Azure, Terraform. */
export const KEYS_BY_MIDDLE = [
  String.raw`\d{8,10}:AA[\w-]{30,}`,
  String.raw`[a-f\d]{32}-us\d{1,2}`,
  String.raw`[A-Za-z\d_~.-]{3}8Q~[A-Za-z\d_~.-]{31,34}`,
  String.raw`[A-Za-z\d]{14}\.atlasv1\.[\w-]{30,}`,
];
const BACKSLASH = 92;
const MIDDLE = /:AA|-us\d|8Q~|\.atlasv1\./;

const FORMS = KEYS.map(
  ([starts, rest]) =>
    `(?:${starts.replaceAll(/[.$]/g, String.raw`\$&`).replaceAll(" ", "|")})${rest}`,
);
/** All of them in one; to look for it everywhere takes a while. */
export const KEY_FORM = new RegExp(
  `${wordStart(String.raw`[A-Za-z\d]`)}(?:${[...FORMS, ...KEYS_BY_MIDDLE].join("|")})`,
  "g",
);

/** Whether a character is a letter or digit, as a table. */
const IN_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(/[A-Za-z\d]/.test(String.fromCharCode(code))),
);
/** The beginnings of keys by their first two characters, each with the form of the whole key. */
const STARTS = new Map<number, { start: string; form: RegExp }[]>();
/** Whether there are any, as a table: most words end their look here. */
const IS_START = new Uint8Array(1 << 14);
for (const [index, [starts]] of KEYS.entries()) {
  const form = new RegExp(FORMS[index] ?? "", "y");
  for (const start of starts.split(" ")) {
    const first = start.charCodeAt(0) << 7;
    const seconds = start.length > 1 ? [start.charCodeAt(1)] : Array.from({ length: 128 }).keys();
    for (const second of seconds) {
      const pair = first | second;
      STARTS.set(pair, [...(STARTS.get(pair) ?? []), { start, form }]);
      IS_START[pair] = 1;
    }
  }
}

/** Where the key ends that begins at a place; -1 where none does. */
function keyEndAt(text: string, at: number, pair: number): number {
  for (const { start, form } of STARTS.get(pair) ?? []) {
    if (!text.startsWith(start, at)) continue;
    form.lastIndex = at;
    if (form.test(text)) return form.lastIndex;
  }
  return -1;
}

/** What is written as keys of providers are. */
export const findKeyForms: Finder = (text, add) => {
  const found = (start: number, end: number): void =>
    add({ start, end, what: text.startsWith("lmg_", start) ? "access token" : "key" });
  if (MIDDLE.test(text)) {
    eachMatch(KEY_FORM, text, ({ 0: key, index }) => found(index, index + key.length));
    return;
  }
  let isInWord = false;
  let before = 0;
  let code = text.charCodeAt(0);
  for (let at = 0; at + 1 < text.length; at += 1) {
    let next = text.charCodeAt(at + 1);
    if (!isInWord && (code | next) < 128) {
      const pair = (code << 7) | next;
      const end = IS_START[pair] === 1 ? keyEndAt(text, at, pair) : -1;
      if (end !== -1) {
        found(at, end);
        at = end - 1;
        before = text.charCodeAt(at - 1);
        code = text.charCodeAt(at);
        next = text.charCodeAt(end);
      }
    }
    // A line begins behind the letter of `\n` in a string of JSON.
    isInWord = code < 128 && IN_WORD[code] === 1 && !(before === BACKSLASH && isEscaped(code));
    before = code;
    code = next;
  }
};

/** Whether it is the letter of an escape such as `\n`. */
const isEscaped = (code: number): boolean => code === 110 || code === 114 || code === 116;
