/** What people most often get wrong in YAML, in words that say what to do: the parser's own speak of its insides. Pure. */

interface Slip {
  /** What the line has that the parser stumbles over; the last character of the match is marked. */
  readonly line: RegExp
  readonly says: string
  readonly code: string
}

const SPACE = 'yaml.missing-space'

const SLIPS: readonly Slip[] = [
  {
    line: /^\s*```/,
    says: '``` belongs to Markdown and not to YAML: leave this line out',
    code: 'yaml.syntax',
  },
  {
    line: /[\u00a0\u2007\u202f]/,
    says: 'a no-break space stands where YAML needs a plain one',
    code: 'yaml.no-break-space',
  },
  {
    line: /^\s*-(?=[A-Za-z][\w.-]*:(?:\s|$))/,
    says: 'a dash needs a space behind it',
    code: SPACE,
  },
  { line: /^\s*(?:- +)*[\w.-]+:(?=[^\s/])/, says: 'a colon needs a space behind it', code: SPACE },
]

const WORDS: readonly (readonly [parsers: RegExp, ours: string])[] = [
  [
    /^All .* must start at the same column$|^Sequence item without - indicator$/,
    'this line is indented differently from the ones it belongs to',
  ],
  [
    /^Nested mappings are not allowed in compact mappings$/,
    'a value with a colon and a space in it needs quotes',
  ],
  [
    /^Implicit keys need to be on a single line$|^Implicit map keys need to be followed by map values$/,
    'this is neither "key: value" nor an item of a list',
  ],
  [/^(Plain value cannot start with .*)$/, '$1; put the value in quotes'],
]

export interface Explained {
  /** `yaml.syntax`, or that of a slip which can be mended. */
  readonly code: string
  readonly message: string
  readonly start: number
  readonly end: number
}

/** The parser's message and place, or what a person can act on where the line shows a well-known slip. */
export function explainSlip(text: string, parsers: Explained): Explained {
  const known = WORDS.find(([words]) => words.test(parsers.message))
  if (known === undefined) return parsers
  const lineStart = text.lastIndexOf('\n', parsers.start - 1) + 1
  const lineEnd = text.indexOf('\n', parsers.start)
  const line = text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd)
  for (const { line: pattern, says, code } of SLIPS) {
    const found = pattern.exec(line)
    if (found === null) continue
    const end = lineStart + found.index + found[0].length
    return { code, message: says, start: end - 1, end }
  }
  return { ...parsers, message: parsers.message.replace(...known) }
}
