/** What looks like a secret in a text, and which names promise one. Linear in the text: no expression backtracks. */

/**
 * Fields, parameters and headers whose value is a secret by its name. Matched within the name, without separators, so that
 * `X-Api-Key`, `apiKey` and `api_key` are one.
 */
const SECRET_NAME =
  /pass(?:word|wd|phrase|code)|^pwd$|secret|token|apikey|accesskey|privatekey|signingkey|authorization|credential|cookie|session(?:id)?$|^sid$|csrf|xsrf|jwt|otp$|^pin$|^ssn$|^cvv2?$|^cvc$|iban|cardnumber|^pan$|signature$|^sig$/

/** Names that only count or describe tokens. */
const HARMLESS_NAME =
  /^(?:max|total|prompt|completion|input|output|num)?(?:new)?tokens$|tokens?(?:count|type|used|limit)$/

/** Names looked at before: an API has few, and uses them in every message. */
const known = new Map<string, boolean>()
/** When there are more they are forgotten together. */
const KNOWN_MAX = 2_000

/** Whether a name promises a secret. */
export function isSecretName(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  if (known.size >= KNOWN_MAX) known.clear()
  const isSecret = promisesSecret(name)
  if (name.length <= NAME_CHARACTERS_MAX) known.set(name, isSecret)
  return isSecret
}

function promisesSecret(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_. ]/g, '')
  return (
    plain.length <= NAME_CHARACTERS_MAX && SECRET_NAME.test(plain) && !HARMLESS_NAME.test(plain)
  )
}

const NAME_CHARACTERS_MAX = 200

interface Detector {
  /** What every match holds: a text without it is passed over, which costs a fraction of a search. */
  readonly hint: string
  /** The secret is the first group, or the whole match where there is none. */
  readonly pattern: RegExp
}

const DETECTORS: readonly Detector[] = [
  // JSON Web Token (RFC 7519): header and payload begin with an encoded brace.
  { hint: 'eyJ', pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g },
  // Credentials with their scheme (RFC 9110 11.4).
  { hint: '', pattern: /\b(?:bearer|basic|negotiate|digest|token)\s+([\w.~+/=-]{8,})/gi },
  // Keys that name their issuer.
  {
    hint: '',
    pattern:
      /\b(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abeoprs]|npm|pypi|shpat|dop_v1|hf)[-_][\w-]{12,}/g,
  },
  { hint: '', pattern: /\b(?:AKIA|ASIA|AIza)[\w-]{12,}/g },
  // user:password@ of a URL (RFC 3986 3.2.1).
  { hint: '://', pattern: /:\/\/([^\s/:@]{1,256}:[^\s/@]{1,256})@/g },
  // name=value, "name": "value" and name: value in a text.
  {
    hint: '',
    pattern:
      /\b(?:password|passwd|pwd|passphrase|secret|token|api[-_]?key|access[-_]?key|client[-_]?secret)["']?\s{0,8}[:=]\s{0,8}["']?([^\s"'&,;<>]{3,})/gi,
  },
  // An address of e-mail, as people write it rather than as RFC 5322 allows.
  { hint: '@', pattern: /[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/gi },
  // PEM.
  {
    hint: '-----BEGIN',
    pattern:
      /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]{0,4096}?-----END [A-Z ]{0,32}PRIVATE KEY-----/g,
  },
]

/**
 * What every match of a detector holds. Most texts hold none of it, and one look costs a tenth of what all detectors do.
 * Must find at least what they find: a detector more is an alternative more.
 */
const TRACE =
  /eyJ|:\/\/|@|-----BEGIN|AKIA|ASIA|AIza|(?:bearer|basic|negotiate|digest|token)\s|(?:password|passwd|pwd|passphrase|secret|token|key)["']?\s{0,8}[:=]|(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|pat|xox[abeoprs]|npm|pypi|v1|hf)[-_]/i

/** 14 to 19 digits, in groups or not, that begin as payment cards do (ISO/IEC 7812); times since 1970 begin with 1. */
const CARD_CHARACTERS_MIN = 14
const CARD = /(?<!\d|\d\.)[2-6](?:[ -]?\d){13,18}(?!\.?\d)/g

/** Long runs of mixed letters and digits: keys without a name of their own. */
const OPAQUE_CHARACTERS_MIN = 40
const OPAQUE = /(?<![\w+/-])[\w+/-]{40,}={0,2}/g

/** Texts longer than this are not looked at in one piece, which bounds the time of a look. */
const PIECE_CHARACTERS = 262_144

/** Returns the text with everything that looks like a secret given to `replace`. */
export function replaceSecrets(text: string, replace: (secret: string) => string): string {
  if (text.length < 8) return text
  if (text.length > PIECE_CHARACTERS) return replace(text)
  const redacted = TRACE.test(text) ? replaceFound(text, replace) : text
  if (redacted.length < CARD_CHARACTERS_MIN) return redacted
  const withoutCards = redacted.replace(CARD, (digits) =>
    isCardNumber(digits) ? replace(digits) : digits,
  )
  if (withoutCards.length < OPAQUE_CHARACTERS_MIN) return withoutCards
  return withoutCards.replace(OPAQUE, (run) => (isOpaque(run) ? replace(run) : run))
}

function replaceFound(text: string, replace: (secret: string) => string): string {
  let redacted = text
  for (const { hint, pattern } of DETECTORS) {
    if (!redacted.includes(hint)) continue
    redacted = redacted.replace(pattern, (match: string, group: unknown) =>
      typeof group === 'string' ? replaceLast(match, group, replace) : replace(match),
    )
  }
  return redacted
}

/** The secret stands last in what was found. What an earlier detector has replaced is not replaced again. */
function replaceLast(found: string, secret: string, replace: (secret: string) => string): string {
  if (secret.startsWith('[redacted')) return found
  const at = found.lastIndexOf(secret)
  return found.slice(0, at) + replace(secret) + found.slice(at + secret.length)
}

/** Luhn's check digit (ISO/IEC 7812-1 annex B). */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0 && !/^0+$/.test(digits)
}

/** Upper case, lower case and digits in one run: no word, no hexadecimal digest, no path. */
function isOpaque(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && !run.includes('//')
}
