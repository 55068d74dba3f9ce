/**
 * What a captured exchange may hold: header lines, targets, texts and JSON values in, the same out with secrets replaced.
 * Runs in the gateway, before anything is handed over.
 */
import type { HeaderLine } from '@/lib/comparison/exchange'
import {
  isNumberText,
  isRepeatedField,
  NUMBER_KEY,
  REPEATED_KEY,
} from '@/lib/comparison/json-number'
import {
  coversText,
  type PathStep,
  parsePathPattern,
  stepText,
} from '@/lib/comparison/path-pattern'
import { isSecretName, replaceSecrets } from '@/lib/comparison/redaction/detectors'

/** Returns a short keyed hash of a secret, so that equal secrets stay visibly equal. */
export type SecretHash = (secret: string) => string

export interface RedactionRules {
  /** Lower-case header names whose values are always replaced, beside the built-in ones. */
  readonly headers: readonly string[]
  /** Places in JSON bodies, such as `$.user.email`, whose values are always replaced. */
  readonly paths: readonly string[]
}

/** JSON nested deeper than this is not walked: `redactJson` returns undefined for it. */
export const JSON_DEPTH_MAX = 64

const COOKIE_PAIR = /^(\s*[^=;]*=)(.*)$/s

/** Header lines without a secret that are remembered, and the longest of them; when there are more they are forgotten together. */
const CLEAN_LINES_MAX = 500
const CLEAN_LINE_CHARACTERS_MAX = 200

/** Replaces secrets by `[redacted <hash>]`. One for each distinct set of rules; keeps no secret it has seen. */
export class Redactor {
  private readonly headers: ReadonlySet<string>
  private readonly paths: readonly (readonly PathStep[])[]
  private readonly hash: SecretHash
  /** Most lines come with every message, so that one look at each is enough. */
  private readonly cleanLines = new Set<string>()

  constructor(rules: RedactionRules, hash: SecretHash) {
    this.headers = new Set(rules.headers.map((name) => name.toLowerCase()))
    this.paths = rules.paths.flatMap((path) => {
      const steps = parsePathPattern(path)
      return steps === null ? [] : [steps]
    })
    this.hash = hash
  }

  /** `lines` have lower-case names. Cookies keep their names, so that a cookie more or less can be seen. */
  redactHeaders(lines: readonly HeaderLine[]): readonly HeaderLine[] {
    return lines.map((line) => {
      const [name, value] = line
      const key = `${name}: ${value}`
      if (this.cleanLines.has(key)) return line
      const redacted = this.redactHeader(name, value)
      if (redacted !== value) return [name, redacted] as const
      if (this.cleanLines.size >= CLEAN_LINES_MAX) this.cleanLines.clear()
      if (key.length <= CLEAN_LINE_CHARACTERS_MAX) this.cleanLines.add(key)
      return line
    })
  }

  private redactHeader(name: string, value: string): string {
    if (this.headers.has(name)) return this.replace(value)
    if (name === 'cookie') return this.redactCookies(value, Number.POSITIVE_INFINITY)
    // Attributes such as Path and Max-Age follow the first pair and are no secrets.
    if (name === 'set-cookie') return this.redactCookies(value, 1)
    if (isSecretName(name)) return this.replace(value)
    return value.includes('?') ? this.redactTarget(value) : this.redactText(value)
  }

  private redactCookies(value: string, pairs: number): string {
    return value
      .split(';')
      .map((part, index) => {
        if (index >= pairs) return part
        const pair = COOKIE_PAIR.exec(part)
        return pair === null ? this.replace(part) : `${pair[1]}${this.replace(pair[2] ?? '')}`
      })
      .join(';')
  }

  /** A request target or URL: its path as text, its query as a form. */
  redactTarget(target: string): string {
    const question = target.indexOf('?')
    if (question === -1) return this.redactEscaped(target)
    const query = target.slice(question + 1).split('&')
    return `${this.redactEscaped(target.slice(0, question))}?${query.map((pair) => this.redactPair(pair)).join('&')}`
  }

  private redactPair(pair: string): string {
    const equals = pair.indexOf('=')
    if (equals === -1) return this.redactEscaped(pair)
    const name = pair.slice(0, equals)
    const value = pair.slice(equals + 1)
    const redacted = isSecretName(unescaped(name))
      ? this.replace(unescaped(value))
      : this.redactEscaped(value)
    return `${this.redactEscaped(name)}=${redacted}`
  }

  /** Secrets are looked for behind percent-escapes; a text without any stays as it was written. */
  private redactEscaped(text: string): string {
    const plain = unescaped(text)
    const redacted = this.redactText(plain)
    return redacted === plain ? text : redacted
  }

  redactFields(
    fields: readonly (readonly [string, string])[],
  ): readonly (readonly [string, string])[] {
    return fields.map(([name, value]) => [
      this.redactText(name),
      isSecretName(name) ? this.replace(value) : this.redactText(value),
    ])
  }

  redactText(text: string): string {
    return replaceSecrets(text, (secret) => this.replace(secret))
  }

  /** Returns the value with secrets replaced; undefined when it is nested deeper than `JSON_DEPTH_MAX`. */
  redactJson(value: unknown): unknown {
    return isTooDeep(value, 0) ? undefined : this.walk(value, '$', false)
  }

  private walk(value: unknown, place: string, isSecret: boolean): unknown {
    const isNamed = isSecret || this.paths.some((path) => coversText(path, place))
    if (Array.isArray(value)) return value.map((item) => this.walk(item, `${place}[*]`, isNamed))
    if (isNumberText(value)) return this.redactNumber(value[NUMBER_KEY], value, isNamed)
    if (isRepeatedField(value)) {
      return { [REPEATED_KEY]: value[REPEATED_KEY].map((one) => this.walk(one, place, isNamed)) }
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([key, field]) => [
        this.redactText(key),
        this.walk(field, place + stepText(key), isNamed || isSecretName(key)),
      ])
      return Object.fromEntries(entries)
    }
    // Whether something is there at all is no secret.
    if (value === null || typeof value === 'boolean') return value
    if (typeof value !== 'string') return this.redactNumber(String(value), value, isNamed)
    return isNamed ? this.replace(value) : this.redactText(value)
  }

  /** A card's number is one however it is written: `4242424242424242.0` as well. */
  private redactNumber(text: string, value: unknown, isNamed: boolean): unknown {
    if (isNamed) return this.replace(text)
    const isSecret = [text, String(Number(text))].some((one) => this.redactText(one) !== one)
    if (!isSecret) return value
    const redacted = this.redactText(text)
    return redacted === text ? this.replace(text) : redacted
  }

  private replace(secret: string): string {
    return secret === '' ? secret : `[redacted ${this.hash(secret)}]`
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function isTooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || isNumberText(value)) return false
  if (depth >= JSON_DEPTH_MAX) return true
  return Object.values(value).some((child) => isTooDeep(child, depth + 1))
}
