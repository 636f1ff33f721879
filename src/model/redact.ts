const HIDDEN = '***'

/** Names whose value is a secret, wherever they stand in a longer name; `max_tokens` counts, and hides nothing. */
const SECRET_NAME =
  '(?:(?<![a-z])pass(?![a-z])|passw(?:or)?d|passwd|passphrase|pwd|secret|token(?!s|iz|_count)|api[_-]?key|apikey|access[_-]?key|private[_-]?key|encryption[_-]?key|account[_-]?key|signing[_-]?key|credentials?)'

/** Quoted texts, closed or cut off at the end of the line, and words up to a separator; put together as in a shell. */
const VALUE =
  '(?:\\\\"[^"\\n]*"?|\\\\\'[^\'\\n]*\'?|"(?:[^"\\\\\\n]|\\\\.)*"?|\'(?:[^\'\\\\\\n]|\\\\.)*\'?|[^\\s;&"\'<>,]|,(?![\\s"\'\\\\]|$))+'

/**
 * What hides, in order. Every quantifier that can start anywhere is bounded, so that a megabyte without a
 * space costs no more than one with spaces.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // -----BEGIN RSA PRIVATE KEY----- … ; cut off at the end of the text counts too.
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    `[private key ${HIDDEN}]`,
  ],
  // The end of a key whose beginning was cut off above.
  [/^[\s\S]*-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/, `[private key ${HIDDEN}]`],
  // scheme://token@host; a short user such as git is none.
  [/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s:/@?#"'<>]{8,256}@/gi, `$1${HIDDEN}@`],
  // curl -u user:password
  [/(\s(?:-u|--user)[ =]{1,4}[^\s:]{1,128}:)[^\s"']+/g, `$1${HIDDEN}`],
  // scheme://user:password@host. The password may hold a bare @ or /; digits before a slash are a port.
  [
    /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@?#"'<>]{0,256}:)(?!\d{1,5}[/?#])[^\s"'<>]{1,1024}@/gi,
    `$1${HIDDEN}@`,
  ],
  // Authorization: Bearer …, and the credentials without their header's name.
  [
    /\b((?:proxy-)?authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:(?:basic|bearer|digest|negotiate|token)\s{1,4})?)[^\s"',\\]+/gi,
    `$1${HIDDEN}`,
  ],
  [/\b(bearer\s{1,4})[a-z0-9._~+/=-]{8,}/gi, `$1${HIDDEN}`],
  [/\b((?:set-)?cookie:[ \t]{0,4})[^\r\n]+/gi, `$1${HIDDEN}`],
  // Kinds of key that are known by how they begin.
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, HIDDEN],
  [/\bAIza[\w-]{35}/g, HIDDEN],
  [/\bx(?:ox[a-z]|app|wfp)-[A-Za-z0-9-]+/g, HIDDEN],
  [/(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[^\s"'<>]+/g, `$1${HIDDEN}`],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,})/g, HIDDEN],
  [/\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{20,}|\b(?:hf|npm)_[A-Za-z0-9]{20,}/g, HIDDEN],
  [
    /\b(?:whsec_|dop_v1_|dckr_pat_|shp(?:at|ss|ca)_|sq0(?:csp|atp)-|pypi-|hv[sb]\.|ya29\.|1\/\/0)[\w-]{16,}/g,
    HIDDEN,
  ],
  [/\bSG\.[\w-]{16,64}\.[\w-]{16,64}/g, HIDDEN],
  [/\bAGE-SECRET-KEY-1[0-9A-Za-z]{16,}/g, HIDDEN],
  // Telegram's bots, and the web hooks of Discord.
  [/\b(bot\d{6,12}):AA[\w-]{30,}/g, `$1:${HIDDEN}`],
  [/(discord(?:app)?\.com\/api\/webhooks\/\d{1,24}\/)[\w-]+/g, `$1${HIDDEN}`],
  // Signed URLs of AWS and Azure, and AWS's signed headers.
  [
    /((?:[?&;\s]sig|\bX-Amz-(?:Signature|Security-Token|Credential)|\bSignature)=)[^\s&;"'<>,]+/g,
    `$1${HIDDEN}`,
  ],
  // What stands for a login while it lasts.
  [/\b((?:session(?:[_-]?id)?|sid)=)[^\s&;"'<>,]{16,}/gi, `$1${HIDDEN}`],
  [/([?&]code=)[^\s&;"'<>,]{16,}/gi, `$1${HIDDEN}`],
  [/\b(otp\s{0,2}[=:]\s{0,2})\d{4,8}\b/gi, `$1${HIDDEN}`],
  // SQL and Redis: PASSWORD '…', IDENTIFIED BY '…', requirepass …, AUTH …
  [/\b((?:PASSWORD|[Pp]assword|IDENTIFIED BY)\s{1,4})(?:'[^'\n]{1,256}'?|"[^"\n]{1,256}"?)/g, `$1${HIDDEN}`],
  [/\b((?:requirepass|masterauth)\s{1,4})[^\s]+/gi, `$1${HIDDEN}`],
  [/\b(AUTH )(?=[^\s\d]{0,64}\d)[^\s"']{12,}/g, `$1${HIDDEN}`],
  // "the password is …": only what has a digit, as words that explain have none.
  [
    /\b((?:password|passphrase|secret|token|api key) (?:is|was):? )(?=[^\s\d]{0,64}\d)[^\s,;"']{8,}/gi,
    `$1${HIDDEN}`,
  ],
  [/\b(mysql(?:dump|admin)?\b[^\n]{0,160}? -p)[^\s'"]+/g, `$1${HIDDEN}`],
  [/\b((?:sshpass -p|redis-cli(?: [^\n]{0,80})? -a) ?)[^\s]+/g, `$1${HIDDEN}`],
  [/(<[\w:]{0,24}(?:password|secret|token|apikey)>)[^<\n]{1,512}/gi, `$1${HIDDEN}`],
  // A JSON web token: two parts that begin as base64 of `{"`, and a signature.
  [/\beyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]*/g, HIDDEN],
  // password=…, "token": "…", SECRET_KEY: …
  [
    new RegExp(`(${SECRET_NAME}[\\w.-]{0,32}\\\\?["']?[ \\t]{0,4}(?:=>|:=|[=:])[ \\t]{0,4})${VALUE}`, 'gi'),
    `$1${HIDDEN}`,
  ],
  // password%3D… within a query
  [new RegExp(`(${SECRET_NAME}[\\w.-]{0,32}%3D)[^\\s&"'<>]+`, 'gi'), `$1${HIDDEN}`],
  // --password …
  [new RegExp(`(--?[\\w-]{0,32}${SECRET_NAME}[\\w-]{0,32}[ \\t]{1,4})${VALUE}`, 'gi'), `$1${HIDDEN}`],
]

/** Where none of these stands, no pattern matches: the patterns cost too much to be tried on a million lines. */
const MAY_HIDE =
  /pass|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|encryption|signing|credential|authorization|bearer|cookie|:\/\/|-u|AKIA|ASIA|AIza|xox|xapp|xwfp|hooks\.slack|gh[pousr]_|github_pat|glpat|[spr]k[-_]|hf_|npm_|eyJ|PRIVATE KEY|whsec_|dop_v1_|dckr_pat|shp(?:at|ss|ca)_|sq0|pypi-|hv[sb]\.|ya29|1\/\/0|SG\.|bot\d|webhooks|sig=|X-Amz|signature|session|sid=|code=|otp|identified by|masterauth|AUTH |mysql|redis-cli/i

/**
 * The text with what looks like a secret replaced by `***`: passwords in URLs and after their names, bearer
 * and provider tokens, keys, cookies. For anything foreign (logs, error messages, probe output) that is stored,
 * shown or given to a model. It knows shapes, not meanings: a secret that stands alone as a bare word remains.
 */
export const redact = (text: string): string =>
  MAY_HIDE.test(text)
    ? PATTERNS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
    : text
